/**
 * Computes the SHA-256 of an open file, as a thread of its own: hashing takes longer than a fast drive needs to write, and
 * on a slow one it is through, and a wrong image found out, when little of it has been written.
 */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread tells when it ends: 64 hex digits and how many bytes there were, or the error of reading. */
export type HashAnswer =
  { sha256: string; bytes: number } | { error: { code: string; message: string }; position: number };

/** Threads share descriptors; reading at positions leaves the file's own place alone. */
function hashFile(fd: number): HashAnswer {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1024 * 1024);
  let bytes = 0;
  for (;;) {
    try {
      const have = readSync(fd, buffer, 0, buffer.length, bytes);
      if (have === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(buffer.subarray(0, have));
      bytes += have;
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      return { error: { code, message }, position: bytes };
    }
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window and has no origin
parentPort?.postMessage(hashFile((workerData as { fd: number }).fd));
