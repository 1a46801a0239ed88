/** What the scripted door answers about choosing: what needs no machine is the real thing, the rest is written down. */
import { catalogueSearcher, presets } from '../../src/main/packages/catalogue.ts';
import { choices } from '../../src/main/system/choices.ts';
import { done, failed, problem } from '../../src/shared/problem.ts';
import type { choosing } from '../../src/shared/choosing.ts';
import type { Answers } from './scripted-door.ts';

const notScripted = failed(problem('not-scripted', 'This answer is not written down.'));

export const choosingWorld: Pick<Answers, keyof (typeof choosing)['calls']> = {
  fetchKeys: () => notScripted,
  makeKey: () => notScripted,
  presets,
  searchPackages: ({ words, limit }) => ({
    from: 'catalogue',
    packages: catalogueSearcher().search(words, limit),
  }),
  packageIndex: () => null,
  knownNetworks: () => ({ networks: [], note: null }),
  knownPassphrase: () => notScripted,
  choices: () => choices({ timeZone: 'Europe/Stockholm', language: 'sv_SE.UTF-8' }),
  checkScript: () => ({ state: 'unknown', problem: null }),
  checkModule: () => ({ state: 'unknown', problem: null }),
  hashPassword: () => notScripted,
  recipes: () => [],
  saveRecipe: () => notScripted,
  openRecipe: () => notScripted,
  duplicateRecipe: () => notScripted,
  renameRecipe: () => notScripted,
  removeRecipe: () => notScripted,
  keepUnsavedRecipe: () => done(null),
  unsavedRecipe: () => null,
  exportRecipe: () => notScripted,
  importRecipe: () => notScripted,
  compareRecipes: () => notScripted,
};
