/**
 * Writes the first chunk (partition table, boot sector, volume descriptor) after all others, and wipes it before them: a
 * stick that was given up on, at whatever moment, has none and can not half-boot.
 */
import { failed, done, type Outcome } from '../shared/problem.ts';
import { tries, type Plan } from './body.ts';
import { alignedBuffer, chunkBytes, firstDifference, lengthOf, roundUp, wipe } from './chunks.ts';
import { readFully, writeFully, type End } from './ends.ts';
import { readBackDiffers } from './explain.ts';

/**
 * Clears both ends of a drive, where old partition tables live (GPT keeps its copy at the end), and waits until that is
 * stored: a drive keeps no order of its own among what it was given.
 *
 * @param bytes the size of the drive
 * @throws TransferError
 */
export async function wipeEnds(drive: End, bytes: number): Promise<void> {
  const whole = Math.floor(bytes / drive.blockSize) * drive.blockSize;
  const length = Math.min(chunkBytes, whole);
  await wipe(drive, 0, length);
  await wipe(drive, whole - length, length);
  await drive.flush();
}

/** The very last write: what a firmware looks at first (MBR, GPT header), in one block of any drive. */
const firstBytes = 4096;

/**
 * Writes the first chunk, its first block after the rest of it, and reads it back.
 *
 * @returns how often it had to be written again; `stick-differs` where that did not help, and then the chunk is wiped.
 * @throws TransferError
 */
export async function writeHead({ image, target }: Plan): Promise<Outcome<{ repairs: number }>> {
  const chunk = await image.read(0);
  if (!chunk.ok) return chunk;
  const head = chunk.value.padded(target.blockSize);
  const blockZero = Math.min(firstBytes, head.length);
  const found = alignedBuffer(head.length);
  let have = 0;
  try {
    for (let attempt = 0; attempt <= tries; attempt += 1) {
      await writeFully(target, head.subarray(blockZero), head.length - blockZero, blockZero);
      await target.flush();
      await writeFully(target, head, blockZero, 0);
      await target.flush();
      have = await readFully(target, found, head.length, 0);
      if (found.subarray(0, have).equals(head)) return done({ repairs: attempt });
    }
    await wipeHead(target, head.length).catch(() => undefined);
    return failed(readBackDiffers(target.path, firstDifference(found.subarray(0, have), head)));
  } catch (error) {
    await wipeHead(target, head.length).catch(() => undefined);
    throw error;
  } finally {
    chunk.value.release();
  }
}

/**
 * Whether the first chunk is still as it was wiped. A drive that stores two places in one, of which one lies there, shows
 * the other's bytes now: writing the first chunk would put an end to those, long after they were read back.
 *
 * @throws TransferError
 */
export async function isHeadClear({ image, target }: Plan): Promise<boolean> {
  const length = headBytes({ image, target });
  const found = alignedBuffer(length);
  const have = await readFully(target, found, length, 0);
  return found.subarray(0, have).equals(Buffer.alloc(length));
}

/** Whole blocks. */
export function headBytes({ image, target }: Plan): number {
  return roundUp(lengthOf(image, 0), target.blockSize);
}

/** Zeros in place of the first bytes: nothing boots from that. */
export async function wipeHead(target: End, bytes: number): Promise<void> {
  await wipe(target, 0, bytes);
  await target.flush();
}
