/** Writing a stick and reading it back. */
import type { Drive, Image, StickEvent } from '../../shared/contract.ts';
import type { RunningJob } from '../backend.ts';
import { endedStick, startedStick, stickAfter, type StickAction } from '../stick-run.ts';
import { slotRecipe } from '../store.ts';
import { known, program, set } from './program.ts';

let sticking: RunningJob<unknown> | null = null;

/**
 * Writes an image on a drive, or compares a drive with it. What is written gets the recipe's secrets, its name and a host
 * key of its own; a recipe that has problems is left out, as the page has said before.
 */
export async function startStick(action: StickAction, image: Image, drive: Drive): Promise<void> {
  if (known().stick.state === 'running') return;
  const { stick: before } = known();
  const trace = startedStick(action, image, drive, Date.now());
  // Verifying tells nothing of the slot; what was put into it is still there.
  const slot =
    action === 'verify' && before.state === 'done' && before.trace.drive.id === drive.id ? before.slot : null;
  set({ stick: { state: 'running', trace, cancelling: false } });
  const ids = { imageId: image.id, driveId: drive.id };
  const recipe = slotRecipe(known());
  const job =
    action === 'write'
      ? program.startJob('writeStick', recipe === null ? ids : { ...ids, recipe }, takeEvents)
      : program.startJob('verifyStick', ids, takeEvents);
  sticking = job;
  const outcome = await job.ended;
  sticking = null;
  const { stick: run } = known();
  if (run.state === 'running') set({ stick: endedStick(run.trace, outcome, slot) });
}

function takeEvents(batch: StickEvent[]): void {
  const { stick: run } = known();
  if (run.state === 'running') set({ stick: { ...run, trace: stickAfter(run.trace, batch) } });
}

export function cancelStick(): void {
  const { stick } = known();
  if (stick.state !== 'running') return;
  set({ stick: { ...stick, cancelling: true } });
  sticking?.cancel();
}

/** Back to the list of drives; nothing stays chosen. */
export function leaveStick(): void {
  set({ stick: { state: 'idle' }, driveId: null });
}
