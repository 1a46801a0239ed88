/** Carries out one order: the steps of writing, in the order that leaves no half-bootable stick behind. */
import { stat } from 'node:fs/promises';
import { findHolders } from '../main/drives/holders.ts';
import { targetDrive, type Target } from '../main/drives/list.ts';
import { rereadPartitions, unmountDrive } from '../main/drives/unmount.ts';
import { done, failed, type Outcome, type Problem } from '../shared/problem.ts';
import { findMissingCapacity } from './capacity.ts';
import { checkOrder } from './check.ts';
import { chunkBytes, readBack, wipe, writeChunks, writeHead, type Plan, type Written } from './chunks.ts';
import { compareChunks } from './compare.ts';
import { HeldDrive, ImageFile, PracticeFile, TransferError, type End } from './ends.ts';
import { driveChanged, explain, fakeCapacity, readBackDiffers, unplugged } from './explain.ts';
import type { Order, Result } from './order.ts';
import type { Progress } from './progress.ts';

export interface Switches {
  signal: AbortSignal;
  /** Called right before the last step: from here on cancelling comes too late, and would only do harm. */
  seal(): void;
}

/**
 * Writes and verifies, or only verifies.
 *
 * @returns what was proved. Aborting makes it throw an AbortError; every failure of image or drive is a problem.
 */
export async function perform(
  order: Order,
  progress: Progress,
  switches: Switches,
): Promise<Outcome<Result>> {
  progress.begin('check', 0);
  const checked = await checkOrder(order);
  if (!checked.ok) return checked;
  const image = new ImageFile(order.image.path);
  let target = checked.value;
  let isHeld = false;
  let end: (End & { isSame(): Promise<boolean> }) | null = null;
  try {
    await image.open();
    if (order.action === 'write') {
      progress.begin('unmount', 0);
      switches.signal.throwIfAborted();
      const free = await unmountDrive(order.target.path, order.image.path);
      if (!free.ok) return free;
      target = free.value;
    }
    switches.signal.throwIfAborted();
    end = openEnd(target, order.action === 'write');
    await end.open();
    isHeld = end instanceof HeldDrive && order.action === 'write';
    // While it is held nobody can put another drive, or a mount, in its place: now the check is final.
    const again = await checkOrder(order);
    if (!again.ok) return again;
    if (!(await end.isSame()))
      return failed(driveChanged(order.target.path, 'It was exchanged while it was opened.'));
    const plan: Plan = {
      image,
      target: end,
      bytes: order.image.bytes,
      sha256: order.image.sha256,
      patches: order.patches,
    };
    const outcome =
      order.action === 'write'
        ? await writeAll(plan, target, progress, switches)
        : await verifyAll(plan, progress, switches.signal);
    // A drive that is being pulled may answer with nonsense first: that is not the fault of its memory.
    const isDoubtful = !outcome.ok && outcome.problem.code === 'stick-differs';
    if (isDoubtful && !(await isStillThere(target))) return failed(unplugged(end.path, outcome.problem.raw));
    return outcome;
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    return failed(await explained(error, order, target));
  } finally {
    await image.close();
    await end?.close();
    if (isHeld) await rereadPartitions(target.drive.path);
  }
}

async function writeAll(
  plan: Plan,
  target: Target,
  progress: Progress,
  { signal, seal }: Switches,
): Promise<Outcome<Result>> {
  const { bytes } = plan;
  const rest = Math.max(0, bytes - chunkBytes);
  const started = performance.now();
  progress.begin('write', rest);
  if (plan.target instanceof HeldDrive) {
    const missing = await prepareDrive(plan.target, target.drive.bytes, signal);
    if (missing !== null) return failed(fakeCapacity(plan.target.path, missing));
  } else if (plan.target instanceof PracticeFile) {
    // Emptied first, so that no byte of what was in the file before can be taken for one of the image.
    await plan.target.resize(0);
    await plan.target.resize(roundUp(bytes, plan.target.blockSize));
  }
  const written = await writeChunks(plan, (more) => progress.add(more), signal);
  if (!written.ok) return written;
  progress.begin('flush', 0);
  await plan.target.flush();
  signal.throwIfAborted();
  const flushed = performance.now();

  const verified = await verifyRest(plan, written.value, progress, signal);
  if (!verified.ok) return verified;
  signal.throwIfAborted();

  seal();
  progress.begin('finish', 0);
  const head = await writeHead(plan, written.value.head);
  if (!head.ok) return head;
  // Direct I/O wrote whole pages; QEMU wants whole sectors, and a comparison with the image no more than that.
  if (plan.target instanceof PracticeFile) {
    await plan.target.resize(roundUp(bytes, 512));
    await plan.target.flush();
  }
  return done({
    bytesWritten: bytes,
    bytesVerified: bytes,
    writeMillis: Math.round(flushed - started),
    verifyMillis: Math.round(performance.now() - flushed),
    repairs: verified.value.repairs + head.value.repairs,
    sha256: written.value.sha256,
  });
}

