/** Reads a recipe from a file, and the secrets that it only points to: a recipe that is kept in git holds none. */
import { stat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecipeProblem } from '../shared/contract.ts';
import { done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { checkRecipe, type Recipe, type WifiNetwork } from '../shared/recipe.ts';
import type { FileSource, SecretSource } from '../shared/recipe-secret.ts';
import { certificateProblems } from './certificates.ts';
import type { PlainNetwork } from './flake/flake-file.ts';
import { jsonErrorOffset } from './json-error.ts';

/** An `Outcome` that, where it is a failure, also has every single thing that is wrong. */
export type RecipeReading<T> =
  { ok: true; value: T } | { ok: false; problem: Problem; problems: RecipeProblem[] };

/** A recipe whose secrets and certificates are all there as text. */
export type RecipeWithSecrets = Omit<Recipe, 'wifi'> & {
  wifi: Omit<Recipe['wifi'], 'networks'> & { networks: PlainNetwork[] };
};

/** Bytes. The largest sensible recipe is a few scripts. */
const largestRecipe = 1_000_000;
/** Bytes. A passphrase has 63 at most, a chain of certificates a few thousand. */
const largestSecret = 65_536;

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

/** What a recipe may point to instead of holding it. */
interface Elsewhere {
  /** Where a file name is relative to. */
  folder: string;
  env: Record<string, string | undefined>;
  warn: (problem: Problem) => void;
}

/**
 * Fetches the secrets and certificates that the recipe only points to, and checks them.
 *
 * @param folder what file names in the recipe are relative to.
 * @param warn is told of a secret that others can read; the work goes on.
 * @returns the same recipe with text in place of `{ env }` and `{ file }`, or `secret-missing`, `secret-unreadable`, or
 *   what the checks say about a secret or a certificate. No problem repeats a secret.
 */
export async function resolveSecrets(
  recipe: Recipe,
  folder: string,
  env: Record<string, string | undefined>,
  warn: (problem: Problem) => void = () => {},
): Promise<RecipeReading<RecipeWithSecrets>> {
  const networks: PlainNetwork[] = [];
  for (const [at, network] of recipe.wifi.networks.entries()) {
    const resolved = await resolveNetwork(network, `wifi.networks.${at}`, { folder, env, warn });
    if (!resolved.ok) return resolved;
    networks.push(resolved.value);
  }
  return checkResolved({ ...recipe, wifi: { ...recipe.wifi, networks } });
}

/** Checks a recipe whose secrets and certificates are all there, and whether keys fit their certificates. */
export function checkResolved(recipe: RecipeWithSecrets): RecipeReading<RecipeWithSecrets> {
  const reading = checked('The recipe', checkRecipe(recipe));
  if (!reading.ok) return reading;
  const problems = certificateProblems(recipe.wifi.networks);
  return problems.length > 0 ? refused('The recipe', problems) : { ok: true, value: recipe };
}

/** Fields keep their order, by which the same recipe is the same text however it came. */
async function resolveNetwork(
  network: WifiNetwork,
  at: string,
  elsewhere: Elsewhere,
): Promise<RecipeReading<PlainNetwork>> {
  const { passphrase, enterprise } = network;
  const plain: Record<string, unknown> = { ...network };
  if (passphrase !== undefined) {
    const found = await readSecret(passphrase, 'a WiFi passphrase', elsewhere);
    if (!found.ok) return alone(found.problem, `${at}.passphrase`);
    plain['passphrase'] = found.value;
  }
  if (enterprise !== undefined) {
    const texts: Record<string, string> = {};
    for (const name of ['password', 'clientKey', 'clientKeyPassword'] as const) {
      if (enterprise[name] === undefined) continue;
      const found = await readSecret(enterprise[name], secretNames[name], elsewhere);
      if (!found.ok) return alone(found.problem, `${at}.enterprise.${name}`);
      texts[name] = found.value;
    }
    for (const name of ['caCertificate', 'clientCertificate'] as const) {
      if (enterprise[name] === undefined) continue;
      const found = await readSource(enterprise[name], elsewhere);
      if (!found.ok) return alone(found.problem, `${at}.enterprise.${name}`);
      texts[name] = found.value;
    }
    plain['enterprise'] = { ...enterprise, ...texts };
  }
  // Every place has given way to a text.
  return { ok: true, value: plain as PlainNetwork };
}

const secretNames = {
  password: 'the password of a WiFi network',
  clientKey: 'a private key',
  clientKeyPassword: 'the password of a private key',
};

/** @param what names the secret for people: `a WiFi passphrase`. */
async function readSecret(
  source: SecretSource,
  what: string,
  elsewhere: Elsewhere,
): Promise<Outcome<string>> {
  const { folder, env, warn } = elsewhere;
  if (typeof source === 'object' && 'env' in source) {
    const value = env[source.env];
    if (value !== undefined) return done(value);
    return failed(
      problem('secret-missing', `The environment variable ${source.env} is not set.`, {
        detail: `The recipe takes ${what} from it.`,
        remedy: 'Set it and try again.',
      }),
    );
  }
  const text = await readSource(source, elsewhere);
  if (!text.ok || typeof source === 'string') return text;
  if (process.platform !== 'win32' && ((await stat(path.resolve(folder, source.file))).mode & 0o004) !== 0) {
    warn(
      problem('secret-exposed', `Everybody on this computer can read ${source.file}.`, {
        detail: `It holds ${what}.`,
        remedy: `Make it yours alone with: chmod 600 ${source.file}`,
      }),
    );
  }
  // Editors and `echo` end a file with a line feed that is no part of a passphrase, and does not matter to a key.
  // Those of Windows begin one with a byte order mark, which nobody sees.
  return done(text.value.replace(/^\uFEFF/, '').replace(/\r?\n$/, ''));
}

async function readSource(source: FileSource, { folder }: Elsewhere): Promise<Outcome<string>> {
  if (typeof source === 'string') return done(source);
  const text = await readText(path.resolve(folder, source.file), largestSecret);
  return text.ok ? text : failed({ ...text.problem, code: 'secret-unreadable' });
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
  return 'recipe' in result ? { ok: true, value: result } : refused(name, result.problems);
}

function refused(
  name: string,
  problems: RecipeProblem[],
): { ok: false; problem: Problem; problems: RecipeProblem[] } {
  return { ok: false, problem: recipeProblem(name, problems), problems };
}

/** All that is wrong with a recipe as one problem that names the fields: the only one itself, or a summary. */
export function recipeProblem(name: string, problems: readonly RecipeProblem[]): Problem {
  const [first, ...others] = problems;
  if (first && others.length === 0) return inField(first);
  return problem('recipe-problems', `${name} has ${problems.length} problems.`, {
    detail: problems
      .map((one) => (one.path ? `${one.path}: ${one.problem.title}` : one.problem.title))
      .join('\n'),
    remedy: 'Correct them and try again.',
  });
}

function inField({ path: field, problem: found }: RecipeProblem): Problem {
  if (field === '') return found;
  return { ...found, detail: [found.detail, `It stands in ${field}.`].filter(Boolean).join(' ') };
}

function alone(what: Problem, at = ''): { ok: false; problem: Problem; problems: RecipeProblem[] } {
  const problems = [{ path: at, problem: what }];
  return { ok: false, problem: recipeProblem('The recipe', problems), problems };
}
