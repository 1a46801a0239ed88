/** Building the image: what is missing for it, the run, and its end. */
import type { RunningJob } from '../backend.ts';
import { buildAfter, endedBuild, startedBuild } from '../build-run.ts';
import { known, loaded, program, set } from './program.ts';

export async function loadPreflight(): Promise<void> {
  const system = known().recipe?.system;
  if (system === undefined) return;
  set({ preflight: { state: 'loading' } });
  set({ preflight: loaded(await program.call('preflight', { system })) });
}

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
  const { build: run, images } = known();
  if (run.state !== 'running') return;
  set({ build: endedBuild(run.trace, outcome, Date.now()) });
  if (!outcome.ok) return;
  const image = outcome.value;
  set({ imageId: image.id, images: [image, ...images.filter((other) => other.id !== image.id)] });
}

export function cancelBuild(): void {
  const { build } = known();
  if (build.state !== 'running') return;
  set({ build: { ...build, cancelling: true } });
  building?.cancel();
}
