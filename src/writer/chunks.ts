/**
 * Writes an image from its second chunk on, and reads it back. The first chunk (partition table, boot sector, volume
 * descriptor) is kept for the end: a stick that was given up on can then not half-boot.
 *
 * One SHA-256 runs over all of it, and its state after each chunk is kept. So a single pass on either side proves the
 * whole image, and the first chunk that differs is known at once.
 */
import { createHash, type Hash } from 'node:crypto';
import { createBuffer } from 'etcher-sdk/build/aligned-lockable-buffer.js';
import { failed, done, type Outcome } from '../shared/problem.ts';
import { readFully, writeFully, type End, type ImageFile } from './ends.ts';
import { imageChanged, imageTruncated, readBackDiffers } from './explain.ts';
import type { Patch } from './order.ts';

/** 1 MiB: what USB storage takes in one go, and little enough to stop quickly. */
export const chunkBytes = 1024 * 1024;
/** Enough to keep a drive busy; USB storage takes one command at a time and stalls on deep queues. */
const lanes = 4;
const tries = 3;

export interface Plan {
  image: ImageFile;
  target: End;
  bytes: number;
  /** 64 hex digits; null where nobody knows it. */
  sha256: string | null;
  patches: Patch[];
}

/** What the first pass leaves for the second: the chunk that is still to be written, and what the others must be. */
export interface Written {
  /** The first chunk, patched, padded with zeros to whole blocks. */
  head: Buffer;
  /** The hash after the head. */
  afterHead: Hash;
  /** The digest of everything up to and including each chunk. */
  digests: Buffer[];
  /** Of the image without patches. */
  sha256: string;
}

/**
 * Reads the image once and writes all chunks but the first, four at a time, without waiting for a flush.
 *
 * @param onDurable is told the bytes of each chunk when the drive has taken it.
 * @returns a problem `image-truncated` or `image-changed` where the image is not what was ordered.
 * @throws TransferError, the first one there was; an AbortError when aborted.
 */
