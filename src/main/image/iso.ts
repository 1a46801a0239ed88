/** Reads an image file: whether it is one at all and whole, its label, how it boots, its recipe, its SHA-256. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Image } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import {
  findFile,
  readBootModes,
  readExtent,
  readVolume,
  sectorBytes,
  type SectorReader,
} from './iso9660.ts';

/** Everything about an image but its checksum. */
export interface ImageContent {
  bytes: number;
  volumeId: string;
  bootModes: ('bios' | 'uefi')[];
  /** It can be written on a drive byte for byte and boots from there. */
  hybrid: boolean;
  /** The recipe that Nixburn put into it, parsed but not checked; null where there is none. */
  recipe: unknown;
}

/** An image on the disk, with what only the file itself tells. */
export interface ImageFile extends Image {
  hybrid: boolean;
  recipe: unknown;
}

const chunkBytes = 1024 * 1024;

/** A recipe is a few kilobytes. */
const largestRecipe = 1024 * 1024;

/** The first bytes of packed files; from each format's specification. */
const packings: [magic: string, name: string][] = [
  ['28b52ffd', 'Zstandard (.zst)'],
  ['fd377a585a00', 'xz'],
  ['1f8b', 'gzip (.gz)'],
  ['425a68', 'bzip2 (.bz2)'],
  ['504b0304', 'zip'],
];

/**
 * Reads an image and computes its SHA-256.
 *
 * @param onBytes is called with the bytes read so far.
 * @returns a problem for anything that is not a whole ISO image, and `cancelled` once `signal` aborts.
 */
export async function readImage(
  file: string,
  signal?: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<Outcome<ImageFile>> {
  return withImage(file, async (handle, content) => {
    const sha256 = await hashFile(handle, signal, onBytes);
    if (sha256 === null) return failed(cancelled);
    const { recipe, ...rest } = content;
    return done({
      id: sha256,
      path: path.resolve(file),
      fileName: path.basename(file),
      sha256,
      ...rest,
      name: nameIn(recipe),
      recipe,
    });
  });
}

/** As `readImage`, without reading all of it. */
export async function inspectImage(file: string): Promise<Outcome<ImageContent>> {
  return withImage(file, async (_, content) => done(content));
}

async function withImage<T>(
  file: string,
  use: (handle: FileHandle, content: ImageContent) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  let handle: FileHandle | null = null;
  try {
    // Non-blocking: a named pipe would otherwise wait for a writer for ever.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await handle.stat();
    if (!stats.isFile()) return failed(notFile(file, stats.isDirectory()));
    const content = await readContent(readerOf(handle, stats.size), file);
    return content.ok ? await use(handle, content.value) : content;
  } catch (error) {
    const explained = explainOpen(error, file);
    if (!explained) throw error;
    return failed(explained);
  } finally {
    await handle?.close();
  }
}

/** Everything that the sectors tell. `file` is only for the words of a problem. */
export async function readContent(reader: SectorReader, file: string): Promise<Outcome<ImageContent>> {
  const volume = await readVolume(reader);
  if (!volume) return failed(await notIso(reader, file));
  if (reader.bytes < volume.bytes)
    return failed(
      problem('image-truncated', 'This image is not complete.', {
        detail: `It should have ${volume.bytes} bytes, and has ${reader.bytes}. Most often a download broke off.`,
        remedy: 'Download or copy it again.',
        raw: file,
      }),
    );
  const boot = await readBootModes(reader);
  const recipe = await readRecipe(reader, volume.root);
  return done({ bytes: reader.bytes, volumeId: volume.volumeId, ...boot, recipe });
}

async function readRecipe(reader: SectorReader, root: { sector: number; bytes: number }): Promise<unknown> {
  const extent = await findFile(reader, root, ['nixburn', 'recipe.json']);
  if (!extent || extent.bytes > largestRecipe) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readExtent(reader, extent)));
  } catch {
    return null;
  }
}

function nameIn(recipe: unknown): string | null {
  const named = recipe !== null && typeof recipe === 'object' && 'name' in recipe ? recipe.name : null;
  return typeof named === 'string' ? named.slice(0, 63) : null;
}

/** Reads sectors of an open file that has so many bytes. */
export function readerOf(handle: Pick<FileHandle, 'read'>, bytes: number): SectorReader {
  return {
    bytes,
    async read(firstSector, count) {
      const from = firstSector * sectorBytes;
      const wanted = Math.max(0, Math.min(count * sectorBytes, bytes - from));
      const buffer = Buffer.alloc(wanted);
      let got = 0;
      while (got < wanted) {
        const { bytesRead } = await handle.read(buffer, got, wanted - got, from + got);
        if (bytesRead === 0) break;
        got += bytesRead;
      }
      return buffer.subarray(0, got);
    },
  };
}

/** 64 lower-case hex digits; null once the signal aborts. */
async function hashFile(
  handle: FileHandle,
  signal: AbortSignal | undefined,
  onBytes: ((bytes: number) => void) | undefined,
): Promise<string | null> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(chunkBytes);
  for (let at = 0; ;) {
    if (signal?.aborted) return null;
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
    onBytes?.(at);
  }
}

async function notIso(reader: SectorReader, file: string): Promise<Problem> {
  if (reader.bytes === 0)
    return problem('image-empty', 'This file is empty.', { remedy: 'Download or copy it again.', raw: file });
  const start = Buffer.from(await reader.read(0, 1)).toString('hex', 0, 6);
  const packed = packings.find(([magic]) => start.startsWith(magic));
  if (packed)
    return problem('image-packed', 'This image is packed.', {
      detail: `It is a ${packed[1]} file, and an image must be unpacked before it can be written.`,
      remedy: 'Unpack it first, then choose the .iso file.',
      raw: file,
    });
  return problem('image-not-iso', 'This file is not an ISO image.', {
    detail: 'It holds no ISO 9660 volume, which is what a NixOS image is.',
    remedy: 'Choose an .iso file.',
    raw: file,
  });
}

function notFile(file: string, folder: boolean): Problem {
  const title = folder ? 'This is a folder, not an image.' : 'This is not an ordinary file.';
  return problem(folder ? 'image-is-folder' : 'image-not-file', title, {
    remedy: 'Choose an .iso file.',
    raw: file,
  });
}

/** Null for what nobody expects to happen. */
function explainOpen(error: unknown, file: string): Problem | null {
  const remedy = 'Choose another file.';
  switch (error instanceof Error && 'code' in error ? error.code : null) {
    case 'ENOENT':
    case 'ENOTDIR':
      return problem('image-missing', 'There is no such file.', { detail: file, remedy });
    case 'EACCES':
    case 'EPERM':
      return problem('image-denied', 'You may not read this file.', { detail: file, remedy });
    case 'EISDIR':
      return notFile(file, true);
    case 'ENXIO':
    case 'ELOOP':
      return notFile(file, false);
    case 'EIO':
      return problem('image-unreadable', 'The disk could not read this file.', {
        detail: file,
        remedy: 'Copy the image again, from another place.',
      });
    default:
      return null;
  }
}
