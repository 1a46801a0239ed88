/** Compares a drive with an image, byte by byte, and changes nothing. */
import { createHash } from 'node:crypto';
import { done, failed, type Outcome } from '../shared/problem.ts';
import {
  alignedBuffers,
  chunkBytes,
  countOf,
  firstDifference,
  lengthOf,
  overlay,
  type Plan,
} from './chunks.ts';
import { readFully } from './ends.ts';
import { imageChanged, imageTruncated, stickDiffers } from './explain.ts';

/**
 * Reads both ends side by side.
 *
 * @param onCompared is told the bytes of each chunk that was equal
 * @returns the image's SHA-256; a problem `stick-differs` with the first difference, `image-truncated`, `image-changed`.
 * @throws TransferError, AbortError
 */
export async function compareChunks(
  plan: Plan,
  onCompared: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Outcome<{ sha256: string }>> {
  const { image, target, patches } = plan;
  const hash = createHash('sha256');
  const buffers = alignedBuffers();
  const readBoth = (index: number) => {
    const [right, found] = buffers.slice((index % 2) * 2, (index % 2) * 2 + 2) as [Buffer, Buffer];
    const length = lengthOf(plan, index);
    const padded = Math.ceil(length / target.blockSize) * target.blockSize;
    const both = Promise.all([
      readFully(image, right, length, index * chunkBytes),
      readFully(target, found, padded, index * chunkBytes),
    ]);
    // Awaited in its turn; until then a failure must not count as unnoticed.
    both.catch(() => undefined);
    return { right, found, length, both };
  };
  let next = readBoth(0);
  for (let index = 0; index < countOf(plan); index += 1) {
    const { right, found, length, both } = next;
    const [haveRight, haveFound] = await both;
    signal.throwIfAborted();
    // The next chunks are fetched while these are compared.
    if (index + 1 < countOf(plan)) next = readBoth(index + 1);
    const position = index * chunkBytes;
    if (haveRight < length) return failed(imageTruncated(image.path, position + haveRight, plan.bytes));
    const content = right.subarray(0, length);
    hash.update(content);
    overlay(content, position, patches);
    const onTarget = found.subarray(0, Math.min(haveFound, length));
    if (!onTarget.equals(content)) {
      return failed(stickDiffers(target.path, position + firstDifference(onTarget, content), plan.bytes));
    }
    onCompared(length);
  }
  const sha256 = hash.digest('hex');
  if (plan.sha256 !== null && plan.sha256 !== sha256)
    return failed(imageChanged(image.path, plan.sha256, sha256));
  return done({ sha256 });
}
