/** Moves an image and computes its SHA-256 in the same pass, because an image is large and reading it twice is slow. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, open, type FileHandle } from 'node:fs/promises';
import type { Problem } from '../../shared/problem.ts';

const chunkBytes = 1024 * 1024;

interface Hashed {
  bytes: number;
  /** 64 lower-case hex digits. */
  sha256: string;
}

/** An image piece by piece, and what it was when it has all come. */
export type HashedStream = AsyncGenerator<Uint8Array, Hashed, void>;

/** Yields the bytes copied so far, now and then. */
export type HashedCopy = AsyncGenerator<number, Hashed, void>;

/** What a copy throws where there are words for it; any other error is the system's own (ENOSPC …). */
export class CopyFailure extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

/**
 * Writes a stream to a new file and flushes it to the disk. Rejects with the system's error (ENOSPC, EEXIST …) and
 * with the signal's reason once it aborts; what is left of the file then is the caller's to remove.
 */
export async function* saveStream(source: HashedStream, to: string, signal: AbortSignal): HashedCopy {
  let bytes = 0;
  let waiting: Uint8Array[] = [];
  let size = 0;
  const target = await open(to, 'wx', 0o644);
  const flush = async () => {
    const chunks = waiting;
    waiting = [];
    size = 0;
    await writeAll(target, chunks);
  };
  try {
    let next = await source.next();
    try {
      for (; !next.done; next = await source.next()) {
        signal.throwIfAborted();
        waiting.push(next.value);
        size += next.value.length;
        bytes += next.value.length;
        // A pipe gives 64 kB at a time, and each write is a trip of its own.
        if (size < chunkBytes) continue;
        await flush();
        yield bytes;
      }
    } finally {
      if (!next.done) await source.return({ bytes, sha256: '' });
    }
    await flush();
    yield bytes;
    signal.throwIfAborted();
    await target.sync();
    return next.value;
  } finally {
    await target.close();
  }
}

/** All of the chunks, also where the system takes only a part of them at once. */
async function writeAll(target: FileHandle, chunks: Uint8Array[]): Promise<void> {
  const wanted = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (wanted === 0) return;
  const { bytesWritten } = await target.writev(chunks);
  if (bytesWritten === wanted) return;
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  for (let at = 0; at < rest.length;) at += (await target.write(rest, at)).bytesWritten;
}

/**
 * Copies a file to a new one, without moving a byte where the file system can share them (a reflink on btrfs, XFS,
 * APFS); then the copy is only read. Rejects as `saveStream` does.
 */
export async function* copyImage(from: string, to: string, signal: AbortSignal): HashedCopy {
  if (!(await shareBlocks(from, to))) return yield* saveStream(streamImage(from, signal), to, signal);
  return yield* countBytes(streamImage(to, signal));
}

/** Reads a stream to its end for nothing but its length and its sum; the bytes are where they belong already. */
export async function* countBytes(stream: HashedStream): HashedCopy {
  let bytes = 0;
  let next = await stream.next();
  try {
    for (; !next.done; next = await stream.next()) {
      bytes += next.value.length;
      yield bytes;
    }
  } finally {
    if (!next.done) await stream.return({ bytes, sha256: '' });
  }
  return next.value;
}

/** A file from its start to its end. Rejects with the signal's reason once it aborts. */
export async function* streamImage(file: string, signal: AbortSignal): HashedStream {
  const hash = createHash('sha256');
  let bytes = 0;
  const source = await open(file, 'r');
  try {
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await source.read({ buffer: Buffer.allocUnsafe(chunkBytes) });
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      bytes += bytesRead;
      yield chunk;
    }
  } finally {
    await source.close();
  }
}

async function shareBlocks(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch {
    // Whatever the reason was, a real copy finds it again and says it better.
    return false;
  }
  // Files in the Nix store are read-only for everybody, and the copy would be too.
  await chmod(to, 0o644);
  return true;
}
