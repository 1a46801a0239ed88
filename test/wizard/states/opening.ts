/** The window before its first station, while it waits for the program and where that fails. */
import { problem } from '../../../src/shared/problem.ts';
import { never } from './answers.ts';
import type { State } from './state.ts';

export const openingStates: State[] = [
  { station: 'opening', state: 'loading', answers: { about: never } },
  {
    station: 'opening',
    state: 'failed',
    answers: {
      about: () =>
        Promise.reject(
          problem('internal-error', 'Nixburn made a mistake of its own.', {
            remedy: 'Please report this with the technical details.',
            raw: 'TypeError: x is not a function',
          }),
        ),
    },
    async arrange(page) {
      await page.getByRole('alert').waitFor();
    },
  },
];
