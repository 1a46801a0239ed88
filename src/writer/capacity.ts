/** Finds drives that hold less than they claim, before an image is trusted to them. */
import { randomBytes } from 'node:crypto';
import { alignedBuffer, wipe } from './chunks.ts';
import { readFully, writeFully, type End } from './ends.ts';

/** One block of any drive. */
const probeBytes = 4096;

/**
 * Writes a mark of its own to a few places, then reads all of them back: a drive that drops what is beyond its real
 * size, or wraps around to its beginning, loses at least one. The places are the powers of two, because wrapping comes
 * from missing address lines, and the very end. They hold zeros afterwards.
 *
 * A fake that wraps elsewhere is not found here. It does no harm where the image fits in what it really holds, and where
 * it does not, reading back finds two places in one.
 *
 * @param bytes what the drive claims to hold
 * @returns the first place that did not keep its mark; null where all did.
 * @throws TransferError, AbortError
 */
export async function findMissingCapacity(
  target: End,
  bytes: number,
  signal: AbortSignal,
): Promise<number | null> {
  const places = probePlaces(bytes);
  const marks = places.map(() => {
    const mark = alignedBuffer(probeBytes);
    randomBytes(probeBytes).copy(mark);
    return mark;
  });
  for (const [at, place] of places.entries()) {
    signal.throwIfAborted();
    await writeFully(target, marks[at] as Buffer, probeBytes, place);
  }
  await target.flush();
  const found = alignedBuffer(probeBytes);
  let missing: number | null = null;
  for (const [at, place] of places.entries()) {
    signal.throwIfAborted();
    await readFully(target, found, probeBytes, place);
    if (!found.equals(marks[at] as Buffer)) missing ??= place;
  }
  for (const place of places) await wipe(target, place, probeBytes);
  return missing;
}

/** Byte offsets, ascending: 0, every power of two from 16 MiB on, and the last whole probe. */
function probePlaces(bytes: number): number[] {
  const last = Math.floor(bytes / probeBytes) * probeBytes - probeBytes;
  const places = [0];
  for (let place = 16 * 1024 * 1024; place < last; place *= 2) places.push(place);
  if (last > 0) places.push(last);
  return places;
}
