/** Building the image: what is missing for it, the run, and its end. */
import type { Image } from '../../shared/contract.ts';
import type { RunningJob } from '../backend.ts';
import { buildAfter, endedBuild, startedBuild } from '../build-run.ts';
import { known, loaded, program, set } from './program.ts';

/** What is missing at the chosen builder for an image of that kind. Of two answers the one that was asked for last counts. */
export async function loadPreflight(system = known().recipe?.system): Promise<void> {
  if (system === undefined) return;
  const asked = (asks += 1);
  set({ preflight: { state: 'loading' } });
  const preflight = loaded(await program.call('preflight', { system }));
  if (asked === asks) set({ preflight });
}

let asks = 0;

let building: RunningJob<unknown> | null = null;

export async function startBuild(): Promise<void> {
  const { recipe, build } = known();
  if (recipe === null || build.state === 'running') return;
  set({ build: { state: 'running', trace: startedBuild(recipe, Date.now()), cancelling: false } });
  const job = program.startJob('build', recipe, (batch) => {
    const { build: run } = known();
    if (run.state === 'running') set({ build: { ...run, trace: buildAfter(run.trace, batch, Date.now()) } });
  });
  building = job;
  const outcome = await job.ended;
  building = null;
  const { build: run } = known();
  if (run.state !== 'running') return;
  set({ build: endedBuild(run.trace, outcome, Date.now()) });
  if (!outcome.ok) return;
  const image = outcome.value;
  const newest = (images: Image[]) => [image, ...images.filter((other) => other.id !== image.id)];
  set({ imageId: image.id, images: newest(known().images) });
  // The oldest may have gone to make room for it.
  const kept = await program.call('images', undefined);
  if (kept.ok) set({ images: newest(kept.value) });
}

export function cancelBuild(): void {
  const { build } = known();
  if (build.state !== 'running') return;
  set({ build: { ...build, cancelling: true } });
  building?.cancel();
}
