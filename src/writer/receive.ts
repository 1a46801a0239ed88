/** Writes an image while it arrives: the steps of any other write, with what is on the drive proved by sums. */
import { formatBytes } from '../shared/units.ts';
import { failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { ArrivingImage } from './arriving.ts';
import { checkTarget } from './check.ts';
import { withTarget, type Switches } from './hold.ts';
import { patchBytes } from './image.ts';
import type { Intake } from './intake.ts';
import type { ReceiveOrder, Result, Task } from './order.ts';
import { writeAll } from './perform.ts';
import type { Progress } from './progress.ts';

/**
 * @param intake where the image comes from: its bytes, then its SHA-256 as a line
 * @param giveUp aborts `switches.signal`
 * @returns as `perform`
 */
export async function receive(
  { bytes, targets }: ReceiveOrder,
  intake: Intake,
  giveUp: () => void,
  progress: Progress,
  switches: Switches,
): Promise<Outcome<Result>> {
  const [target] = targets;
  if (target === undefined) throw new Error('an order without a target');
  const patches = patchBytes(target.patches ?? []);
  if (patches.some((patch) => patch.offset + patch.bytes.length > bytes))
    return failed(problem('order-unusable', 'A change reaches beyond the end of the image.'));
  const task: Task = { action: 'receive', image: null, target };
  progress.begin('check', 0);
  const checked = await checkTarget(task);
  if (!checked.ok) return checked;
  const { drive } = checked.value;
  if (drive.kind !== 'file' && drive.bytes < bytes) return failed(tooSmall(drive.path, drive.bytes, bytes));
  return withTarget(task, checked.value, progress, switches, async (end, found) => {
    const image = new ArrivingImage({
      bytes,
      patches,
      intake,
      giveUp,
      waitFor: (whom) => progress.waitFor(whom),
    });
    const how = {
      holdsSecrets: patches.length > 0,
      // Nothing of it is there yet that the drive could be compared with.
      mayKeep: false,
      readBack: (onVerified: (more: number) => void) => image.readBack(end, onVerified, switches.signal),
    };
    return writeAll({ image, target: end }, found, how, progress, switches);
  });
}

function tooSmall(path: string, bytes: number, wanted: number): Problem {
  return problem('drive-too-small', `${path} is too small for this image.`, {
    detail: `The drive holds ${formatBytes(bytes)} (${bytes} bytes); the image needs ${formatBytes(wanted)} (${wanted}).`,
    remedy: 'Choose a larger drive, or build a smaller image.',
  });
}
