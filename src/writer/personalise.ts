/** Fills the slot of a finished stick in place, and touches nothing but its 262,144 bytes. */
import { encodeSlot, slotBytes } from '../main/slot/format.ts';
import { findSlot } from '../main/slot/locate.ts';
import { done, failed, type Outcome } from '../shared/problem.ts';
import { tries } from './body.ts';
import { checkTarget } from './check.ts';
import { alignedBuffer, firstDifference, roundUp } from './chunks.ts';
import { PracticeFile, readFully, writeFully, type End } from './ends.ts';
import { readBackDiffers } from './explain.ts';
import { withTarget, type Switches } from './hold.ts';
import type { PersonaliseOrder, Result, Task } from './order.ts';
import type { Progress } from './progress.ts';
import { targetSectors } from './sectors.ts';

/**
 * Looks for the slot on the target itself, by the structure of what is there, and writes the payload into it. Where that
 * fails in the middle, its checksum is wrong and the stick starts without: nothing half-filled is ever believed.
 *
 * @returns what was proved; `slot-…` and `not-an-image` where there is no slot to fill, otherwise as `perform`.
 */
export async function personalise(
  { payload, targets }: PersonaliseOrder,
  progress: Progress,
  switches: Switches,
): Promise<Outcome<Result>> {
  const [target] = targets;
  if (target === undefined) throw new Error('an order without a target');
  const task: Task = { action: 'personalise', image: null, target };
  progress.begin('check', 0);
  const checked = await checkTarget(task);
  if (!checked.ok) return checked;
  return withTarget(task, checked.value, progress, switches, async (end, { drive }) => {
    const place = await findSlot(targetSectors(end, drive.bytes));
    if (!place.ok) return place;
    const { offset, id, volumeId, imageBytes } = place.value;
    const slot = encodeSlot({ id, payload: Buffer.from(payload, 'base64') });
    if (!slot.ok) return slot;
    switches.signal.throwIfAborted();
    // What is begun here is over in a moment; half of it would be of no use to anybody.
    switches.seal();
    if (end instanceof PracticeFile) await end.keepPrivate();
    const started = performance.now();
    const written = await writeInPlace(end, offset, slot.value, progress);
    if (end instanceof PracticeFile) {
      // The last block reaches beyond the end of a file that is no multiple of it.
      await end.resize(drive.bytes);
      await end.flush();
    }
    if (!written.ok) return written;
    return done({
      bytesWritten: slotBytes,
      bytesKept: 0,
      bytesVerified: slotBytes,
      writeMillis: Math.round(written.value.flushed - started),
      verifyMillis: Math.round(performance.now() - written.value.flushed),
      repairs: written.value.repairs,
      sha256: '',
      slot: { id: Buffer.from(id).toString('hex'), volumeId, imageBytes },
    });
  });
}

/**
 * Writes the slot in whole blocks, with what is around it as it was, and reads them back from the device.
 *
 * @throws TransferError
 */
async function writeInPlace(
  end: End,
  offset: number,
  slot: Buffer,
  progress: Progress,
): Promise<Outcome<{ repairs: number; flushed: number }>> {
  const from = Math.floor(offset / end.blockSize) * end.blockSize;
  const length = roundUp(offset + slot.length - from, end.blockSize);
  const blocks = alignedBuffer(length).fill(0);
  await readFully(end, blocks, length, from);
  slot.copy(blocks, offset - from);
  const found = alignedBuffer(length);
  let flushed = 0;
  let have = 0;
  for (let attempt = 0; attempt <= tries; attempt += 1) {
    progress.begin('write', slot.length);
    await writeFully(end, blocks, length, from);
    progress.add(slot.length);
    progress.begin('flush', 0);
    await end.flush();
    flushed ||= performance.now();
    progress.begin('verify', slot.length);
    have = await readFully(end, found, length, from);
    progress.add(slot.length);
    if (found.subarray(0, have).equals(blocks)) return done({ repairs: attempt, flushed });
  }
  return failed(readBackDiffers(end.path, from + firstDifference(found.subarray(0, have), blocks)));
}
