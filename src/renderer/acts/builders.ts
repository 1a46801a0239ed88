/** Where images are built: the list of builders, the one that is chosen, what is missing there, and its host key. */
import type { BuildingChoices, SavedBuilder, ShownHostKey } from '../../shared/building.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import type { RunningJob } from '../backend.ts';
import { wasCancelled } from '../build-run.ts';
import { loadPreflight } from './build.ts';
import { known, loaded, program, set } from './program.ts';

export async function loadBuilding(): Promise<void> {
  set({ building: loaded(await program.call('buildingChoices', undefined)) });
}

/** Saves a change. The window shows it once it is kept, and not before. */
async function change(
  next: (choices: BuildingChoices) => BuildingChoices,
): Promise<Outcome<BuildingChoices>> {
  const { building } = known();
  if (building.state === 'failed') return failed(building.problem);
  if (building.state === 'loading') return failed(notYet);
  set({ savingBuilding: true });
  const answer = await program.call('changeBuildingChoices', next(building.value));
  set({ savingBuilding: false });
  if (!answer.ok) return answer;
  if (answer.value.ok) set({ building: { state: 'here', value: answer.value.value } });
  return answer.value;
}

const notYet = problem('builders-loading', 'The list of builders is still being read.', {
  remedy: 'Try again in a moment.',
});

/** Chooses where images are built from now on, and looks what is missing there. */
export async function chooseBuilder(name: string): Promise<Outcome<BuildingChoices>> {
  const outcome = await change((choices) => ({ ...choices, chosen: name }));
  if (outcome.ok) void loadPreflight();
  return outcome;
}

/** Puts a builder on the list. It is neither chosen nor asked anything. */
export function addBuilder(builder: SavedBuilder): Promise<Outcome<BuildingChoices>> {
  return change((choices) => ({ ...choices, builders: [...choices.builders, builder] }));
}

/** Puts other words in the place of a builder's. Where it is the chosen one it stays so, also under another name. */
export async function changeBuilder(name: string, builder: SavedBuilder): Promise<Outcome<BuildingChoices>> {
  const outcome = await change((choices) => ({
    ...choices,
    builders: choices.builders.map((one) => (one.name === name ? builder : one)),
    chosen: choices.chosen === name ? builder.name : choices.chosen,
  }));
  if (!outcome.ok) return outcome;
  // What it said before, it said of something else.
  forgetCheck(name);
  if ([builder.name, 'auto'].includes(outcome.value.chosen)) void loadPreflight();
  return outcome;
}

/** Takes a builder off the list; if it was the chosen one, images are built on this computer again. */
export async function removeBuilder(name: string): Promise<Outcome<BuildingChoices>> {
  const { building } = known();
  const before = building.state === 'here' ? building.value.chosen : 'here';
  const outcome = await change((choices) => ({
    ...choices,
    builders: choices.builders.filter((one) => one.name !== name),
    chosen: choices.chosen === name ? 'here' : choices.chosen,
  }));
  if (!outcome.ok) return outcome;
  forgetCheck(name);
  if (before === name || before === 'auto') void loadPreflight();
  return outcome;
}

function forgetCheck(name: string): void {
  const { [name]: _gone, ...builderChecks } = known().builderChecks;
  set({ builderChecks });
}

export function keepAtMost(keepGigabytes: number): Promise<Outcome<BuildingChoices>> {
  return change((choices) => ({ ...choices, keepGigabytes }));
}

export function distributeTo(distribute: string | null): Promise<Outcome<BuildingChoices>> {
  return change((choices) => ({ ...choices, distribute }));
}

// ---- what is missing there ----

/** Asks a builder that is not the chosen one what is missing there. */
export async function checkBuilder(name: string): Promise<void> {
  const system = known().recipe?.system;
  if (system === undefined) return;
  const asked = { state: 'loading' } as const;
  setCheck(name, asked);
  const answer = await program.call('preflight', { system, on: name });
  // It may have been removed meanwhile, or changed and asked again.
  if (known().builderChecks[name] === asked) setCheck(name, loaded(answer));
}

function setCheck(name: string, check: ReturnType<typeof known>['builderChecks'][string]): void {
  set({ builderChecks: { ...known().builderChecks, [name]: check } });
}

/** Looks anew at a builder, wherever it is shown. */
export function lookAgain(name: string): void {
  if (name in known().builderChecks) void checkBuilder(name);
  void loadPreflight();
}

/** Asks a builder that nobody knows yet for its host key. Trusts nothing. */
export async function showHostKey(on: string): Promise<Outcome<ShownHostKey>> {
  const answer = await program.call('showHostKey', { on });
  return answer.ok ? answer.value : answer;
}

/** Trusts just this key, which the person has compared. */
export async function trustHost(on: string, fingerprint: string): Promise<Outcome<ShownHostKey>> {
  const answer = await program.call('trustHost', { on, fingerprint });
  return answer.ok ? answer.value : answer;
}

// ---- making room there ----

let collecting: RunningJob<unknown> | null = null;

/** Has Nix remove what nothing needs any more, at the builder of this name, or `here`. */
export async function collectGarbage(on: string): Promise<void> {
  if (known().garbageRun.state === 'running') return;
  set({ garbageRun: { state: 'running', on, line: '' } });
  const job = program.startJob('collectGarbage', { on }, (batch) => {
    const line = batch.at(-1)?.line;
    if (line !== undefined && known().garbageRun.state === 'running')
      set({ garbageRun: { state: 'running', on, line } });
  });
  collecting = job;
  const outcome = await job.ended;
  collecting = null;
  set({
    garbageRun: outcome.ok
      ? { state: 'done', on, freed: outcome.value.freed }
      : wasCancelled(outcome.problem)
        ? { state: 'idle' }
        : { state: 'failed', on, problem: outcome.problem },
  });
  if (outcome.ok) lookAgain(on);
}

export function cancelGarbage(): void {
  collecting?.cancel();
}

// ---- images that are kept ----

/** Removes an image from this computer. The screen that shows its build goes back to the beginning. */
export async function removeImage(imageId: string): Promise<Outcome<null>> {
  const answer = await program.call('removeImage', { imageId });
  if (!answer.ok) return answer;
  const { build } = known();
  set({
    images: answer.value,
    ...(build.state === 'done' && build.image.id === imageId ? { build: { state: 'idle' as const } } : {}),
  });
  return done(null);
}
