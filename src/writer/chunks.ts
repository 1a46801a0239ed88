/** Cuts an image into chunks, the unit of everything that is read, written, compared and repaired, and walks over them. */
import { createBuffer } from 'etcher-sdk/build/aligned-lockable-buffer.js';
import type { Problem } from '../shared/problem.ts';
import { writeFully, type End } from './ends.ts';

/** 1 MiB: what USB storage takes in one go, and little enough to stop quickly. */
export const chunkBytes = 1024 * 1024;
/** Chunks under way at a time: enough to keep a drive busy; USB storage takes one command at a time and stalls on deep queues. */
export const lanes = 4;
/** No drive has larger blocks than a page. */
export const pageBytes = 4096;

/** The number of chunks of the image. */
export function countOf(image: { bytes: number }): number {
  return Math.ceil(image.bytes / chunkBytes);
}

/** The bytes of the image in one chunk: less in the last one. */
export function lengthOf(image: { bytes: number }, index: number): number {
  return Math.min(chunkBytes, image.bytes - index * chunkBytes);
}

/** A buffer at an address that direct I/O accepts. */
export function alignedBuffer(bytes: number): Buffer {
  return createBuffer(bytes, pageBytes) as unknown as Buffer;
}

/** One buffer for each lane. */
export function laneBuffers(): Buffer[] {
  return Array.from({ length: lanes }, () => alignedBuffer(chunkBytes));
}

/**
 * Does `work` for each chunk from `from` to the last, in ascending order, several at a time, until it is through, aborted,
 * or one of them fails. Whatever is under way then still ends.
 *
 * @param work is told the chunk and its lane; no two run in one lane at a time. Gives null where all is well.
 * @returns the problem of the lowest chunk that has one.
 * @throws what the first throwing one threw: with several transfers under way, the others are its echo. An AbortError.
 */
export async function inLanes(
  image: { bytes: number },
  from: number,
  work: (index: number, lane: number) => Promise<Problem | null>,
  signal: AbortSignal,
): Promise<Problem | null> {
  let next = from;
  const thrown: unknown[] = [];
  const found: { index: number; problem: Problem }[] = [];
  const run = async (lane: number) => {
    while (next < countOf(image) && thrown.length === 0 && found.length === 0 && !signal.aborted) {
      const index = next;
      next += 1;
      try {
        const problem = await work(index, lane);
        if (problem !== null) found.push({ index, problem });
      } catch (error) {
        thrown.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  signal.throwIfAborted();
  if (thrown.length > 0) throw thrown[0];
  return found.toSorted((one, other) => one.index - other.index)[0]?.problem ?? null;
}

/** Writes zeros, at most a chunk of them. */
export async function wipe(target: End, position: number, bytes: number): Promise<void> {
  await writeFully(target, alignedBuffer(bytes).fill(0), bytes, position);
}

/** Where two buffers begin to differ; the shorter one's length where they do not. */
export function firstDifference(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return at;
  return length;
}

/** The next multiple of `unit`. */
export function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}
