/** Holds the target of an order while something is done with it: checked before and after it is opened, and let go. */
import { stat } from 'node:fs/promises';
import { findHolders } from '../main/drives/holders.ts';
import { targetDrive, type Target } from '../main/drives/list.ts';
import { rereadPartitions, unmountDrive } from '../main/drives/unmount.ts';
import { failed, type Outcome, type Problem } from '../shared/problem.ts';
import { binds, checkTarget } from './check.ts';
import { HeldDrive, PracticeFile, TransferError, type End } from './ends.ts';
import { driveChanged, explain, unplugged } from './explain.ts';
import type { Task } from './order.ts';
import type { Progress } from './progress.ts';

export interface Switches {
  signal: AbortSignal;
  /** Called right before the last step: from here on cancelling comes too late, and would only do harm. */
  seal(): void;
}

/**
 * Frees the target of mounts where it is to be written, opens it, and checks once more that it is the one that was meant.
 *
 * @param checked what `checkTarget` said of the task
 * @param use is given the open target; what it throws as TransferError becomes a problem
 * @returns what `use` does, or why it did not come to that. Throws an AbortError when aborted.
 */
export async function withTarget<T>(
  task: Task,
  checked: Target,
  progress: Progress,
  switches: Switches,
  use: (end: End, target: Target) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const isWritten = task.action !== 'verify' && task.action !== 'save';
  let target = checked;
  let isHeld = false;
  let end: (End & { isSame(): Promise<boolean> }) | null = null;
  try {
    // Also what is only saved, so that it is of one moment; but Windows frees a drive by emptying it.
    if (isWritten || (task.action === 'save' && process.platform !== 'win32')) {
      progress.begin('unmount', 0);
      switches.signal.throwIfAborted();
      const free = await unmountDrive(target, task.image?.path, ({ code }) => binds(task.action, code));
      if (!free.ok) return free;
      target = free.value;
    }
    switches.signal.throwIfAborted();
    end = openEnd(target, isWritten);
    await end.open();
    isHeld = end instanceof HeldDrive && isWritten;
    // While it is held nobody can put another drive, or a mount, in its place: now the check is final.
    const again = await checkTarget(task);
    if (!again.ok) return again;
    if (!(await end.isSame()))
      return failed(driveChanged(task.target.path, 'It was exchanged while it was opened.'));
    const outcome = await use(end, target);
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

function openEnd({ drive }: Target, write: boolean): End & { isSame(): Promise<boolean> } {
  if (drive.kind === 'file') {
    const file = new PracticeFile({ path: drive.path, write });
    return Object.assign(file, { isSame: () => file.isRegular() });
  }
  const held = new HeldDrive(drive, write);
  // Elsewhere the node tells nothing of the drive behind it; the check that follows does.
  const isSame = async () =>
    process.platform !== 'linux' || (await held.rdev()) === (await stat(drive.path)).rdev;
  return Object.assign(held, { isSame });
}

/** Asks, after a failure, what the error code does not tell: whether the drive is still there, and who holds it. */
async function explained(error: TransferError, task: Task, target: Target): Promise<Problem> {
  const { act, position, code, message, path } = error;
  const isImage = path === task.image?.path && task.action !== 'save';
  const isFile = task.target.kind === 'file' || path === task.image?.path;
  const isPresent = await isStillThere(target);
  const holders = code === 'EBUSY' ? await findHolders(target.numbers, []) : [];
  const end = isImage ? 'image' : isFile ? 'file' : 'drive';
  const system = process.platform;
  return explain({ act, position, code, message, path, end, isPresent, holders, system });
}

/** Whether the drive is the one it was: a pulled stick may keep its node, and another one may get its name. */
async function isStillThere({ drive }: Target): Promise<boolean> {
  if (drive.kind === 'file') return true;
  const now = await targetDrive(drive.path);
  return now.ok && now.value.diskSequence === drive.diskSequence && now.value.bytes > 0;
}
