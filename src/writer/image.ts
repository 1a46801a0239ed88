/** The image, opened once for all targets: a chunk is read once and handed to all that ask for it in time. */
import { constants, type promises as fs } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { done, failed, type Outcome, type Problem } from '../shared/problem.ts';
import { alignedBuffer, chunkBytes, lanes, lengthOf, pageBytes, roundUp } from './chunks.ts';
import { openOr, readFully, TransferError } from './ends.ts';
import { imageChanged, imageTruncated } from './explain.ts';
import type { HashAnswer } from './image-hash.ts';
import type { Order, Patch } from './order.ts';

/** A part of the image with the patches laid over it. */
export interface Chunk {
  content: Buffer;
  /** The content and zeros up to whole blocks of that many bytes. */
  padded(blockSize: number): Buffer;
  /** Gives the buffer back; nothing may be read from it afterwards. */
  release(): void;
}

/** Bytes that take the place of those of the image. */
export interface PatchBytes {
  offset: number;
  bytes: Buffer;
}

/** What the passes over a target need of the image. */
export type ImageSource = Pick<OpenImage, 'path' | 'bytes' | 'read' | 'startHashing' | 'sha256'>;

interface Kept {
  buffer: Buffer;
  users: number;
  ready: Promise<number>;
}

export class OpenImage {
  readonly path: string;
  readonly bytes: number;
  readonly #wanted: string | null;
  readonly #patches: PatchBytes[];
  readonly #handle: fs.FileHandle;
  readonly #before: Stamp;
  readonly #signal: AbortSignal;
  #worker: Worker | null = null;
  #hashed: Promise<Outcome<string>> | null = null;
  /** The chunks read last, the one asked for longest ago first. */
  readonly #kept = new Map<number, Kept>();
  /** Drives of one make keep pace within this; one that falls behind reads for itself, and nobody waits for it. */
  readonly #limit: number;
  #wrong: Problem | null = null;

  /**
   * Opens the image.
   *
   * @throws TransferError
   */
  static async open(order: Order, signal: AbortSignal): Promise<OpenImage> {
    const handle = await openOr(order.image.path, constants.O_RDONLY);
    return new OpenImage(order, handle, await stampOf(handle), signal);
  }

  private constructor(order: Order, handle: fs.FileHandle, before: Stamp, signal: AbortSignal) {
    this.path = order.image.path;
    this.bytes = order.image.bytes;
    this.#wanted = order.image.sha256;
    this.#patches = patchBytes(order.patches);
    this.#handle = handle;
    this.#before = before;
    // For a drive on its own nothing is kept for others: few buffers stay within the processor's cache.
    const drives = order.targets.length;
    this.#limit = drives === 1 ? lanes : lanes * (drives + 1) + 8;
    this.#signal = signal;
  }

  /** Begins to hash the whole image, on a thread of its own; at most once. */
  startHashing(): void {
    void this.#hashing();
  }

