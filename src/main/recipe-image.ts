/** The job from a recipe to an image: writes the flake aside, has it built, and remembers the image. */
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BuildEvent, Image, NixpkgsUpdate } from '../shared/contract.ts';
import { done, type Outcome } from '../shared/problem.ts';
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
import { keptBuilder } from './image/kept-builder.ts';
import { findKept, flakeKey, keepImage, trimKept } from './image/store.ts';
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
  /** How much room those may take together, 10^9 bytes; the oldest go first. */
  keepGigabytes?: number | undefined;
}

/**
 * Builds the image of a recipe. The flake lies in a private folder only while it is built: it can hold passphrases.
 *
 * @returns the image, or what went wrong; then nothing is left at `out` that was not there before.
 */
export async function* buildRecipe(
  { recipe, nixpkgs, builder, places, update = false, out, keepGigabytes = 20 }: RecipeBuild,
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
      if (updated.ok) yield { kind: 'note', text: updateSentence(updated.value) };
      else if (!builder.remote || updated.problem.code !== 'nix-missing') return updated;
      // Without a lock, the Nix of the builder takes the newest revision, and its lock comes back.
      else await rm(path.join(flakeDir, 'flake.lock'), { force: true });
    }
    const known = await flakeKey(flakeDir);
    const before = known === null ? null : await findKept(places.images, known);
    if (before) {
      yield { kind: 'note', text: 'Just this image was built before, so nothing had to be built.' };
      if (before.path === target) return done(before);
    }
    const built = yield* buildImage(
      {
        flakeDir,
        fileName,
        out: target,
        builder: before ? keptBuilder(before, builder) : builder,
        name: recipe.name,
        history: { file: path.join(places.cache, 'builds.json'), kind: kindOf(recipe, builder) },
        logs: path.join(await makePrivate(places.logs), 'builds'),
      },
      signal,
    );
    // A revision that can not be built is not kept: the next attempt may find a better one.
    if (built.ok) await keepLock(kept, flakeDir);
    if (built.ok && out === undefined) {
      await keepImage(places.images, built.value, await flakeKey(flakeDir));
      await trimKept(places.images, keepGigabytes * 1e9);
    }
    return built;
  } finally {
    await rm(flakeDir, { recursive: true, force: true });
  }
}

/** Builds that are alike in this take alike long. */
function kindOf({ release, system, image, packages }: RecipeWithSecrets, builder: Builder): string {
  const size = Math.ceil(Math.log2(packages.length + 1));
  return [builder.name, system, release, image.compression, size].join(' ');
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
