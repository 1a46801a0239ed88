/** Carries out an order on one target: the steps of writing, in the order that leaves no half-bootable stick behind. */
import { stat } from 'node:fs/promises';
import { findHolders } from '../main/drives/holders.ts';
import { targetDrive, type Target } from '../main/drives/list.ts';
import { rereadPartitions, unmountDrive } from '../main/drives/unmount.ts';
import { done, failed, type Outcome, type Problem } from '../shared/problem.ts';
import { compare, readBack, writeBody, type Plan } from './body.ts';
import { findMissingCapacity } from './capacity.ts';
import { checkTarget } from './check.ts';
import { chunkBytes, roundUp } from './chunks.ts';
import { shareOnDrive } from './earlier.ts';
import { HeldDrive, PracticeFile, TransferError, type End } from './ends.ts';
import { driveChanged, explain, fakeCapacity, readBackDiffers, stickDiffers, unplugged } from './explain.ts';
import { wipeEnds, writeHead } from './head.ts';
import type { OpenImage } from './image.ts';
import type { Result, Task } from './order.ts';
import type { Progress } from './progress.ts';

export interface Switches {
  signal: AbortSignal;
  /** Called right before the last step: from here on cancelling comes too late, and would only do harm. */
  seal(): void;
}

/**
 * Writes and verifies, or only verifies.
 *
 * @param opening the image that all targets share, or why it can not be used
 * @returns what was proved. Aborting makes it throw an AbortError; every failure of image or drive is a problem.
 */
export async function perform(
  task: Task,
  opening: Promise<Outcome<OpenImage>>,
  progress: Progress,
  switches: Switches,
): Promise<Outcome<Result>> {
  progress.begin('check', 0);
  const [image, checked] = await Promise.all([opening, checkTarget(task)]);
  if (!image.ok) return image;
  if (!checked.ok) return checked;
  let target = checked.value;
  let isHeld = false;
  let end: (End & { isSame(): Promise<boolean> }) | null = null;
  try {
    if (task.action === 'write') {
      progress.begin('unmount', 0);
      switches.signal.throwIfAborted();
      const free = await unmountDrive(target, task.image.path);
      if (!free.ok) return free;
      target = free.value;
    }
    switches.signal.throwIfAborted();
    end = openEnd(target, task.action === 'write');
    await end.open();
    isHeld = end instanceof HeldDrive && task.action === 'write';
    // While it is held nobody can put another drive, or a mount, in its place: now the check is final.
    const again = await checkTarget(task);
    if (!again.ok) return again;
    if (!(await end.isSame()))
      return failed(driveChanged(task.target.path, 'It was exchanged while it was opened.'));
    const plan: Plan = { image: image.value, target: end };
    const outcome =
      task.action === 'write'
        ? await writeAll(plan, target, progress, switches)
        : await verifyAll(plan, progress, switches.signal);
    // A drive that is being pulled may answer with nonsense first: that is not the fault of its memory.
    const isDoubtful = !outcome.ok && outcome.problem.code === 'stick-differs';
    if (isDoubtful && !(await isStillThere(target))) return failed(unplugged(end.path, outcome.problem.raw));
    return outcome;
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    return failed(await explained(error, task, target));
  } finally {
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
  const { image } = plan;
  const { bytes } = image;
  const rest = Math.max(0, bytes - chunkBytes);
  const started = performance.now();
  progress.begin('write', rest);
  let mode: 'all' | 'differing' = 'all';
  if (plan.target instanceof HeldDrive) {
    const share = await shareOnDrive(plan, signal);
    if (share !== null && share >= enoughInCommon) {
      mode = 'differing';
      progress.note('An earlier image is on this drive: only what differs is written.');
    }
    await wipeEnds(plan.target, target.drive.bytes);
    signal.throwIfAborted();
    const missing = await findMissingCapacity(plan.target, target.drive.bytes, signal);
    if (missing !== null) return failed(fakeCapacity(plan.target.path, missing));
  } else if (plan.target instanceof PracticeFile) {
    // Emptied first, so that no byte of what was in the file before can be taken for one of the image.
    await plan.target.resize(0);
    await plan.target.resize(roundUp(bytes, plan.target.blockSize));
  }
  const body = await writeBody(plan, mode, (more) => progress.add(more), signal);
  if (!body.ok) return body;
  progress.begin('flush', 0);
  await plan.target.flush();
  signal.throwIfAborted();
  const flushed = performance.now();

  const verified = await verifyBody(plan, progress, signal);
  if (!verified.ok) return verified;
  // Until the image is known to be the right one there is no beginning, and nothing boots.
  const sha256 = await image.sha256();
  if (!sha256.ok) return sha256;
  signal.throwIfAborted();

  seal();
  progress.begin('finish', 0);
  const head = await writeHead(plan);
  if (!head.ok) return head;
  // Direct I/O wrote whole pages; QEMU wants whole sectors, and a comparison with the image no more than that.
  if (plan.target instanceof PracticeFile) {
    await plan.target.resize(roundUp(bytes, 512));
    await plan.target.flush();
  }
  return done({
    bytesWritten: body.value.written + bytes - rest,
    bytesKept: body.value.kept,
    bytesVerified: bytes,
    writeMillis: Math.round(flushed - started),
    verifyMillis: Math.round(performance.now() - flushed),
    repairs: verified.value.repairs + head.value.repairs,
    sha256: sha256.value,
  });
}

/** The share of chunks that must be there already to make reading them first worth its time: reading is that much faster. */
const enoughInCommon = 0.3;

/**
 * Reads back all but the first chunk. After a repair everything is read once more: on a drive that stores two places
 * in one, mending the second breaks the first, which was found to be right before.
 */
async function verifyBody(
  plan: Plan,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome<{ repairs: number }>> {
  const rest = Math.max(0, plan.image.bytes - chunkBytes);
  progress.begin('verify', rest);
  const first = await readBack(plan, (more) => progress.add(more), signal);
  if (!first.ok || first.value.repairs === 0) return first;
  progress.note('A part of the drive had to be written again. Reading all of it back once more.');
  progress.begin('verify', rest);
  const problem = await compare(plan, 1, readBackDiffers, (more) => progress.add(more), signal);
  return problem === null ? first : failed(problem);
}

async function verifyAll(plan: Plan, progress: Progress, signal: AbortSignal): Promise<Outcome<Result>> {
  const { image } = plan;
  const started = performance.now();
  progress.begin('verify', image.bytes);
  const problem = await compare(plan, 0, stickDiffers(image.bytes), (more) => progress.add(more), signal);
  if (problem !== null) return failed(problem);
  const sha256 = await image.sha256();
  if (!sha256.ok) return sha256;
  return done({
    bytesWritten: 0,
    bytesKept: 0,
    bytesVerified: image.bytes,
    writeMillis: 0,
    verifyMillis: Math.round(performance.now() - started),
    repairs: 0,
    sha256: sha256.value,
  });
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
async function explained(error: TransferError, task: Task, target: Target): Promise<Problem> {
  const { act, position, code, message, path } = error;
  const isImage = path === task.image.path;
  const isFile = task.target.kind === 'file';
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
