/** Remembers the images of the person's own that they opened with Nixburn: the files stay where they are, and are forgotten with the program. */
import { createHash } from 'node:crypto';
import { open, realpath, stat } from 'node:fs/promises';
import type { Image } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { findSlot } from '../slot/locate.ts';
import { readerOf, readImage } from './iso.ts';

export interface OpenedImages {
  /**
   * Reads all of a file and remembers it.
   *
   * @param onFraction is told how far it has come, 0…1.
   * @returns problems as `readImage`, and `image-not-for-drives` for one that boots from a disc only.
   */
  open(file: string, onFraction: (fraction: number) => void, signal?: AbortSignal): Promise<Outcome<Image>>;
  /** Those that are still there and have not changed since, the newest first. */
  list(): Promise<Image[]>;
  /** False where there is no such image. The file stays. */
  forget(id: string): boolean;
}

export function openedImages(): OpenedImages {
  const known = new Map<string, { image: Image; mtimeMs: number }>();
  return {
    async open(given, onFraction, signal) {
      const file = await realpath(given).catch(() => given);
      const before = await stat(file).catch(() => null);
      const read = await readImage(file, signal, (bytes) => onFraction(bytes / (before?.size || 1)));
      if (!read.ok) return read;
      const { hybrid, recipe: _recipe, ...rest } = read.value;
      if (!hybrid) return failed(discOnly);
      // A path, and yet none: the page names images by what it can not make up a file from.
      const id = `opened-${createHash('sha256').update(file).digest('hex').slice(0, 32)}`;
      const image: Image = { ...rest, id, opened: { slot: await hasSlot(file, rest.bytes) } };
      known.delete(id);
      known.set(id, { image, mtimeMs: before?.mtimeMs ?? 0 });
      return done(image);
    },
    async list() {
      const all = await Promise.all(
        [...known.values()].map(async ({ image, mtimeMs }) => {
          const now = await stat(image.path).catch(() => null);
          return now?.isFile() && now.size === image.bytes && now.mtimeMs === mtimeMs ? image : null;
        }),
      );
      return all.filter((image) => image !== null).toReversed();
    },
    forget: (id) => known.delete(id),
  };
}

async function hasSlot(file: string, bytes: number): Promise<boolean> {
  const handle = await open(file);
  try {
    return (await findSlot(readerOf(handle, bytes))).ok;
  } finally {
    await handle.close();
  }
}

const discOnly = problem('image-not-for-drives', 'This image boots from a disc only, not from a stick.', {
  detail: 'It has no partition table, so the firmware of a computer would find nothing on a drive.',
  remedy: 'Take the image for USB sticks, which most systems offer beside the one for discs.',
});
