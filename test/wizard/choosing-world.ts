/** What the scripted door answers about choosing: what needs no machine is the real thing, the rest is written down. */
import { failed, problem } from '../../src/shared/problem.ts';
import { catalogueSearcher, presets } from '../../src/main/packages/catalogue.ts';
import type { Answers } from './scripted-door.ts';

const notScripted = failed(problem('not-scripted', 'This answer is not written down.'));

export const choosingWorld: Pick<
  Answers,
  'fetchKeys' | 'makeKey' | 'presets' | 'searchPackages' | 'packageIndex'
> = {
  fetchKeys: () => notScripted,
  makeKey: () => notScripted,
  presets,
  searchPackages: ({ words, limit }) => ({
    from: 'catalogue',
    packages: catalogueSearcher().search(words, limit),
  }),
  packageIndex: () => null,
};
