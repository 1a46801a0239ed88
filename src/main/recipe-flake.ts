/** From a checked recipe to the files of its flake: fills in what the generator, which is pure, can not compute itself. */
import { createHash } from 'node:crypto';
import type { RecipeProblem } from '../shared/contract.ts';
import { done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { checkRecipe } from '../shared/recipe.ts';
import type { FlakeFile, ResolvedNetwork, ResolvedRecipe } from './flake/flake-file.ts';
import { flakeFiles } from './flake/flake.ts';
import { defaultNixpkgs } from './flake/release.ts';
import type { RecipeWithSecrets } from './recipe-file.ts';
import { wifiPmk } from './wifi-pmk.ts';

/**
 * Generates the flake.
 *
 * @param nixpkgs a flake reference; null takes the branch of the recipe's release.
 */
export function recipeFlake(recipe: RecipeWithSecrets, nixpkgs: string | null): FlakeFile[] {
  return flakeFiles(resolve(recipe), { nixpkgs: nixpkgs ?? defaultNixpkgs(recipe.release) });
}

function resolve({ wifi, ...rest }: RecipeWithSecrets): ResolvedRecipe {
  const withoutSecrets = wifi.networks.map(({ passphrase: _passphrase, ...network }) => network);
  const networks = wifi.secrets === 'slot' ? withoutSecrets : wifi.networks.map(withKey);
  return {
    ...rest,
    wifi: { ...wifi, networks },
    // Not random: the same recipe then gives the same flake, and Nix need not build the image again.
    slotId: createHash('sha256')
      .update(JSON.stringify({ ...rest, wifi: { ...wifi, networks: withoutSecrets } }))
      .digest()
      .subarray(0, 8),
  };
}

/** What WPA2 derives from a passphrase; WPA3 takes the passphrase itself. */
function withKey(network: RecipeWithSecrets['wifi']['networks'][number]): ResolvedNetwork {
  const { ssid, security, passphrase } = network;
  const isDerived = security === 'wpa2' || security === 'wpa2-wpa3';
  return isDerived && passphrase !== undefined ? { ...network, pmk: wifiPmk(ssid, passphrase) } : network;
}

/**
 * Checks a recipe that came from a page. Unlike a recipe file, it may not point to files or variables of this computer:
 * a page would learn from the answers what is there.
 */
export function pageRecipe(value: unknown): Outcome<RecipeWithSecrets> {
  const checked = checkRecipe(value);
  if ('problems' in checked) return failed(summary(checked.problems));
  const { wifi, ...rest } = checked.recipe;
  const networks: RecipeWithSecrets['wifi']['networks'] = [];
  for (const { passphrase, ...network } of wifi.networks) {
    if (passphrase !== undefined && typeof passphrase !== 'string') {
      return failed(
        problem('secret-elsewhere', `The passphrase of ${network.ssid} is not in this recipe.`, {
          detail: 'The recipe only says where it is, and only the command line looks there.',
          remedy: 'Type the passphrase, or build with nixburn build.',
        }),
      );
    }
    networks.push(passphrase === undefined ? network : { ...network, passphrase });
  }
  return done({ ...rest, wifi: { ...wifi, networks } });
}

function summary(problems: RecipeProblem[]): Problem {
  const [first, ...others] = problems.map((one) => one.problem);
  if (first && others.length === 0) return first;
  return problem('recipe-problems', `The recipe has ${problems.length} problems.`, {
    detail: problems.map((one) => one.problem.title).join('\n'),
    remedy: 'Correct them and try again.',
  });
}

/** What a person should know about the WiFi passphrases of this recipe before it is built; empty: nothing. */
export function secretNotes({ wifi }: Pick<RecipeWithSecrets, 'wifi'>): string[] {
  if (wifi.networks.every(({ passphrase }) => passphrase === undefined)) return [];
  return wifi.secrets === 'slot'
    ? [
        'The WiFi passphrases are not on the image: it has an empty slot for them, which this version can not fill yet.',
      ]
    : [
        'The WiFi passphrases are built into the image: everybody who can read the Nix store or the stick sees them.',
      ];
}
