/**
 * Remembers the images that were built, each by what determines it: that names the folder in which the image lies, so that
 * several of one name have room beside each other, and beside the image a small file says what it is. An image here is a file of its own, so no garbage collector of Nix can take it from under a write; and one
 * that is removed while it is being written stays readable until that has ended.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Image } from '../../shared/contract.ts';
import { replaceFile } from '../replace-file.ts';

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

/** An image that is kept. */
export interface KeptImage extends Image {
  /** ISO 8601, UTC. */
  builtAt: string;
}

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

/** A new folder in `dir` (which is there) for an image that is being built; what becomes of it, `keepBuilt` decides. */
export function buildFolder(dir: string): Promise<string> {
  return mkdtemp(path.join(dir, unfinished));
}

/** How the folders begin in which an image is being built. A day later nobody builds in one any more. */
const unfinished = '.building-';
const dayMillis = 24 * 60 * 60 * 1000;

/**
 * Remembers an image that was built in a folder of `buildFolder`, which gets its lasting name.
 *
 * @param key what determines it; null where that is not known, and then its own checksum names it.
 * @returns the image with its new path.
 */
export async function keepBuilt(dir: string, image: Image, key: string | null): Promise<Image> {
  const home = path.join(dir, (key ?? image.sha256).slice(0, 16));
  // First the record, which a full disk may refuse: an image without one would be listed by nobody, and stay for ever.
  await keepImage(dir, image, key);
  // What is there is of the same key and no longer whole, or the very same.
  await rm(home, { recursive: true, force: true });
  await rename(path.dirname(image.path), home);
  return { ...image, path: path.join(home, path.basename(image.path)) };
}

/**
 * Remembers an image that lies in `dir`, or in a folder in it, so that `keptImages` lists it. An image that was there before
 * under the same path is forgotten. Throws where the image lies elsewhere: that is a mistake of the caller's.
 *
 * @param key what determines it (`flakeKey`); null where that is not known.
 */
export async function keepImage(dir: string, image: Image, key: string | null = null): Promise<void> {
  const folder = path.dirname(path.resolve(image.path));
  if (![folder, path.dirname(folder)].includes(path.resolve(dir)))
    throw new Error(`${image.path} does not lie in ${dir}`);
  await mkdir(folder, { recursive: true });
  await replaceFile(image.path + suffix, JSON.stringify({ ...record.parse(image), key }, null, 2), 0o644);
}

/**
 * The images in `dir` that are still there and have the size that they had, the newest first; the same content once. A
 * folder that is not there holds none; a record that makes no sense is passed over.
 */
export async function keptImages(dir: string): Promise<KeptImage[]> {
  const all = (await records(dir)).map(({ image, builtAt }) => ({ ...image, builtAt }));
  return all.filter(({ id }, at) => all.findIndex((other) => other.id === id) === at);
}

/** The image that was built from just this before; null where there is none any more. */
export async function findKept(dir: string, key: string): Promise<Image | null> {
  return (await records(dir)).find((kept) => kept.key === key)?.image ?? null;
}

/** Removes an image and what is remembered of it. False where there is no such image. */
export async function removeKept(dir: string, id: string): Promise<boolean> {
  const found = (await records(dir)).filter(({ image }) => image.id === id);
  for (const { image } of found) await removeImage(dir, image);
  return found.length > 0;
}

/** Removes the oldest images until all of them together have at most so many bytes; the newest always stays. */
export async function trimKept(dir: string, mostBytes: number): Promise<void> {
  let bytes = 0;
  for (const [index, { image }] of (await records(dir)).entries()) {
    bytes += image.bytes;
    if (index > 0 && bytes > mostBytes) await removeImage(dir, image);
  }
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(unfinished))) {
    const stats = await stat(path.join(dir, name)).catch(() => null);
    if (stats && Date.now() - stats.mtimeMs > dayMillis)
      await rm(path.join(dir, name), { recursive: true, force: true });
  }
}

/** The image first: a record without an image is passed over, an image without a record would be forgotten and stay. */
async function removeImage(dir: string, image: Image): Promise<void> {
  await rm(image.path, { force: true });
  await rm(image.path + suffix, { force: true });
  const folder = path.dirname(image.path);
  // Whatever else a person has put there keeps the folder.
  if (folder !== path.resolve(dir)) await rmdir(folder).catch(() => undefined);
}

async function records(dir: string): Promise<{ image: Image; key: string | null; builtAt: string }[]> {
  const found: { image: Image; key: string | null; age: number; builtAt: string }[] = [];
  for (const noted of await notes(dir)) {
    const file = noted.slice(0, -suffix.length);
    const kept = keyed.safeParse(await readJson(noted));
    const stats = await stat(file).catch(() => null);
    if (!kept.success || !stats?.isFile() || stats.size !== kept.data.bytes) continue;
    const { key, ...image } = kept.data;
    found.push({
      image: { ...image, path: file },
      key,
      age: stats.mtimeMs,
      builtAt: stats.mtime.toISOString(),
    });
  }
  return found.sort((a, b) => b.age - a.age);
}

/** The files that say what an image is: in the folder itself, where earlier versions kept images, and one below it. */
async function notes(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(unfinished));
  const inside = folders.map(async ({ name }) => namesIn(path.join(dir, name)));
  return [...(await namesIn(dir)), ...(await Promise.all(inside)).flat()].filter((one) =>
    one.endsWith(suffix),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name));
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}
