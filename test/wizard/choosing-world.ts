/** What the scripted door answers about choosing: what needs no machine is the real thing, the rest is written down. */
import { failed, problem } from '../../src/shared/problem.ts';
import type { Answers } from './scripted-door.ts';

const notScripted = failed(problem('not-scripted', 'This answer is not written down.'));

export const choosingWorld: Pick<Answers, 'fetchKeys' | 'makeKey'> = {
  fetchKeys: () => notScripted,
  makeKey: () => notScripted,
};
