/** What the scripted door answers where the states of several stations start from the same. */
import * as building from '../building-world.ts';
import type { Answers } from '../scripted-door.ts';
import * as world from '../world.ts';

export const atticRecipe = {
  ...world.emptyRecipe,
  name: 'attic',
  keys: [world.laptopKey.line],
  packages: ['git', 'vim', 'tmux', 'parted', 'cryptsetup', 'python3Packages.requests'],
  image: { ...world.emptyRecipe.image, fileName: 'nixos-attic', volumeId: 'NIXOS_ATTIC' },
};

/** A person who has come some way. */
export const attic: Partial<Answers> = { emptyRecipe: () => atticRecipe };

/** … and who has an image. */
export const withImage: Partial<Answers> = { ...attic, images: () => [world.image] };

/** … and who has two builders. `chosen` is the host of one, or `here`. */
export const withBuilders = (chosen: string): Partial<Answers> => ({
  ...attic,
  ...building.buildingWorld({ builders: [building.workshop, building.board], chosen }),
});

/** An answer that never comes. */
export const never = () => new Promise<never>(() => {});
