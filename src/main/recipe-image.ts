/** The job from a recipe to an image: writes the flake aside, has it built, and remembers the image. */
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BuildEvent, Image, NixpkgsUpdate } from '../shared/contract.ts';
import { done, failed, type Outcome } from '../shared/problem.ts';
import { buildImage, explainCopy, type Making } from './build/build.ts';
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
import { buildFolder, findKept, flakeKey, keepBuilt, trimKept } from './image/store.ts';
import { makePrivate, type Places } from './places.ts';
import { recipeFlake, secretNotes } from './recipe-flake.ts';
import type { RecipeWithSecrets } from './recipe-file.ts';

/** What is built, and with what. */
export interface RecipeMaking {
  recipe: RecipeWithSecrets;
  /** A flake reference; null takes the branch of the recipe's release. */
  nixpkgs: string | null;
  builder: Builder;
  places: Places;
  /** Takes the newest revision of nixpkgs, and not that of the last build. */
  update?: boolean;
}

export interface RecipeBuild extends RecipeMaking {
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
  { out, keepGigabytes = 20, ...input }: RecipeBuild,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Image>, void> {
  const { recipe, builder, places } = input;
  return yield* withFlake(input, signal, async function* ({ flakeDir, before, making, keep }) {
    if (before) {
      yield { kind: 'note', text: 'Just this image was built before, so nothing had to be built.' };
      if (out === undefined) return done(before);
    }
    const images = await makePrivate(places.images);
    const folder = out === undefined ? await buildFolder(images) : path.dirname(out);
    try {
      const target = out ?? path.join(folder, imageName(recipe));
      const source = before ? keptBuilder(before, builder) : builder;
      const built = yield* buildImage({ ...making, builder: source, out: target }, signal);
      if (!built.ok) return built;
      yield* keep();
      if (out !== undefined) return built;
      const image = await keepBuilt(images, built.value, await flakeKey(flakeDir));
      await trimKept(images, keepGigabytes * 1e9);
      return done(image);
    } catch (error) {
      const explained = explainCopy(error, images);
      if (!explained) throw error;
      return failed(explained);
    } finally {
      // Kept, it has another name by now.
      if (out === undefined) await rm(folder, { recursive: true, force: true });
    }
  });
}

/** A flake that is ready to be built. */
interface ReadyFlake {
  flakeDir: string;
  /** The image that was built from just this before, if it is still there. */
  before: Image | null;
  making: Making;
  /** Keeps the revision of nixpkgs for the next time. One that can not be built is not kept: the next may be better. */
  keep(): AsyncGenerator<BuildEvent, void, void>;
}

/** Writes the flake of a recipe, with the lock that is kept for it, into a folder that is there only while it is used. */
export async function* withFlake<Event extends { kind: string }, Result>(
  { recipe, nixpkgs, builder, places, update = false }: RecipeMaking,
  signal: AbortSignal,
  use: (ready: ReadyFlake) => AsyncGenerator<BuildEvent | Event, Outcome<Result>, void>,
): AsyncGenerator<BuildEvent | Event, Outcome<Result>, void> {
  yield { kind: 'phase', phase: 'flake' };
  for (const text of secretNotes(recipe)) yield { kind: 'note', text };
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
    const key = await flakeKey(flakeDir);
    const before = key === null ? null : await findKept(places.images, key);
    const making: Making = {
      flakeDir,
      fileName: imageName(recipe),
      builder,
      name: recipe.name,
      history: { file: path.join(places.cache, 'builds.json'), kind: kindOf(recipe, builder) },
      logs: path.join(await makePrivate(places.logs), 'builds'),
    };
    return yield* use({ flakeDir, before, making, keep: () => keepOrSay(kept, flakeDir) });
  } finally {
    await rm(flakeDir, { recursive: true, force: true });
  }
}

/** What took half an hour is not thrown away for what makes the next one alike: where that can not be kept, it is said. */
async function* keepOrSay(kept: KeptLock, flakeDir: string): AsyncGenerator<BuildEvent, void, void> {
  try {
    await keepLock(kept, flakeDir);
  } catch {
    const text = 'The revision of nixpkgs could not be kept: the next build may take a newer one.';
    yield { kind: 'note', text };
  }
}

function imageName({ image }: RecipeWithSecrets): string {
  return `${image.fileName.replace(/\.iso$/i, '')}.iso`;
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
