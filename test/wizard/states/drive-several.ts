/** Several drives written at once, of which each may end in its own way. */
import { done, failed } from '../../../src/shared/problem.ts';
import * as world from '../world.ts';
import { withImage } from './answers.ts';
import { pickTwo, speeds, writeTwo } from './drive-steps.ts';
import type { State } from './state.ts';

export const severalDriveStates: State[] = [
  {
    station: 'drive',
    state: 'several-chosen',
    answers: withImage,
    async arrange(page, door) {
      await pickTwo(page, door);
    },
  },
  {
    station: 'drive',
    state: 'several-confirm',
    answers: withImage,
    async arrange(page, door) {
      await pickTwo(page, door);
      await page.getByRole('button', { name: 'Write to 2 drives…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'several-writing',
    answers: withImage,
    async arrange(page, door) {
      const run = await writeTwo(page, door);
      await run.tell(
        ...speeds('write', 0.42).map((event) => ({ drive: 0, event })),
        ...speeds('verify', 0.71).map((event) => ({ drive: 1, event })),
      );
      await page.getByText('Reading back and comparing: 71 %').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'several-ended',
    answers: withImage,
    async arrange(page, door) {
      const run = await writeTwo(page, door);
      const receipt = { ...world.receiptOf(world.stick), slot: world.slotOf('attic-01') };
      await run.finish([done(receipt), failed(world.writeFailure)]);
      await page.getByText('stopped taking data').waitFor();
    },
  },
];
