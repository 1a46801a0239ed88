/** What the entries of the program have in common: every call and every job of the contract, behind checked inputs. */
import path from 'node:path';
import type { z } from 'zod';
import {
  contract,
  type CallInput,
  type CallName,
  type CallOutput,
  type JobEvent,
  type JobInput,
  type JobName,
  type JobOutput,
} from '../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../shared/problem.ts';
import { checkRecipe, emptyRecipe } from '../shared/recipe.ts';
import type { Services } from './desk.ts';
import { watchDrives } from './drives/list.ts';
import { flakeViews } from './flake/flake-view.ts';
import type { Job } from './jobs.ts';
import { foundKeys } from './keys/found.ts';
import { readKeys } from './keys/parse.ts';
import { catalogue } from './packages/catalogue.ts';
import type { Places } from './places.ts';
import { pageRecipe, recipeFlake } from './recipe-flake.ts';
import { readSettings, writeSettings } from './settings.ts';
import { version } from './version.ts';

export interface Surroundings {
  places: Places;
  host: 'electron' | 'web';
  /** The nixpkgs to build from in place of the release's own, as a flake reference. */
  nixpkgs: string | null;
}

type Calls = { [N in CallName]: (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>> };
type Jobs = { [N in JobName]: Job<JobInput<N>, JobEvent<N>, JobOutput<N>> };

/** Puts the services together. Names and inputs may come from a page and are checked here, whatever they are. */
export function createServices({ places, host, nixpkgs }: Surroundings): Services {
  const practiceFile = path.join(places.data, 'practice', 'stick.img');
  const later = problem('not-in-this-version', 'This is not in this version yet.');

  const calls: Calls = {
    about: () => ({ version, platform: process.platform, host, nixpkgs }),
    emptyRecipe,
    checkRecipe(value) {
      const checked = checkRecipe(value);
      return 'problems' in checked ? checked.problems : [];
    },
    foundKeys: () => foundKeys(),
    readKeys: (text) => readKeys(text),
    catalogue,
    previewFlake(value) {
      const recipe = pageRecipe(value);
      return recipe.ok ? done(flakeViews(recipeFlake(recipe.value, nixpkgs))) : recipe;
    },
    preflight: () => [],
    images: () => [],
    settings: () => readSettings(places.config),
    async changeSettings(settings) {
      await writeSettings(places.config, settings);
      return settings;
    },
    receipts: () => [],
  };

  const jobs: Jobs = {
    async *build() {
      return failed(later);
    },
    async *watchDrives(_nothing, signal) {
      const { practiceDrives } = await readSettings(places.config);
      return yield* watchDrives(
        { loops: practiceDrives, practiceFile: practiceDrives ? practiceFile : undefined },
        signal,
      );
    },
    async *writeStick() {
      return failed(later);
    },
    async *verifyStick() {
      return failed(later);
    },
  };

  return {
    async call(name, input) {
      if (!isCall(name)) return failed(unknownName(name));
      const parsed = parse(contract.calls[name].input, input);
      if (!parsed.ok) return parsed;
      // The schema of this name has just said that this is its input; TypeScript can not follow a name it does not know.
      const call = calls[name] as (input: unknown) => unknown;
      return done(await call(parsed.value));
    },
    job(name, input, signal) {
      if (!isJob(name)) return endAtOnce(failed(unknownName(name)));
      const parsed = parse(contract.jobs[name].input, input);
      if (!parsed.ok) return endAtOnce(parsed);
      const job = jobs[name] as Job<unknown, unknown, unknown>;
      return job(parsed.value, signal);
    },
  };
}

function isCall(name: string): name is CallName {
  return Object.hasOwn(contract.calls, name);
}

function isJob(name: string): name is JobName {
  return Object.hasOwn(contract.jobs, name);
}

function parse(schema: z.ZodType, input: unknown): Outcome<unknown> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return done(parsed.data);
  // Where, and not what: an input may hold a secret.
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'input').join(', ');
  return failed(
    problem('bad-request', 'The window asked for something that makes no sense.', {
      remedy: 'Close the window and open it again.',
      raw: `does not fit: ${where}`,
    }),
  );
}

function unknownName(name: string) {
  return problem('bad-request', 'The window asked for something that does not exist.', {
    remedy: 'Close the window and open it again.',
    raw: `no such name: ${name}`,
  });
}

// oxlint-disable-next-line require-yield
async function* endAtOnce(outcome: Outcome<never>): AsyncGenerator<never, Outcome<never>, void> {
  return outcome;
}
