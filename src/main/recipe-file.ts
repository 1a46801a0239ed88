/** Reads a recipe from a file, and the passphrases that it only points to: a recipe that is kept in git holds none. */
import { stat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecipeProblem } from '../shared/contract.ts';
import { done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { checkRecipe, type Recipe, type SecretSource } from '../shared/recipe.ts';
import { jsonErrorOffset } from './json-error.ts';

/** An `Outcome` that, where it is a failure, also has every single thing that is wrong. */
export type RecipeReading<T> =
  { ok: true; value: T } | { ok: false; problem: Problem; problems: RecipeProblem[] };

/** A recipe whose passphrases are all there as text. */
export type RecipeWithSecrets = Omit<Recipe, 'wifi'> & {
  wifi: Omit<Recipe['wifi'], 'networks'> & { networks: NetworkWithSecret[] };
};
type NetworkWithSecret = Omit<Recipe['wifi']['networks'][number], 'passphrase'> & { passphrase?: string };

/** Bytes. The largest sensible recipe is a few scripts. */
const largestRecipe = 1_000_000;
/** Bytes. A passphrase has 63 at most. */
const largestSecret = 4096;

/**
 * Reads and checks a recipe file (UTF-8, with or without a byte order mark).
 *
 * @returns the recipe with every default, or `recipe-unreadable`, `recipe-too-large`, `recipe-not-json` or
 *   `recipe-problems`; where there is one problem only, that problem itself. `problems` has all of them.
 */
export async function readRecipe(file: string): Promise<RecipeReading<{ recipe: Recipe }>> {
  const name = path.basename(file);
  const text = await readText(file, largestRecipe);
  if (!text.ok) return alone(text.problem);
  const source = text.value.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    // Node's own message repeats the text around the mistake, which could be a passphrase.
    return alone(notJson(name, source));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return alone(
      problem('recipe-not-json', `${name} is not a recipe.`, {
        detail: 'A recipe is one JSON object in braces.',
        remedy: 'Begin with { "schema": 1, "keys": ["ssh-ed25519 …"] }.',
      }),
    );
  }
  return checked(name, checkRecipe(value));
}

/**
 * Fetches the passphrases that the recipe only points to, and checks them.
 *
 * @param folder what file names in the recipe are relative to.
 * @param warn is told of a secret that others can read; the work goes on.
 * @returns the same recipe with text in place of `{ env }` and `{ file }`, or `secret-missing`, `secret-unreadable`, or
 *   what the recipe's check says about a passphrase. No problem repeats one.
 */
export async function resolveSecrets(
  recipe: Recipe,
  folder: string,
  env: Record<string, string | undefined>,
  warn: (problem: Problem) => void = () => {},
): Promise<RecipeReading<RecipeWithSecrets>> {
  const networks: NetworkWithSecret[] = [];
  for (const { passphrase: source, ...network } of recipe.wifi.networks) {
    if (source === undefined) {
      networks.push(network);
      continue;
    }
    const passphrase = await readSecret(source, folder, env, warn);
    if (!passphrase.ok) return alone(passphrase.problem, `wifi.networks.${networks.length}.passphrase`);
    networks.push({ ...network, passphrase: passphrase.value });
  }
  const resolved: RecipeWithSecrets = { ...recipe, wifi: { ...recipe.wifi, networks } };
  const reading = checked('The recipe', checkRecipe(resolved));
  return reading.ok ? { ok: true, value: resolved } : reading;
}

async function readSecret(
  source: SecretSource,
  folder: string,
  env: Record<string, string | undefined>,
  warn: (problem: Problem) => void,
): Promise<Outcome<string>> {
  if (typeof source === 'string') return done(source);
  if ('env' in source) {
    const value = env[source.env];
    if (value !== undefined) return done(value);
    return failed(
      problem('secret-missing', `The environment variable ${source.env} is not set.`, {
        detail: 'The recipe takes a WiFi passphrase from it.',
        remedy: 'Set it and try again.',
      }),
    );
  }
  const file = path.resolve(folder, source.file);
  const text = await readText(file, largestSecret);
  if (!text.ok) return failed({ ...text.problem, code: 'secret-unreadable' });
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o004) !== 0) {
    warn(
      problem('secret-exposed', `Everybody on this computer can read ${source.file}.`, {
        detail: 'It holds a WiFi passphrase.',
        remedy: `Make it yours alone with: chmod 600 ${source.file}`,
      }),
    );
  }
  // Editors and `echo` end a file with a line feed that is no part of the passphrase.
  return done(text.value.replace(/\r?\n$/, ''));
}

async function readText(file: string, largest: number): Promise<Outcome<string>> {
  const name = path.basename(file);
  try {
    const found = await stat(file);
    if (!found.isFile()) {
      return failed(problem('recipe-unreadable', `${name} is not a file.`, { remedy: 'Name a file.' }));
    }
    if (found.size > largest) {
      return failed(
        problem('recipe-too-large', `${name} is too large.`, {
          detail: `It has ${found.size} bytes, and at most ${largest} are read.`,
          remedy: 'Check that this is the right file.',
        }),
      );
    }
    return done(await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed(
      problem(
        'recipe-unreadable',
        code === 'ENOENT' ? `There is no file ${name}.` : `${name} can not be read.`,
        {
          remedy: 'Check the name and that you may read it.',
          raw: message,
        },
      ),
    );
  }
}

function notJson(name: string, source: string): Problem {
  const before = source.slice(0, jsonErrorOffset(source)).split('\n');
  const column = [...(before.at(-1) ?? '')].length + 1;
  return problem(
    'recipe-not-json',
    `${name} is not proper JSON: see line ${before.length}, column ${column}.`,
    {
      detail: 'Often a comma is missing or one too many, or a quote is not closed. Comments are not allowed.',
      remedy: 'Correct the place and try again.',
    },
  );
}

function checked(
  name: string,
  result: { recipe: Recipe } | { problems: RecipeProblem[] },
): RecipeReading<{ recipe: Recipe }> {
  if ('recipe' in result) return { ok: true, value: result };
  const { problems } = result;
  const [first, ...others] = problems;
  if (first && others.length === 0) return { ok: false, problem: first.problem, problems };
  const summary = problem('recipe-problems', `${name} has ${problems.length} problems.`, {
    detail: problems.map((one) => one.problem.title).join('\n'),
    remedy: 'Correct them and try again.',
  });
  return { ok: false, problem: summary, problems };
}

function alone(what: Problem, at = ''): { ok: false; problem: Problem; problems: RecipeProblem[] } {
  return { ok: false, problem: what, problems: [{ path: at, problem: what }] };
}
