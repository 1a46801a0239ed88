/** Remembers the images that were built: beside each lies a small file that says what it is. */
import { randomBytes } from 'node:crypto';
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

/**
 * Remembers an image that lies in `dir`, so that `keptImages` lists it. An image that was there before under the same
 * file name is forgotten. Throws where the image lies elsewhere: that is a mistake of the caller's.
 */
export async function keepImage(dir: string, image: Image): Promise<void> {
  if (path.dirname(path.resolve(image.path)) !== path.resolve(dir))
    throw new Error(`${image.path} does not lie in ${dir}`);
  await mkdir(dir, { recursive: true });
  const file = image.path + suffix;
  const part = path.join(dir, `.nixburn-${randomBytes(6).toString('hex')}.part`);
  try {
    await writeFile(part, JSON.stringify(record.parse(image), null, 2));
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
  const found: { image: Image; age: number }[] = [];
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(suffix))) {
    const file = path.join(dir, name.slice(0, -suffix.length));
    const kept = record.safeParse(await readJson(path.join(dir, name)));
    const stats = await stat(file).catch(() => null);
    if (!kept.success || !stats?.isFile() || stats.size !== kept.data.bytes) continue;
    found.push({ image: { ...kept.data, path: file }, age: stats.mtimeMs });
  }
  return found.sort((a, b) => b.age - a.age).map(({ image }) => image);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}
