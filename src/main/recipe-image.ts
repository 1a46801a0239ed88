/** The job from a recipe to an image: writes the flake aside, has it built, and remembers the image. */
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BuildEvent, Image } from '../shared/contract.ts';
import type { Outcome } from '../shared/problem.ts';
import { buildImage } from './build/build.ts';
import type { Builder } from './build/builder.ts';
import { saveFlake } from './flake-folder.ts';
import { keepImage } from './image/store.ts';
import { makePrivate, type Places } from './places.ts';
import { recipeFlake, secretNotes } from './recipe-flake.ts';
import type { RecipeWithSecrets } from './recipe-file.ts';

export interface RecipeBuild {
  recipe: RecipeWithSecrets;
  /** A flake reference; null takes the branch of the recipe's release. */
  nixpkgs: string | null;
  builder: Builder;
  places: Places;
  /** Where the image goes, absolute. Left out: among Nixburn's own images, where the window finds it again. */
  out?: string | undefined;
}

/**
 * Builds the image of a recipe. The flake lies in a private folder only while it is built: it can hold passphrases.
 *
 * @returns the image, or what went wrong; then nothing is left at `out` that was not there before.
 */
export async function* buildRecipe(
  { recipe, nixpkgs, builder, places, out }: RecipeBuild,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Image>, void> {
  yield { kind: 'phase', phase: 'flake' };
  for (const text of secretNotes(recipe)) yield { kind: 'note', text };
  const fileName = `${recipe.image.fileName.replace(/\.iso$/i, '')}.iso`;
  const target = out ?? path.join(await makePrivate(places.images), fileName);
  const flakeDir = await mkdtemp(path.join(await makePrivate(places.cache), 'flake-'));
  try {
    const saved = await saveFlake(recipeFlake(recipe, nixpkgs), flakeDir);
    if (!saved.ok) return saved;
    const input = { flakeDir, fileName, out: target, builder, name: recipe.name };
    const built = yield* buildImage(input, signal);
    if (built.ok && out === undefined) await keepImage(places.images, built.value);
    return built;
  } finally {
    await rm(flakeDir, { recursive: true, force: true });
  }
}
