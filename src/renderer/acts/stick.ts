/** Writing a stick and reading it back. */
import type { Drive, Image } from '../../shared/contract.ts';
import type { RunningJob } from '../backend.ts';
import { endedStick, startedStick, stickAfter, type StickAction } from '../stick-run.ts';
import { known, program, set } from './program.ts';

let sticking: RunningJob<unknown> | null = null;

/** Writes an image on a drive, or compares a drive with it. */
export async function startStick(action: StickAction, image: Image, drive: Drive): Promise<void> {
  if (known().stick.state === 'running') return;
  set({
    stick: { state: 'running', trace: startedStick(action, image, drive, Date.now()), cancelling: false },
  });
  const name = action === 'write' ? 'writeStick' : 'verifyStick';
  const job = program.startJob(name, { imageId: image.id, driveId: drive.id }, (batch) => {
    const { stick: run } = known();
    if (run.state === 'running') set({ stick: { ...run, trace: stickAfter(run.trace, batch) } });
  });
  sticking = job;
  const outcome = await job.ended;
  sticking = null;
  const { stick: run } = known();
  if (run.state === 'running') set({ stick: endedStick(run.trace, outcome) });
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
