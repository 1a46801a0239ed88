/** Moves what the recipe is built from to the newest revision of its nixpkgs, when the person asks for that. */
import type { RunningJob } from '../backend.ts';
import { wasCancelled } from '../build-run.ts';
import { forgetPackageCheck } from './packages.ts';
import { known, program, set } from './program.ts';

let updating: RunningJob<unknown> | null = null;

export async function updateNixpkgs(): Promise<void> {
  const { recipe, nixpkgsRun } = known();
  if (recipe === null || nixpkgsRun.state === 'running') return;
  const { name, release } = recipe;
  set({ nixpkgsRun: { state: 'running', label: '' } });
  const job = program.startJob('updateNixpkgs', recipe, (batch) => {
    const told = batch.findLast((event) => event.kind === 'progress' && event.label !== '');
    if (told?.kind === 'progress' && known().nixpkgsRun.state === 'running')
      set({ nixpkgsRun: { state: 'running', label: told.label } });
  });
  updating = job;
  const outcome = await job.ended;
  updating = null;
  // What Nix said of packages, it said of another revision.
  if (outcome.ok && outcome.value.before?.revision !== outcome.value.after.revision) forgetPackageCheck();
  set({
    nixpkgsRun: outcome.ok
      ? { state: 'done', update: outcome.value, name, release }
      : wasCancelled(outcome.problem)
        ? { state: 'idle' }
        : { state: 'failed', problem: outcome.problem },
  });
}

export function cancelNixpkgsUpdate(): void {
  updating?.cancel();
}
