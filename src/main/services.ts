/** What the entries of the program have in common: every call and every job of the contract, behind checked inputs. */
import type { z } from 'zod';
import { contract, type CallName, type JobName } from '../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../shared/problem.ts';
import { checkRecipe, emptyRecipe } from '../shared/recipe.ts';
import type { Services } from './desk.ts';
import { openedImages } from './image/opened.ts';
import type { Job } from './jobs.ts';
import { buildingServices } from './services/building.ts';
import { desktopServices } from './services/desktop.ts';
import { flakeServices } from './services/flakes.ts';
import { keyServices } from './services/keys.ts';
import { machineServices } from './services/machines.ts';
import { packageServices } from './services/packages.ts';
import type { Calls, Jobs, Surroundings } from './services/part.ts';
import { recipeServices } from './services/recipes.ts';
import { stickServices } from './services/sticks.ts';
import { systemServices } from './services/system.ts';
import { readSettings, settingsTrouble } from './settings.ts';
import { version } from './version.ts';

/** What an entry has to say; the desktop app says the rest, too. */
type Given = Pick<Surroundings, 'places' | 'host' | 'nixpkgs'> & Partial<Surroundings>;

/** Puts the services together. Names and inputs may come from a page and are checked here, whatever they are. */
export function createServices(given: Given): Services {
  const surroundings: Surroundings = { opened: openedImages(), desktop: null, ...given };
  const { places, host, nixpkgs } = surroundings;
  const building = buildingServices(surroundings);
  const sticks = stickServices(surroundings);
  const packages = packageServices(surroundings);
  const machines = machineServices(surroundings);
  const desktop = desktopServices(surroundings);
  const keys = keyServices();

  const calls: Calls = {
    about: () => ({ version, platform: process.platform, host, nixpkgs }),
    emptyRecipe,
    checkRecipe(value) {
      const checked = checkRecipe(value);
      return 'problems' in checked ? checked.problems : [];
    },
    settings: () => readSettings(places.config),
    settingsTrouble: () => settingsTrouble(places.config),
    ...building.calls,
    ...sticks.calls,
    ...flakeServices(surroundings).calls,
    ...keys.calls,
    ...packages.calls,
    ...machines.calls,
    ...systemServices().calls,
    ...recipeServices(surroundings).calls,
    ...desktop.calls,
  };
  const jobs: Jobs = {
    ...building.jobs,
    ...sticks.jobs,
    ...packages.jobs,
    ...machines.jobs,
    ...desktop.jobs,
    ...keys.jobs,
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
