/** A recipe as a file: written without any secret, and read from a text that may be anything. */
import { done, failed, problem, type Outcome } from '../shared/problem.ts';
import type { Recipe } from '../shared/recipe.ts';

/** What of a network may be in a file that is shown around. */
type Network = Recipe['wifi']['networks'][number];

/**
 * JSON, indented, with a line feed at its end. Passphrases, passwords and private keys are left out; where there were
 * any, whoever opens the file is asked anew whether they may be readable in the image.
 */
export function recipeDocument(recipe: Recipe): string {
  const networks = recipe.wifi.networks.map(withoutSecret);
  const secrets = hasSecrets(recipe) ? 'slot' : recipe.wifi.secrets;
  return `${JSON.stringify({ ...recipe, wifi: { ...recipe.wifi, secrets, networks } }, null, 2)}\n`;
}

function withoutSecret({ passphrase: _passphrase, enterprise, ...rest }: Network): Network {
  if (enterprise === undefined) return rest;
  const { password: _password, clientKey: _key, clientKeyPassword: _keyPassword, ...shown } = enterprise;
  return { ...rest, enterprise: shown };
}

/** Whether the file lacks something that the recipe has: the person should know. */
export function hasSecrets({ wifi }: Recipe): boolean {
  return wifi.networks.some(
    ({ passphrase, enterprise: signIn }) =>
      passphrase !== undefined || signIn?.password !== undefined || signIn?.clientKey !== undefined,
  );
}

/**
 * Reads a text that should be a recipe, and fills in what it leaves out. What it says is still to be checked: it may be
 * anything.
 *
 * @param empty a recipe in which nothing was chosen yet
 */
export function readRecipeDocument(text: string, empty: Recipe): Outcome<Record<keyof Recipe, unknown>> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return failed(notARecipe);
  }
  if (!isObject(given) || !('schema' in given)) return failed(notARecipe);
  const part = (name: string) => (isObject(given[name]) ? given[name] : {});
  const networks = part('wifi')['networks'];
  return done({
    ...empty,
    ...given,
    wifi: {
      ...empty.wifi,
      ...part('wifi'),
      ...(Array.isArray(networks) ? { networks: networks.map(wholeNetwork) } : {}),
    },
    console: { ...empty.console, ...part('console') },
    image: { ...empty.image, ...part('image') },
  });
}

function wholeNetwork(given: unknown): unknown {
  return isObject(given) ? { security: 'wpa2-wpa3', hidden: false, priority: 0, ...given } : given;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const notARecipe = problem('not-a-recipe', 'This file is not a Nixburn recipe.', {
  detail: 'A recipe is a JSON file that has "schema": 1.',
  remedy: 'Choose another file.',
});
