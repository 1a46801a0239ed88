/** Writing a stick and reading it back. */
import type { Drive, Image, StickEvent } from '../../shared/contract.ts';
import type { RunningJob } from '../backend.ts';
import {
  endedStick,
  endedSticks,
  isBusy,
  startedStick,
  startedSticks,
  stickAfter,
  sticksAfter,
} from '../stick-run.ts';
import { slotRecipe } from '../store.ts';
import { known, loaded, program, set } from './program.ts';

let sticking: RunningJob<unknown> | null = null;

/**
 * Writes an image on a drive, or compares a drive with it. What is written gets the recipe's secrets, its name and a host
 * key of its own; a recipe that has problems is left out, as the page has said before.
 */
export async function startStick(action: 'write' | 'verify', image: Image, drive: Drive): Promise<void> {
  if (isBusy(known().stick)) return;
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

/** Fills the slot of a finished stick anew: the recipe's secrets, its name and a new host key. */
export async function changeStick(drive: Drive): Promise<void> {
  const recipe = slotRecipe(known());
  if (recipe === null || isBusy(known().stick)) return;
  const trace = startedStick('change', null, drive, Date.now());
  set({ stick: { state: 'running', trace, cancelling: false } });
  const job = program.startJob('personaliseStick', { driveId: drive.id, recipe }, takeEvents);
  sticking = job;
  const outcome = await job.ended;
  sticking = null;
  const { stick: run } = known();
  if (run.state !== 'running') return;
  set({
    stick: outcome.ok
      ? { state: 'changed', trace: run.trace, personalised: outcome.value }
      : { state: 'failed', trace: run.trace, problem: outcome.problem },
  });
}

/** Writes an image on several drives at once. */
export async function writeSticks(image: Image, drives: Drive[]): Promise<void> {
  if (isBusy(known().stick)) return;
  set({ stick: startedSticks(image, drives, Date.now()) });
  const ids = { imageId: image.id, driveIds: drives.map((drive) => drive.id) };
  const recipe = slotRecipe(known());
  const job = program.startJob('writeSticks', recipe === null ? ids : { ...ids, recipe }, (batch) => {
    const { stick: run } = known();
    if (run.state === 'several') set({ stick: sticksAfter(run, batch) });
  });
  sticking = job;
  const outcome = await job.ended;
  sticking = null;
  const { stick: run } = known();
  if (run.state === 'several') set({ stick: endedSticks(run, outcome) });
}

function takeEvents(batch: StickEvent[]): void {
  const { stick: run } = known();
  if (run.state === 'running') set({ stick: { ...run, trace: stickAfter(run.trace, batch) } });
}

export function cancelStick(): void {
  const { stick } = known();
  if (stick.state !== 'running' && stick.state !== 'several') return;
  set({ stick: { ...stick, cancelling: true } });
  sticking?.cancel();
}

/** Back to the list of drives; nothing stays chosen. */
export function leaveStick(): void {
  set({ stick: { state: 'idle' }, driveId: null, severalIds: null });
}

/** Asks what was made before, as long as nobody has thrown the receipts away. */
export async function loadReceipts(): Promise<void> {
  set({ receipts: loaded(await program.call('receipts', undefined)) });
}
