/** The drives that are plugged in, watched while they are shown, and what the person picks among them. */
import type { Drive } from '../../shared/contract.ts';
import type { RunningJob } from '../backend.ts';
import { isPractice } from '../drive-words.ts';
import { known, program, set } from './program.ts';

let watching: RunningJob<null> | null = null;

/** Keeps the list of drives true until `stopWatching`. */
export function watchDrives(): void {
  const job = program.startJob('watchDrives', undefined, (batch) => {
    const last = batch.at(-1);
    if (last && watching === job) takeDrives(last.drives);
  });
  watching = job;
  void watchUntilEnd(job);
}

export function stopWatching(): void {
  watching?.cancel();
  watching = null;
}

async function watchUntilEnd(job: RunningJob<null>): Promise<void> {
  const outcome = await job.ended;
  if (watching !== job || outcome.ok) return;
  set({ drives: { state: 'failed', problem: outcome.problem }, driveId: null });
}

/** Begins anew after the list could not be had. */
export function watchAgain(): void {
  forgetDrives();
  stopWatching();
  watchDrives();
}

/** Leaves the list of drives: whoever comes back sees it afresh, with nothing chosen. */
export function forgetDrives(): void {
  set({
    drives: { state: 'loading' },
    newDrives: [],
    driveId: null,
    severalIds: null,
    goneDrive: null,
    ejection: null,
  });
}

function takeDrives(drives: Drive[]): void {
  const { drives: before, newDrives, driveId, severalIds, goneDrive, ejection } = known();
  const present = new Set(drives.map((drive) => drive.id));
  const old = before.state === 'here' ? before.value : drives;
  const seen = new Set(old.map((drive) => drive.id));
  const arrived = drives
    .filter((drive) => !seen.has(drive.id) && !isPractice(drive))
    .map((drive) => drive.id);
  const picked = drives.find((drive) => drive.id === driveId && drive.refusals.length === 0);
  const writable = new Set(drives.filter((drive) => drive.refusals.length === 0).map((drive) => drive.id));
  const lost = old.find(
    ({ id }) => (id === driveId || severalIds?.includes(id) === true) && !writable.has(id),
  );
  // Whoever lets go of a drive expects it to go.
  const isLetGo = lost !== undefined && ejection?.drive.id === lost.id && ejection.state !== 'failed';
  set({
    drives: { state: 'here', value: drives },
    newDrives: [...newDrives.filter((id) => present.has(id)), ...arrived],
    // A drive that is gone, or may no longer be written, must not come back chosen.
    driveId: picked?.id ?? null,
    severalIds: severalIds?.filter((id) => writable.has(id)) ?? null,
    // A practice stick goes only where the person hides it.
    goneDrive: lost && !isPractice(lost) && !isLetGo ? lost : goneDrive,
    // Something was plugged in since, perhaps the very one.
    ejection: ejection?.state === 'done' && arrived.length > 0 ? null : ejection,
  });
}

/** Where the list is watched: begins anew, by what the settings say now. */
export function watchDrivesAnew(): void {
  if (watching === null) return;
  stopWatching();
  watchDrives();
}

/** Chooses a drive; whether it may be written is judged again by the program when it is. */
export function pickDrive(driveId: string): void {
  set({ driveId, goneDrive: null, ejection: null });
}

/** Chooses one more drive, or one less, where several are written at once. */
export function pickAlso(driveId: string, isWanted: boolean): void {
  const others = (known().severalIds ?? []).filter((id) => id !== driveId);
  set({ severalIds: isWanted ? [...others, driveId] : others, goneDrive: null });
}

/** Several drives at once, or one; nothing stays chosen. */
export function chooseSeveral(isWanted: boolean): void {
  set({ severalIds: isWanted ? [] : null, driveId: null, goneDrive: null });
}

export function pickImage(imageId: string): void {
  set({ imageId });
}
