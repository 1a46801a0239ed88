/** Writes an image from its second chunk on, and reads it back. The first chunk is kept for the end: see head.ts. */
import { failed, done, type Outcome, type Problem } from '../shared/problem.ts';
import { chunkBytes, firstDifference, inLanes, laneBuffers, lengthOf, roundUp } from './chunks.ts';
import { readFully, writeFully, type End } from './ends.ts';
import { readBackDiffers } from './explain.ts';
import type { ImageSource } from './image.ts';

/** How often what does not read back right is written again. */
export const tries = 3;

export interface Plan {
  image: ImageSource;
  target: End;
}

/**
 * Writes all chunks but the first, without waiting for a flush.
 *
 * @param mode `differing` reads each chunk from the target first and writes it only where it is not there already
 * @param onDurable is told the bytes of each chunk when the target has it
 * @returns the bytes that were written and those that were there; a problem of the image.
 * @throws TransferError, the first one there was; an AbortError when aborted.
 */
export async function writeBody(
  { image, target }: Plan,
  mode: 'all' | 'differing',
  onDurable: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Outcome<{ written: number; kept: number }>> {
  const buffers = mode === 'differing' ? laneBuffers() : [];
  let written = 0;
  let kept = 0;
  const write = async (index: number, lane: number): Promise<Problem | null> => {
    const chunk = await image.read(index);
    if (!chunk.ok) return chunk.problem;
    try {
      const block = chunk.value.padded(target.blockSize);
      const there = buffers[lane];
      const position = index * chunkBytes;
      if (there !== undefined && (await holds(target, there, block, position))) {
        kept += chunk.value.content.length;
      } else {
        await writeFully(target, block, block.length, position);
        written += chunk.value.content.length;
      }
      onDurable(chunk.value.content.length);
    } finally {
      chunk.value.release();
    }
    return null;
  };
  const problem = await inLanes(image, 1, write, signal);
  return problem === null ? done({ written, kept }) : failed(problem);
}

/** Whether the target holds these very bytes there. What can not be read is written: that may be what it needs. */
async function holds(target: End, buffer: Buffer, wanted: Buffer, position: number): Promise<boolean> {
  const have = await readFully(target, buffer, wanted.length, position).catch(() => 0);
  return buffer.subarray(0, have).equals(wanted);
}

/**
 * Reads chunks from the target itself and compares each byte with the image.
 *
 * @param from the first chunk to read: 1 while the first one is not written
 * @param words the problem for the first byte that differs
 * @returns null; that problem; a problem of the image.
 * @throws TransferError, AbortError
 */
export async function compare(
  plan: Plan,
  from: number,
  words: (path: string, at: number) => Problem,
  onVerified: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Problem | null> {
  return readEach(plan, from, onVerified, async (at) => words(plan.target.path, at), signal);
}

/**
 * As `compare` from the second chunk on, but a chunk that differs is read again, then written again, up to three times.
 *
 * @returns how many chunks had to be written again.
 */
export async function readBack(
  plan: Plan,
  onVerified: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Outcome<{ repairs: number }>> {
  let repairs = 0;
  const mend = async (_at: number, wanted: Buffer, found: Buffer, position: number) => {
    const mended = await repair(plan.target, wanted, found, position, signal);
    if (!mended.ok) return mended.problem;
    if (mended.value.wasRewritten) repairs += 1;
    return null;
  };
  const problem = await readEach(plan, 1, onVerified, mend, signal);
  return problem === null ? done({ repairs }) : failed(problem);
}

/** @param onDifference is told the byte and given both sides: whole blocks, and where they begin on the target */
async function readEach(
  { image, target }: Plan,
  from: number,
  onVerified: (bytes: number) => void,
  onDifference: (at: number, wanted: Buffer, found: Buffer, position: number) => Promise<Problem | null>,
  signal: AbortSignal,
): Promise<Problem | null> {
  const buffers = laneBuffers();
  const read = async (index: number, lane: number): Promise<Problem | null> => {
    const found = buffers[lane] as Buffer;
    const length = lengthOf(image, index);
    const position = index * chunkBytes;
    const reading = readFully(target, found, roundUp(length, target.blockSize), position);
    // Awaited below; until then a failure must not count as unnoticed.
    reading.catch(() => undefined);
    const chunk = await image.read(index);
    if (!chunk.ok) return chunk.problem;
    const { content, padded, release } = chunk.value;
    try {
      const came = found.subarray(0, Math.min(await reading, length));
      if (!came.equals(content)) {
        const at = position + firstDifference(came, content);
        const problem = await onDifference(at, padded(target.blockSize), found, position);
        if (problem !== null) return problem;
      }
    } finally {
      release();
    }
    onVerified(length);
    return null;
  };
  return inLanes(image, from, read, signal);
}

async function repair(
  target: End,
  wanted: Buffer,
  found: Buffer,
  position: number,
  signal: AbortSignal,
): Promise<Outcome<{ wasRewritten: boolean }>> {
  let have = 0;
  for (let attempt = 0; attempt <= tries; attempt += 1) {
    signal.throwIfAborted();
    // The first time it is only read again: a bit may have been lost on the way back.
    if (attempt > 0) {
      await writeFully(target, wanted, wanted.length, position);
      await target.flush();
    }
    have = await readFully(target, found, wanted.length, position);
    if (found.subarray(0, have).equals(wanted)) return done({ wasRewritten: attempt > 0 });
  }
  return failed(readBackDiffers(target.path, position + firstDifference(found.subarray(0, have), wanted)));
}