export async function writeChunks(
  plan: Plan,
  onDurable: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Outcome<Written>> {
  const { image, target, patches } = plan;
  const asked = createHash('sha256');
  // Without patches what is on the stick is what is in the image: one hash serves both.
  const stick = patches.length === 0 ? asked : createHash('sha256');
  const digests: Buffer[] = [];
  let head: Buffer = Buffer.alloc(0);
  let afterHead: Hash = stick;
  const buffers = alignedBuffers();
  const writes: Promise<void>[] = [];
  const trouble = keepFirst();

  const read = async (index: number) => {
    const buffer = buffers[index % lanes] as Buffer;
    await writes[index % lanes];
    return readFully(image, buffer, lengthOf(plan, index), index * chunkBytes);
  };
  let reading = trouble.watch(read(0));
  for (let index = 0; index < countOf(plan); index += 1) {
    const have = await reading;
    signal.throwIfAborted();
    trouble.rethrow();
    const length = lengthOf(plan, index);
    if (have !== length) {
      await Promise.all(writes);
      return failed(imageTruncated(image.path, index * chunkBytes + (have ?? 0), plan.bytes));
    }
    const buffer = buffers[index % lanes] as Buffer;
    // The next chunk is fetched while this one is hashed and written.
    if (index + 1 < countOf(plan)) reading = trouble.watch(read(index + 1));
    const content = buffer.subarray(0, length);
    asked.update(content);
    if (stick !== asked) {
      overlay(content, index * chunkBytes, patches);
      stick.update(content);
    }
    digests.push(digestOf(stick));
    const padded = padToBlocks(buffer, length, target.blockSize);
    if (index === 0) {
      head = copyAligned(padded);
      afterHead = stick.copy();
    } else {
      writes[index % lanes] = trouble
        .watch(writeFully(target, padded, padded.length, index * chunkBytes).then(() => onDurable(length)))
        .then(() => undefined);
    }
  }
  await Promise.all(writes);
  signal.throwIfAborted();
  trouble.rethrow();
  const sha256 = asked.digest('hex');
  if (plan.sha256 !== null && plan.sha256 !== sha256)
    return failed(imageChanged(image.path, plan.sha256, sha256));
  return done({ head, afterHead, digests, sha256 });
}

/**
 * Reads every chunk but the first from the drive itself and compares. A chunk that differs is read again, then written
 * again, up to three times.
 *
 * @returns how many chunks had to be written again, and the first byte of the first of them; a problem `stick-differs`
 *   that names the first wrong byte where writing again did not help.
 * @throws TransferError, AbortError
 */
export async function readBack(
  plan: Plan,
  written: Written,
  onVerified: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Outcome<{ repairs: number; firstRepaired: number | null }>> {
  const buffers = alignedBuffers();
  const trouble = keepFirst();
  const read = (index: number) => trouble.watch(readChunk(plan, buffers[index % lanes] as Buffer, index));
  const reads: Promise<number | undefined>[] = [];
  for (let index = 1; index < Math.min(countOf(plan), lanes + 1); index += 1)
    reads[index % lanes] = read(index);

  let before = written.afterHead;
  let repairs = 0;
  let firstRepaired: number | null = null;
  for (let index = 1; index < countOf(plan); index += 1) {
    const have = await reads[index % lanes];
    signal.throwIfAborted();
    trouble.rethrow();
    const length = lengthOf(plan, index);
    const buffer = buffers[index % lanes] as Buffer;
    let after = before.copy().update(buffer.subarray(0, Math.min(have ?? 0, length)));
    if (!digestOf(after).equals(written.digests[index] as Buffer)) {
      const repaired = await repair(plan, before, written.digests[index] as Buffer, index, signal);
      if (!repaired.ok) return repaired;
      after = repaired.value.after;
      if (repaired.value.wasRewritten) {
        repairs += 1;
        firstRepaired ??= index * chunkBytes;
      }
    }
    before = after;
    onVerified(length);
    if (index + lanes < countOf(plan)) reads[index % lanes] = read(index + lanes);
  }
  return done({ repairs, firstRepaired });
}

/** @param before the hash of everything in front of the chunk. */
async function repair(plan: Plan, before: Hash, wanted: Buffer, index: number, signal: AbortSignal) {
  const { image, target } = plan;
  const [found, right] = alignedBuffers() as [Buffer, Buffer];
  const length = lengthOf(plan, index);
  const position = index * chunkBytes;
  await readFully(image, right, length, position);
  overlay(right.subarray(0, length), position, plan.patches);
  const after = before.copy().update(right.subarray(0, length));
  if (!digestOf(after).equals(wanted)) return failed(imageChanged(image.path, '', ''));
  const padded = padToBlocks(right, length, target.blockSize);
  let came = found;
  for (let attempt = 0; attempt <= tries; attempt += 1) {
    signal.throwIfAborted();
    // The first time it is only read again: a bit may have been lost on the way back.
    if (attempt > 0) {
      await writeFully(target, padded, padded.length, position);
      await target.flush();
    }
    const have = await readChunk(plan, found, index);
    came = found.subarray(0, Math.min(have, length));
    if (came.equals(right.subarray(0, length))) return done({ after, wasRewritten: attempt > 0 });
  }
  return failed(readBackDiffers(target.path, position + firstDifference(came, right)));
}

/**
 * Writes the first chunk and reads it back.
 *
 * @returns how often it had to be written again; `stick-differs` as above, and then the chunk is wiped.
 * @throws TransferError
 */
export async function writeHead(plan: Plan, head: Buffer): Promise<Outcome<{ repairs: number }>> {
  const { target } = plan;
  const [found] = alignedBuffers() as [Buffer];
  try {
    for (let attempt = 0; attempt <= tries; attempt += 1) {
      await writeFully(target, head, head.length, 0);
      await target.flush();
      const have = await readFully(target, found, head.length, 0);
      if (found.subarray(0, have).equals(head)) return done({ repairs: attempt });
    }
  } catch (error) {
    await wipeHead(target, head.length).catch(() => undefined);
    throw error;
  }
  await wipeHead(target, head.length).catch(() => undefined);
  return failed(readBackDiffers(target.path, firstDifference(found, head)));
}

/** Zeros in place of the first bytes: nothing boots from that. */
async function wipeHead(target: End, bytes: number): Promise<void> {
  await wipe(target, 0, bytes);
  await target.flush();
}

/** Writes zeros, at most a chunk of them. */
export async function wipe(target: End, position: number, bytes: number): Promise<void> {
  await writeFully(target, alignedBuffer(bytes).fill(0), bytes, position);
}

/** The number of chunks of the image. */
export function countOf(plan: { bytes: number }): number {
  return Math.ceil(plan.bytes / chunkBytes);
}

/** The bytes of the image in one chunk: less in the last one. */
export function lengthOf(plan: { bytes: number }, index: number): number {
  return Math.min(chunkBytes, plan.bytes - index * chunkBytes);
}

/** Lays the patches over those bytes of the image that begin at `position`. */
export function overlay(content: Buffer, position: number, patches: Patch[]): void {
  for (const patch of patches) {
    const bytes = Buffer.from(patch.base64, 'base64');
    const from = Math.max(position, patch.offset);
    const to = Math.min(position + content.length, patch.offset + bytes.length);
    if (from < to) bytes.copy(content, from - position, from - patch.offset, to - patch.offset);
  }
}

/** Where two buffers begin to differ; the shorter one's length where they do not. */
export function firstDifference(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return at;
  return length;
}

/** A buffer at an address that direct I/O accepts: no drive has larger blocks than a page. */
export function alignedBuffer(bytes: number): Buffer {
  return createBuffer(bytes, 4096) as unknown as Buffer;
}

/** Buffers for the chunks that are on their way at a time. */
export function alignedBuffers(): Buffer[] {
  return Array.from({ length: lanes }, () => alignedBuffer(chunkBytes));
}

/** Reads a chunk with the padding that direct I/O needs at the end of the image. */
async function readChunk(plan: Plan, buffer: Buffer, index: number): Promise<number> {
  const { blockSize } = plan.target;
  const length = Math.ceil(lengthOf(plan, index) / blockSize) * blockSize;
  return readFully(plan.target, buffer, length, index * chunkBytes);
}

/** The digest so far; the hash itself goes on. */
function digestOf(hash: Hash): Buffer {
  return hash.copy().digest();
}

function padToBlocks(buffer: Buffer, length: number, blockSize: number): Buffer {
  const padded = Math.ceil(length / blockSize) * blockSize;
  buffer.fill(0, length, padded);
  return buffer.subarray(0, padded);
}

function copyAligned(buffer: Buffer): Buffer {
  const copy = alignedBuffer(buffer.length);
  buffer.copy(copy);
  return copy;
}

/** With several transfers under way, the first error is the cause and the others are its echo: it alone is kept. */
function keepFirst() {
  let first: { error: unknown } | null = null;
  return {
    /** The promise's value, or undefined once it failed; it never rejects. */
    watch: <T>(promise: Promise<T>): Promise<T | undefined> =>
      promise.catch((error: unknown) => {
        first ??= { error };
        return undefined;
      }),
    rethrow() {
      if (first !== null) throw first.error;
    },
  };
}
