/** Copies an image and computes its SHA-256 in the same pass, because an image is large and reading it twice is slow. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, open } from 'node:fs/promises';

const chunkBytes = 1024 * 1024;

/** Yields the bytes copied so far, after each chunk; returns the SHA-256 (64 lower-case hex digits). */
export type HashedCopy = AsyncGenerator<number, { bytes: number; sha256: string }, void>;

/**
 * Writes a stream to a new file and flushes it to the disk. Rejects with the system's error (ENOSPC, EEXIST …) and
 * with the signal's reason once it aborts; what is left of the file then is the caller's to remove.
 */
export async function* saveStream(
  source: AsyncIterable<Uint8Array>,
  to: string,
  signal: AbortSignal,
): HashedCopy {
  const hash = createHash('sha256');
  let bytes = 0;
  const target = await open(to, 'wx', 0o644);
  try {
    for await (const chunk of source) {
      signal.throwIfAborted();
      hash.update(chunk);
      for (let at = 0; at < chunk.length;) at += (await target.write(chunk, at)).bytesWritten;
      bytes += chunk.length;
      yield bytes;
    }
    signal.throwIfAborted();
    await target.sync();
  } finally {
    await target.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Copies a file to a new one, without moving a byte where the file system can share them (a reflink on btrfs, XFS,
 * APFS); then the copy is only read. Rejects as `saveStream` does.
 */
export async function* copyImage(from: string, to: string, signal: AbortSignal): HashedCopy {
  if (!(await shareBlocks(from, to))) return yield* saveStream(chunksOf(from), to, signal);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(to)) {
    signal.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
    yield bytes;
  }
  return { bytes, sha256: hash.digest('hex') };
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

async function* chunksOf(file: string): AsyncGenerator<Uint8Array, void, void> {
  const source = await open(file, 'r');
  try {
    for (;;) {
      const { bytesRead, buffer } = await source.read({ buffer: Buffer.allocUnsafe(chunkBytes) });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await source.close();
  }
}
