/** Finds out whether a drive holds most of an image already, as it does when an earlier build of it was written there. */
import { alignedBuffer, chunkBytes, countOf } from './chunks.ts';
import { readFully } from './ends.ts';
import type { Plan } from './body.ts';

/** Where ISO 9660 keeps its primary volume descriptor, and how that begins: ECMA-119, 8.4 (sector 16, identifier CD001). */
const descriptorAt = 16 * 2048;
const signature = Buffer.from('\u0001CD001\u0001', 'latin1');

/** So few reads cost next to nothing, and they tell a quarter from a half well enough. */
const samples = 24;

/**
 * Whether it pays to read each chunk of the drive before writing it: only where there is an ISO on it now, and a good part
 * of the chunks is the same. Nothing but speed depends on the answer.
 *
 * @returns the share of chunks that are the same, 0…1, as far as samples tell; null where there is no ISO or no chunk
 *   beside the first.
 * @throws AbortError
 */
export async function shareOnDrive({ image, target }: Plan, signal: AbortSignal): Promise<number | null> {
  const count = countOf(image);
  if (count < 2) return null;
  const there = alignedBuffer(chunkBytes);
  const read = (bytes: number, position: number) => readFully(target, there, bytes, position).catch(() => 0);
  const have = await read(4096, descriptorAt);
  if (have < signature.length || !there.subarray(0, signature.length).equals(signature)) return null;
  const picked = Math.min(samples, count - 1);
  let same = 0;
  for (let sample = 0; sample < picked; sample += 1) {
    signal.throwIfAborted();
    // One out of each of as many parts of equal size, the first chunk left out.
    const index = 1 + Math.floor(((sample + 0.5) * (count - 1)) / picked);
    const chunk = await image.read(index);
    if (!chunk.ok) return null;
    const wanted = chunk.value.padded(target.blockSize);
    const got = await read(wanted.length, index * chunkBytes);
    if (there.subarray(0, got).equals(wanted)) same += 1;
    chunk.value.release();
  }
  return same / picked;
}
