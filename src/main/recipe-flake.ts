/** From a checked recipe to the files of its flake: fills in what the generator, which is pure, can not compute itself. */
import { createHash } from 'node:crypto';
import { done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { checkRecipe, type WifiNetwork } from '../shared/recipe.ts';
import type { FlakeFile, PlainNetwork, ResolvedRecipe } from './flake/flake-file.ts';
import { flakeFiles } from './flake/flake.ts';
import { defaultNixpkgs } from './flake/release.ts';
import { hasSecret, withoutSecrets } from './flake/secrets.ts';
import { checkResolved, recipeProblem, type RecipeWithSecrets } from './recipe-file.ts';
import { withDerivedKey } from './wifi-pmk.ts';

/**
 * Generates the flake.
 *
 * @param nixpkgs a flake reference; null takes the branch of the recipe's release.
 */
export function recipeFlake(recipe: RecipeWithSecrets, nixpkgs: string | null): FlakeFile[] {
  return flakeFiles(resolve(recipe), { nixpkgs: nixpkgs ?? defaultNixpkgs(recipe.release) });
}

function resolve({ wifi, ...rest }: RecipeWithSecrets): ResolvedRecipe {
  const open = wifi.networks.map(withoutSecrets);
  const networks =
    wifi.secrets === 'slot' ? open : wifi.networks.map((network) => withDerivedKey(network, wifi.backend));
  return {
    ...rest,
    wifi: { ...wifi, networks },
    // Not random: the same recipe then gives the same flake, and Nix need not build the image again.
    buildId: createHash('sha256')
      .update(JSON.stringify({ ...rest, wifi: { ...wifi, networks: open } }))
      .digest()
      .subarray(0, 8),
  };
}

/**
 * Checks a recipe that came from a page. Unlike a recipe file, it may not point to files or variables of this computer:
 * a page would learn from the answers what is there.
 */
export function pageRecipe(value: unknown): Outcome<RecipeWithSecrets> {
  const checked = checkRecipe(value);
  if ('problems' in checked) return failed(recipeProblem('The recipe', checked.problems));
  const { wifi } = checked.recipe;
  const networks: PlainNetwork[] = [];
  for (const network of wifi.networks) {
    const plain = plainNetwork(network);
    if (!plain.ok) return plain;
    networks.push(plain.value);
  }
  return checkResolved({ ...checked.recipe, wifi: { ...wifi, networks } });
}

function plainNetwork(network: WifiNetwork): Outcome<PlainNetwork> {
  const sources = [network.passphrase, ...Object.values(network.enterprise ?? {})];
  if (sources.some((source) => typeof source === 'object')) return failed(secretElsewhere(network.ssid));
  // No place stands anywhere in it now.
  return done(network as PlainNetwork);
}

function secretElsewhere(ssid: string): Problem {
  return problem('secret-elsewhere', `A secret or certificate of ${ssid} is not in this recipe.`, {
    detail: 'The recipe only says where it is, and only the command line looks there.',
    remedy: 'Type it, or build with nixburn build.',
  });
}

/** What a person should know about the secrets of this recipe before it is built; empty: nothing. */
export function secretNotes({ wifi }: Pick<RecipeWithSecrets, 'wifi'>): string[] {
  const unchecked = wifi.networks.filter(
    ({ enterprise }) =>
      enterprise && enterprise.caCertificate === undefined && enterprise.domain === undefined,
  );
  return [
    ...(wifi.networks.some(hasSecret) ? [placeNote(wifi.secrets)] : []),
    ...unchecked.map(({ ssid, enterprise }) => {
      return `Anybody can pretend to be the network ${ssid}${enterprise?.method === 'tls' ? '' : ' and take your password'}: give its caCertificate or domain.`;
    }),
  ];
}

function placeNote(secrets: RecipeWithSecrets['wifi']['secrets']): string {
  return secrets === 'slot'
    ? 'The WiFi passphrases are not on the image: it has a slot for them, which is filled when a stick is written. Whoever holds the stick can read them.'
    : 'The WiFi passphrases are built into the image: everybody who can read the Nix store or the stick sees them.';
}
