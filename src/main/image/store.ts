/**
 * Remembers the images that were built, each by what determines it: beside each image lies a small file that says what
 * it is. An image here is a file of its own, so no garbage collector of Nix can take it from under a write; and one
 * that is removed while it is being written stays readable until that has ended.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Image } from '../../shared/contract.ts';

const suffix = '.nixburn.json';

const record = z.object({
  id: z.string().min(1),
  fileName: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  volumeId: z.string(),
  bootModes: z.array(z.enum(['bios', 'uefi'])),
  name: z.string().nullable(),
});
/** Records of earlier versions have no key: such an image is listed, and built again. */
const keyed = record.extend({ key: z.string().nullable().catch(null) });

/**
 * What determines an image: every file of its flake, flake.lock included. The same key gives the same image.
 * Null without a lock: then the next build may take a newer nixpkgs.
 */
export async function flakeKey(flakeDir: string): Promise<string | null> {
  const hash = createHash('sha256');
  const found = await readdir(flakeDir, { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(flakeDir, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => !name.startsWith('.git/'))
    .toSorted();
  if (!files.includes('flake.lock')) return null;
  for (const name of files) {
    const contents = await readFile(path.join(flakeDir, name));
    // The lengths keep two different folders from giving the same run of bytes.
    hash.update(`${Buffer.byteLength(name)}:${name}:${contents.length}:`).update(contents);
  }
  return hash.digest('hex');
}

/**
 * Remembers an image that lies in `dir`, so that `keptImages` lists it. An image that was there before under the same
 * file name is forgotten. Throws where the image lies elsewhere: that is a mistake of the caller's.
 *
 * @param key what determines it (`flakeKey`); null where that is not known.
 */
export async function keepImage(dir: string, image: Image, key: string | null = null): Promise<void> {
  if (path.dirname(path.resolve(image.path)) !== path.resolve(dir))
    throw new Error(`${image.path} does not lie in ${dir}`);
  await mkdir(dir, { recursive: true });
  const file = image.path + suffix;
  const part = path.join(dir, `.nixburn-${randomBytes(6).toString('hex')}.part`);
  try {
    await writeFile(part, JSON.stringify({ ...record.parse(image), key }, null, 2));
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * The images in `dir` that are still there and have the size that they had, the newest first. A folder that is not
 * there holds none; a record that makes no sense is passed over.
 */
export async function keptImages(dir: string): Promise<Image[]> {
  return (await records(dir)).map(({ image }) => image);
}

/** The image that was built from just this before; null where there is none any more. */
export async function findKept(dir: string, key: string): Promise<Image | null> {
  return (await records(dir)).find((kept) => kept.key === key)?.image ?? null;
}

/** Removes an image and what is remembered of it. False where there is no such image. */
export async function removeKept(dir: string, id: string): Promise<boolean> {
  const found = (await records(dir)).filter(({ image }) => image.id === id);
  for (const { image } of found) await removeImage(image);
  return found.length > 0;
}

/** Removes the oldest images until all of them together have at most so many bytes; the newest always stays. */
export async function trimKept(dir: string, mostBytes: number): Promise<void> {
  let bytes = 0;
  for (const [index, { image }] of (await records(dir)).entries()) {
    bytes += image.bytes;
    if (index > 0 && bytes > mostBytes) await removeImage(image);
  }
}

/** The image first: a record without an image is passed over, an image without a record would be forgotten and stay. */
async function removeImage(image: Image): Promise<void> {
  await rm(image.path, { force: true });
  await rm(image.path + suffix, { force: true });
}

async function records(dir: string): Promise<{ image: Image; key: string | null }[]> {
  const found: { image: Image; key: string | null; age: number }[] = [];
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(suffix))) {
    const file = path.join(dir, name.slice(0, -suffix.length));
    const kept = keyed.safeParse(await readJson(path.join(dir, name)));
    const stats = await stat(file).catch(() => null);
    if (!kept.success || !stats?.isFile() || stats.size !== kept.data.bytes) continue;
    const { key, ...image } = kept.data;
    found.push({ image: { ...image, path: file }, key, age: stats.mtimeMs });
  }
  return found.sort((a, b) => b.age - a.age);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}
