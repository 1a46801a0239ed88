/** The recipes that the tests generate flakes from, and keys that are nobody's. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FlakeFile } from '../src/main/flake/flake-file.ts';
import { recipeFlake } from '../src/main/recipe-flake.ts';
import { resolveSecrets } from '../src/main/recipe-file.ts';
import { checkRecipe, type Recipe } from '../src/shared/recipe.ts';

const folder = path.join(import.meta.dirname, 'fixtures/recipes');

export const ed25519Key =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHvIwiauJFmygTelA/v3HWd8s77ZCLJkdNi0DDXma/Vv ada@laptop';

/** Names of the recipes in test/fixtures/recipes, without .json. */
export const recipeNames = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => path.basename(name, '.json'))
  .sort();

export function recipePath(name: string): string {
  return path.join(folder, `${name}.json`);
}

/** A file of test/fixtures/recipes/certificates: an authority, and a client's certificate and key that it vouches for. */
export function certificatePath(name: string): string {
  return path.join(folder, 'certificates', name);
}

/** A recipe with what is given and defaults for the rest; throws where the check refuses it. */
export function recipeOf(fields: object): Recipe {
  const checked = checkRecipe({ schema: 1, keys: [ed25519Key], ...fields });
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.recipe;
}

export function recipeNamed(name: string): Recipe {
  return recipeOf(JSON.parse(readFileSync(recipePath(name), 'utf8')) as object);
}

/** The flake of a recipe; the passphrase that one of them takes from ATTIC_PSK is there. */
export async function flakeOf(recipe: Recipe, nixpkgs: string | null = null): Promise<FlakeFile[]> {
  const outcome = await resolveSecrets(recipe, folder, { ATTIC_PSK: 'correct horse' });
  if (!outcome.ok) throw new Error(outcome.problem.title);
  return recipeFlake(outcome.value, nixpkgs);
}
