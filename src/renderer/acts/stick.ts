/** What is done with sticks: writing, reading back, changing, restoring, saving and letting go. */
import type {
  Drive,
  Image,
  JobEvent,
  JobInput,
  JobOutput,
  StickEvent,
  StickSlot,
} from '../../shared/contract.ts';
import type { Outcome } from '../../shared/problem.ts';
import type { RunningJob } from '../backend.ts';
import {
  endedStick,
  endedSticks,
  isBusy,
  makingAfter,
  startedMaking,
  startedStick,
  startedSticks,
  stickAfter,
  sticksAfter,
  type StickAction,
  type StickRun,
  type StickTrace,
} from '../stick-run.ts';
import { slotRecipe } from '../store.ts';
import { known, loaded, program, set } from './program.ts';

let sticking: RunningJob<unknown> | null = null;

/** Waits for the end of a job, which Cancel can stop until then. */
async function endOf<T>(job: RunningJob<T>): Promise<Outcome<T>> {
  sticking = job;
  const outcome = await job.ended;
  sticking = null;
  return outcome;
}

/**
 * Writes an image on a drive, or compares a drive with it. What is written gets the recipe's secrets, its name and a host
 * key of its own; a recipe that has problems is left out, as the page has said before.
 *
 * @param made what was put into the slot of a stick that is verified, as its receipt says; null: nobody knows.
 */
export async function startStick(
  action: 'write' | 'verify',
  image: Image,
  drive: Drive,
  made: StickSlot | null = null,
): Promise<void> {
  if (isBusy(known().stick)) return;
  const { stick: before } = known();
  const trace = startedStick(action, image, drive, Date.now());
  // Verifying tells nothing of the slot; what was put into it is still there.
  const slot =
    action === 'verify' && before.state === 'done' && before.trace.drive.id === drive.id ? before.slot : made;
  set({ stick: { state: 'running', trace, cancelling: false }, ejection: null });
  const ids = { imageId: image.id, driveId: drive.id };
  const recipe = recipeFor(image);
  const job =
    action === 'write'
      ? program.startJob('writeStick', recipe === null ? ids : { ...ids, recipe }, takeEvents)
      : program.startJob('verifyStick', ids, takeEvents);
  const outcome = await endOf(job);
  const { stick: run } = known();
  if (run.state === 'running') set({ stick: endedStick(run.trace, outcome, slot) });
}

/** What goes into the slot of a stick with this image: nothing where it has none. */
function recipeFor(image: Image): ReturnType<typeof slotRecipe> {
  return image.opened?.slot === false ? null : slotRecipe(known());
}

/** Builds the image and writes it while it arrives, with the recipe's secrets, its name and a new host key. */
export async function makeStick(drive: Drive): Promise<void> {
  const recipe = slotRecipe(known());
  if (recipe === null || isBusy(known().stick)) return;
  const trace = startedMaking(recipe, drive, Date.now());
  set({ stick: { state: 'running', trace, cancelling: false }, ejection: null });
  const job = program.startJob('makeStick', { driveId: drive.id, recipe }, (batch) => {
    const { stick: run } = known();
    if (run.state === 'running') set({ stick: { ...run, trace: makingAfter(run.trace, batch, Date.now()) } });
  });
  const outcome = await endOf(job);
  const { stick: run } = known();
  if (run.state === 'running') set({ stick: endedStick(run.trace, outcome) });
}

/** Fills the slot of a finished stick anew: the recipe's secrets, its name and a new host key. */
export async function changeStick(drive: Drive): Promise<void> {
  const recipe = slotRecipe(known());
  if (recipe === null) return;
  await runOn(drive, 'change', 'personaliseStick', { driveId: drive.id, recipe }, (trace, personalised) => ({
    state: 'changed',
    trace,
    personalised,
  }));
}

/** Makes an ordinary stick again: what is on it is lost, and it gets one empty partition of that name. */
export async function restoreStick(drive: Drive, label: string): Promise<void> {
  await runOn(drive, 'restore', 'restoreStick', { driveId: drive.id, label }, (trace) => ({
    state: 'restored',
    trace,
    label,
  }));
}

/** Keeps all that is on a stick as a file. */
export async function saveStick(drive: Drive): Promise<void> {
  await runOn(drive, 'save', 'saveStick', { driveId: drive.id }, (trace, saved) => ({
    state: 'saved',
    trace,
    saved,
  }));
}

/** Runs a job that concerns one drive and no image, from its first moment to its end. */
async function runOn<N extends 'personaliseStick' | 'restoreStick' | 'saveStick'>(
  drive: Drive,
  action: StickAction,
  name: N,
  input: JobInput<N>,
  whenDone: (trace: StickTrace, result: JobOutput<N>) => StickRun,
): Promise<void> {
  if (isBusy(known().stick)) return;
  const started = startedStick(action, null, drive, Date.now());
  set({ stick: { state: 'running', trace: started, cancelling: false }, ejection: null });
  const job = program.startJob(name, input, takeEvents as (batch: JobEvent<N>[]) => void);
  const outcome = await endOf(job);
  const { stick: run } = known();
  if (run.state !== 'running') return;
  const { trace } = run;
  set({
    stick: outcome.ok ? whenDone(trace, outcome.value) : { state: 'failed', trace, problem: outcome.problem },
  });
}

/** Lets go of a drive, so that it can be pulled out. */
export async function ejectDrive(drive: Drive): Promise<void> {
  if (isBusy(known().stick) || known().ejection?.state === 'running') return;
  set({ ejection: { state: 'running', drive } });
  const asked = await program.call('ejectDrive', { driveId: drive.id });
  const outcome = asked.ok ? asked.value : asked;
  if (known().ejection?.drive.id !== drive.id) return;
  set(
    outcome.ok
      ? { ejection: { state: 'done', drive }, driveId: null }
      : { ejection: { state: 'failed', drive, problem: outcome.problem } },
  );
}

/** Writes an image on several drives at once. */
export async function writeSticks(image: Image, drives: Drive[]): Promise<void> {
  if (isBusy(known().stick)) return;
  set({ stick: startedSticks(image, drives, Date.now()) });
  const ids = { imageId: image.id, driveIds: drives.map((drive) => drive.id) };
  const recipe = recipeFor(image);
  const job = program.startJob('writeSticks', recipe === null ? ids : { ...ids, recipe }, (batch) => {
    const { stick: run } = known();
    if (run.state === 'several') set({ stick: sticksAfter(run, batch) });
  });
  const outcome = await endOf(job);
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
  set({ stick: { state: 'idle' }, driveId: null, severalIds: null, ejection: null });
}

/** Asks what was made before, as long as nobody has thrown the receipts away. */
export async function loadReceipts(): Promise<void> {
  set({ receipts: loaded(await program.call('receipts', undefined)) });
}