/**
 * Reads back all but the first chunk. After a repair everything is read once more: on a drive that stores two places
 * in one, mending the second breaks the first, which was found to be right before.
 */
async function verifyRest(
  plan: Plan,
  written: Written,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome<{ repairs: number }>> {
  const rest = Math.max(0, plan.bytes - chunkBytes);
  const pass = () => {
    progress.begin('verify', rest);
    return readBack(plan, written, (more) => progress.add(more), signal);
  };
  const first = await pass();
  if (!first.ok || first.value.repairs === 0) return first;
  progress.note('A part of the drive had to be written again. Reading all of it back once more.');
  const second = await pass();
  if (!second.ok) return second;
  if (second.value.firstRepaired !== null) {
    return failed(readBackDiffers(plan.target.path, second.value.firstRepaired));
  }
  return done({ repairs: first.value.repairs });
}

async function verifyAll(plan: Plan, progress: Progress, signal: AbortSignal): Promise<Outcome<Result>> {
  const started = performance.now();
  progress.begin('verify', plan.bytes);
  const compared = await compareChunks(plan, (more) => progress.add(more), signal);
  if (!compared.ok) return compared;
  return done({
    bytesWritten: 0,
    bytesVerified: plan.bytes,
    writeMillis: 0,
    verifyMillis: Math.round(performance.now() - started),
    repairs: 0,
    sha256: compared.value.sha256,
  });
}

/**
 * Clears both ends, where old partition tables live (GPT keeps its copy at the end), and asks whether the drive is as
 * large as it says.
 *
 * @returns the first byte offset that is not really there, or null.
 */
async function prepareDrive(drive: HeldDrive, bytes: number, signal: AbortSignal): Promise<number | null> {
  const length = Math.min(chunkBytes, Math.floor(bytes / drive.blockSize) * drive.blockSize);
  await wipe(drive, 0, length);
  await wipe(drive, Math.floor(bytes / drive.blockSize) * drive.blockSize - length, length);
  signal.throwIfAborted();
  return findMissingCapacity(drive, bytes, signal);
}

function openEnd({ drive }: Target, write: boolean): End & { isSame(): Promise<boolean> } {
  if (drive.kind === 'file') {
    const file = new PracticeFile({ path: drive.path, write });
    return Object.assign(file, { isSame: () => file.isRegular() });
  }
  const held = new HeldDrive(drive, write);
  const isSame = async () => (await held.rdev()) === (await stat(drive.path)).rdev;
  return Object.assign(held, { isSame });
}

/** Asks, after a failure, what the error code does not tell: whether the drive is still there, and who holds it. */
async function explained(error: TransferError, order: Order, target: Target): Promise<Problem> {
  const { act, position, code, message, path } = error;
  const isImage = path === order.image.path;
  const isFile = order.target.kind === 'file';
  const isPresent = await isStillThere(target);
  const holders = code === 'EBUSY' ? await findHolders(target.numbers, []) : [];
  const end = isImage ? 'image' : isFile ? 'file' : 'drive';
  return explain({ act, position, code, message, path, end, isPresent, holders });
}

/** Whether the drive is the one it was: a pulled stick may keep its node, and another one may get its name. */
async function isStillThere({ drive }: Target): Promise<boolean> {
  if (drive.kind === 'file') return true;
  const now = await targetDrive(drive.path);
  return now.ok && now.value.diskSequence === drive.diskSequence && now.value.bytes > 0;
}

function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}
