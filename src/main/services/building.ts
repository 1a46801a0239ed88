/** The part of the services that makes images: where, what is missing for it, the build, and the images that are there. */
import { builderFor, readChoices, sshTargetFor, writeChoices } from '../build/choices.ts';
import { collectGarbage } from '../build/garbage.ts';
import { readHostKey, trustHostKey } from '../build/host-key.ts';
import { preflight } from '../build/preflight.ts';
import type { SshTarget } from '../build/ssh.ts';
import { keptImages, removeKept } from '../image/store.ts';
import { failed, problem, type Outcome } from '../../shared/problem.ts';
import { pageRecipe } from '../recipe-flake.ts';
import { buildRecipe, updateNixpkgs } from '../recipe-image.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

export function buildingServices({ places, nixpkgs, opened }: Surroundings): {
  calls: Pick<
    Calls,
    | 'preflight'
    | 'images'
    | 'removeImage'
    | 'buildingChoices'
    | 'changeBuildingChoices'
    | 'showHostKey'
    | 'trustHost'
  >;
  jobs: Pick<Jobs, 'build' | 'updateNixpkgs' | 'collectGarbage'>;
} {
  const choices = () => readChoices(places.config);
  const images = async () => [...(await opened.list()), ...(await keptImages(places.images))];
  const targetOf = async (on: string): Promise<Outcome<SshTarget>> =>
    sshTargetFor(await choices(), '', on) ?? failed(notRemote);
  return {
    calls: {
      buildingChoices: choices,
      changeBuildingChoices: (changed) => writeChoices(places.config, changed),
      async preflight({ system, on }) {
        const builder = builderFor(await choices(), system, on);
        if (builder.ok) return preflight(system, builder.value);
        return [{ id: 'builder', title: 'The builder', state: 'failed', problem: builder.problem }];
      },
      async showHostKey({ on }) {
        const target = await targetOf(on);
        return target.ok ? readHostKey(target.value) : target;
      },
      async trustHost({ on, fingerprint }) {
        const target = await targetOf(on);
        return target.ok ? trustHostKey(target.value, fingerprint) : target;
      },
      images,
      async removeImage({ imageId }) {
        // A file of the person's own is only forgotten.
        if (!opened.forget(imageId)) await removeKept(places.images, imageId);
        return images();
      },
    },
    jobs: {
      async *build(value, signal) {
        const recipe = pageRecipe(value);
        if (!recipe.ok) return recipe;
        const { keepGigabytes, ...chosen } = await choices();
        const builder = builderFor({ keepGigabytes, ...chosen }, recipe.value.system);
        if (!builder.ok) return builder;
        const input = { recipe: recipe.value, nixpkgs, builder: builder.value, places, keepGigabytes };
        return yield* buildRecipe(input, signal);
      },
      async *updateNixpkgs(value, signal) {
        const recipe = pageRecipe(value);
        if (!recipe.ok) return recipe;
        return yield* updateNixpkgs({ recipe: recipe.value, nixpkgs, places }, signal);
      },
      async *collectGarbage({ on }, signal) {
        const target = sshTargetFor(await choices(), '', on);
        if (target && !target.ok) return target;
        return yield* collectGarbage(target?.value ?? null, signal);
      },
    },
  };
}

const notRemote = problem('builder-is-here', 'This is this computer itself.', {
  detail: 'It has no host key to compare.',
});
