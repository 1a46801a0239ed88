/** Passes an image on to a writer while it comes from where it was built. */
import type { Writable } from 'node:stream';
import { CopyFailure, type HashedStream } from '../build/image-copy.ts';
import { problem, type Problem } from '../../shared/problem.ts';

/**
 * Sends the image and then its SHA-256 as a line, no faster than it is taken. Nothing is sent after a failure, so that who
 * takes it never has all of an image that is not right.
 *
 * @returns why not all of it was sent; null where it was, where the other side takes no more, and once `signal` aborts.
 */
export async function feedImage(
  image: HashedStream,
  input: Writable,
  signal: AbortSignal,
): Promise<Problem | null> {
  let next = null;
  try {
    for (next = await image.next(); !next.done; next = await image.next()) {
      if (!input.writable) return null;
      if (!input.write(next.value)) await taken(input, signal);
    }
    if (input.writable) input.write(`${next.value.sha256}\n`);
    return null;
  } catch (error) {
    if (signal.aborted) return null;
    if (error instanceof CopyFailure) return error.problem;
    return problem('image-unreadable', 'The image could not be read.', {
      remedy: 'Check the disk that it is on, then try again.',
      raw: error instanceof Error ? error.message : String(error),
    });
  } finally {
    if (next?.done !== true) await image.return({ bytes: 0, sha256: '' });
  }
}

/** Waits until more can be sent, or nothing ever can. */
async function taken(input: Writable, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = () => {
      for (const name of ['drain', 'close', 'error']) input.off(name, over);
      signal.removeEventListener('abort', over);
      resolve();
    };
    for (const name of ['drain', 'close', 'error']) input.on(name, over);
    signal.addEventListener('abort', over);
    if (signal.aborted) over();
  });
  signal.throwIfAborted();
}
