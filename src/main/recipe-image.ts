/** The job from a recipe to an image: writes the flake aside, has it built, and remembers the image. */
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BuildEvent, Image, NixpkgsUpdate } from '../shared/contract.ts';
import type { Outcome } from '../shared/problem.ts';
import { buildImage } from './build/build.ts';
import type { Builder } from './build/builder.ts';
import { saveFlake } from './flake-folder.ts';
import {
  bringLock,
  keepLock,
  updateKeptLock,
  updateLock,
  updateSentence,
  type KeptLock,
} from './flake-lock.ts';
import { defaultNixpkgs } from './flake/release.ts';
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
  /** Takes the newest revision of nixpkgs, and not that of the last build. */
  update?: boolean;
  /** Where the image goes, absolute. Left out: among Nixburn's own images, where the window finds it again. */
  out?: string | undefined;
}

/**
 * Builds the image of a recipe. The flake lies in a private folder only while it is built: it can hold passphrases.
 *
 * @returns the image, or what went wrong; then nothing is left at `out` that was not there before.
 */
export async function* buildRecipe(
  { recipe, nixpkgs, builder, places, update = false, out }: RecipeBuild,
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
    const kept = keptLock(recipe, nixpkgs, places);
    await bringLock(kept, flakeDir);
    if (update) {
      const updated = yield* updateLock(flakeDir, signal);
      if (!updated.ok) return updated;
      yield { kind: 'note', text: updateSentence(updated.value) };
    }
    const input = { flakeDir, fileName, out: target, builder, name: recipe.name };
    const built = yield* buildImage(input, signal);
    // A revision that can not be built is not kept: the next attempt may find a better one.
    if (built.ok) await keepLock(kept, flakeDir);
    if (built.ok && out === undefined) await keepImage(places.images, built.value);
    return built;
  } finally {
    await rm(flakeDir, { recursive: true, force: true });
  }
}

/** Moves what the recipe is built from to the newest revision of its nixpkgs; builds nothing. */
export async function* updateNixpkgs(
  { recipe, nixpkgs, places }: Pick<RecipeBuild, 'recipe' | 'nixpkgs' | 'places'>,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<NixpkgsUpdate>, void> {
  const flakeNix = recipeFlake(recipe, nixpkgs).find((file) => file.path === 'flake.nix')?.text ?? '';
  return yield* updateKeptLock(keptLock(recipe, nixpkgs, places), flakeNix, signal);
}

function keptLock(recipe: RecipeWithSecrets, nixpkgs: string | null, places: Places): KeptLock {
  return { places, name: recipe.name, nixpkgs: nixpkgs ?? defaultNixpkgs(recipe.release) };
}
