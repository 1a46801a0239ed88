/** The part of the services that makes images: what is missing for it, the build, and the images that are there. */
import { localBuilder } from '../build/here.ts';
import { preflight } from '../build/preflight.ts';
import { keptImages } from '../image/store.ts';
import { pageRecipe } from '../recipe-flake.ts';
import { buildRecipe, updateNixpkgs } from '../recipe-image.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

export function buildingServices({ places, nixpkgs }: Surroundings): {
  calls: Pick<Calls, 'preflight' | 'images'>;
  jobs: Pick<Jobs, 'build' | 'updateNixpkgs'>;
} {
  return {
    calls: {
      preflight: ({ system }) => preflight(system),
      images: () => keptImages(places.images),
    },
    jobs: {
      async *build(value, signal) {
        const recipe = pageRecipe(value);
        if (!recipe.ok) return recipe;
        const input = { recipe: recipe.value, nixpkgs, builder: localBuilder(), places };
        return yield* buildRecipe(input, signal);
      },
      async *updateNixpkgs(value, signal) {
        const recipe = pageRecipe(value);
        if (!recipe.ok) return recipe;
        return yield* updateNixpkgs({ recipe: recipe.value, nixpkgs, places }, signal);
      },
    },
  };
}
