/** What is on the stick: the catalogue, searching all packages, packages chosen and removed, and what Nix says of them. */
import type { RunningJob } from '../backend.ts';
import { wasCancelled } from '../build-run.ts';
import { known, loaded, program, set } from './program.ts';
import { changeRecipe } from './recipe.ts';

export async function loadCatalogue(): Promise<void> {
  set({ catalogue: { state: 'loading' } });
  const [catalogue, presets] = await Promise.all([
    program.call('catalogue', undefined),
    program.call('presets', undefined),
  ]);
  set({ catalogue: loaded(catalogue), presets: presets.ok ? presets.value : [] });
}

export function addPackages(names: string[]): void {
  changeRecipe((recipe) => ({ ...recipe, packages: [...new Set([...recipe.packages, ...names])] }));
}

export function removePackage(name: string): void {
  changeRecipe((recipe) => ({ ...recipe, packages: recipe.packages.filter((one) => one !== name) }));
}

/** Puts the name that was meant in the place of another. */
export function replacePackage(name: string, other: string): void {
  changeRecipe((recipe) => ({
    ...recipe,
    packages: [...new Set(recipe.packages.map((one) => (one === name ? other : one)))],
  }));
}

export function removeAllPackages(): void {
  changeRecipe((recipe) => ({ ...recipe, packages: [] }));
}

// ---- searching ----

/** Searches as the person types. An answer that was overtaken by more letters is dropped. */
export async function searchPackages(words: string): Promise<void> {
  const { recipe } = known();
  set({ packageSearch: { ...known().packageSearch, words } });
  if (recipe === null || words.trim() === '') return set({ packageSearch: { words, found: null } });
  const { release } = recipe;
  const found = await program.call('searchPackages', { words, release, limit: 60 });
  if (known().packageSearch.words === words && known().recipe?.release === release)
    set({ packageSearch: { words, found: found.ok ? found.value : null } });
}

/** Looks whether the list of all packages of a release is on this computer. */
export async function loadPackageIndex(release: string): Promise<void> {
  const index = await program.call('packageIndex', { release });
  if (index.ok && known().recipe?.release === release) set({ packageIndex: index.value });
}

let indexing: RunningJob<unknown> | null = null;

/** Gets the list of all packages of the chosen release. */
export async function fetchPackageIndex(): Promise<void> {
  const release = known().recipe?.release;
  if (release === undefined || known().indexRun.state === 'running') return;
  set({ indexRun: { state: 'running', phase: 'ask', bytes: 0, total: null } });
  const job = program.startJob('updatePackageIndex', { release, force: false }, (batch) => {
    for (const event of batch) {
      const { indexRun } = known();
      if (indexRun.state !== 'running') return;
      set({
        indexRun:
          event.kind === 'phase'
            ? { ...indexRun, phase: event.phase }
            : { ...indexRun, bytes: event.bytes, total: event.total },
      });
    }
  });
  indexing = job;
  const outcome = await job.ended;
  indexing = null;
  set({
    indexRun:
      outcome.ok || wasCancelled(outcome.problem)
        ? { state: 'idle' }
        : { state: 'failed', problem: outcome.problem },
    // The release may have been changed meanwhile.
    ...(outcome.ok && known().recipe?.release === release ? { packageIndex: outcome.value } : {}),
  });
  void searchPackages(known().packageSearch.words);
}

export function cancelPackageIndex(): void {
  indexing?.cancel();
}

// ---- what Nix says ----

let checking: RunningJob<unknown> | null = null;

/** Asks Nix about all chosen names at once. */
export async function checkPackages(): Promise<void> {
  const { recipe } = known();
  if (recipe === null || known().packageCheck.state === 'running') return;
  const { packages, release, system, allowUnfree, name, image } = recipe;
  set({ packageCheck: { state: 'running' } });
  const job = program.startJob(
    'checkPackages',
    { packages, release, system, allowUnfree, name, compression: image.compression },
    () => undefined,
  );
  checking = job;
  const outcome = await job.ended;
  checking = null;
  set({
    packageCheck: outcome.ok
      ? { state: 'done', ...outcome.value, release, system, allowUnfree }
      : wasCancelled(outcome.problem)
        ? { state: 'idle' }
        : { state: 'failed', problem: outcome.problem },
  });
}

/** What was said counts no more; one that still runs goes on. */
export function forgetPackageCheck(): void {
  if (known().packageCheck.state === 'done') set({ packageCheck: { state: 'idle' } });
}

export function cancelPackageCheck(): void {
  checking?.cancel();
}