  #hashing(): Promise<Outcome<string>> {
    if (this.#hashed !== null) return this.#hashed;
    const worker = new Worker(path.join(import.meta.dirname, 'image-hash.mjs'), {
      workerData: { fd: this.#handle.fd },
      // What is told on stdout are answers.
      stdout: true,
    });
    const hashed = this.#hash(worker);
    hashed.catch(() => undefined);
    this.#worker = worker;
    this.#hashed = hashed;
    return hashed;
  }

  /**
   * One chunk; to be released. As long as somebody reads it, it stays.
   *
   * @returns a problem where the image ends before it should, or was found out to be another one.
   * @throws TransferError
   */
  async read(index: number): Promise<Outcome<Chunk>> {
    if (this.#wrong !== null) return failed(this.#wrong);
    const kept = this.#kept.get(index) ?? this.#begin(index);
    this.#kept.delete(index);
    this.#kept.set(index, kept);
    kept.users += 1;
    const release = () => {
      kept.users -= 1;
    };
    const length = lengthOf(this, index);
    let have: number;
    try {
      have = await kept.ready;
    } catch (error) {
      release();
      // Whoever asks next may be luckier.
      if (this.#kept.get(index) === kept) this.#kept.delete(index);
      throw error;
    }
    if (have < length) {
      release();
      return failed(imageTruncated(this.path, index * chunkBytes + have, this.bytes));
    }
    return done({
      content: kept.buffer.subarray(0, length),
      padded: (blockSize) => kept.buffer.subarray(0, roundUp(length, blockSize)),
      release,
    });
  }

  /**
   * The SHA-256 of the whole image, once it is known, and only if it is the one that was ordered and nobody has written to
   * the file since it was opened.
   *
   * @throws TransferError, AbortError
   */
  async sha256(): Promise<Outcome<string>> {
    const hashed = await this.#hashing();
    if (!hashed.ok) return hashed;
    const now = await stampOf(this.#handle);
    if (now.size !== this.#before.size) return failed(imageTruncated(this.path, now.size, this.bytes));
    return now.modified === this.#before.modified ? hashed : failed(imageChanged(this.path, '', ''));
  }

  /** Nothing is laid over it. */
  get isPlain(): boolean {
    return this.#patches.length === 0;
  }

  /** Waits for the thread: a descriptor that is closed and used again would have it read another file. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    await this.#handle.close();
  }

  #begin(index: number): Kept {
    const buffer = this.#freeBuffer();
    return { buffer, users: 0, ready: this.#fill(buffer, index) };
  }

  #freeBuffer(): Buffer {
    if (this.#kept.size >= this.#limit) {
      for (const [index, { buffer, users }] of this.#kept) {
        if (users > 0) continue;
        this.#kept.delete(index);
        return buffer;
      }
    }
    return alignedBuffer(chunkBytes);
  }

  async #fill(buffer: Buffer, index: number): Promise<number> {
    const position = index * chunkBytes;
    const length = lengthOf(this, index);
    const have = await readFully(this.#end, buffer, length, position);
    overlay(buffer.subarray(0, have), position, this.#patches);
    buffer.fill(0, have);
    return have;
  }

  get #end() {
    const handle = this.#handle;
    return {
      path: this.path,
      read: (...where: [Buffer, number, number, number]) => handle.read(...where),
    };
  }

  /** Whoever asks later hears it from `read` as well: a wrong image need not be written to its end. */
  async #hash(worker: Worker): Promise<Outcome<string>> {
    const answer = await threadAnswer(worker, this.#signal);
    if ('error' in answer) throw new TransferError('read', this.path, answer.position, answer.error);
    const wanted = this.#wanted;
    if (answer.bytes !== this.bytes) this.#wrong = imageTruncated(this.path, answer.bytes, this.bytes);
    else if (wanted !== null && wanted !== answer.sha256)
      this.#wrong = imageChanged(this.path, wanted, answer.sha256);
    return this.#wrong === null ? done(answer.sha256) : failed(this.#wrong);
  }
}

function threadAnswer(worker: Worker, signal: AbortSignal): Promise<HashAnswer> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
      void worker.terminate();
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (answer: HashAnswer) => resolve(answer));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread that hashes the image ended early')));
  });
}

/** What changes when a file is written to. `modified` in ns; a file system that keeps coarser times rounds only on disk. */
interface Stamp {
  size: number;
  modified: bigint;
}

async function stampOf(handle: fs.FileHandle): Promise<Stamp> {
  const { size, mtimeNs } = await handle.stat({ bigint: true });
  return { size: Number(size), modified: mtimeNs };
}

/** The image with what is one target's own laid over it, in copies: the others do not see it. */
export function withPatches(image: ImageSource, patches: PatchBytes[]): ImageSource {
  if (patches.length === 0) return image;
  return {
    path: image.path,
    bytes: image.bytes,
    startHashing: () => image.startHashing(),
    sha256: () => image.sha256(),
    async read(index) {
      const chunk = await image.read(index);
      const position = index * chunkBytes;
      const length = lengthOf(image, index);
      const isTouched = ({ offset, bytes }: PatchBytes) =>
        offset < position + length && offset + bytes.length > position;
      if (!chunk.ok || !patches.some(isTouched)) return chunk;
      const copy = alignedBuffer(roundUp(length, pageBytes));
      chunk.value.content.copy(copy);
      chunk.value.release();
      copy.fill(0, length);
      const content = copy.subarray(0, length);
      overlay(content, position, patches);
      return done({
        content,
        padded: (blockSize) => copy.subarray(0, roundUp(length, blockSize)),
        release: () => undefined,
      });
    },
  };
}

export function patchBytes(patches: readonly Patch[]): PatchBytes[] {
  return patches.map(({ offset, base64 }) => ({ offset, bytes: Buffer.from(base64, 'base64') }));
}

/** Lays the patches over those bytes of the image that begin at `position`. */
export function overlay(content: Buffer, position: number, patches: PatchBytes[]): void {
  for (const { offset, bytes } of patches) {
    const from = Math.max(position, offset);
    const to = Math.min(position + content.length, offset + bytes.length);
    if (from < to) bytes.copy(content, from - position, from - offset, to - offset);
  }
}
