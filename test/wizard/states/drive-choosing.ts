/** The list of drives, the choice of one, and what is asked before it is erased. */
import { goTo } from '../window.ts';
import * as world from '../world.ts';
import { withBuilders, withImage } from './answers.ts';
import { pick, pickPractice, watch } from './drive-steps.ts';
import type { State } from './state.ts';

export const driveChoiceStates: State[] = [
  {
    station: 'drive',
    state: 'no-image',
    async arrange(page, door) {
      await goTo(page, 'Drive');
      await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [] });
      await page.getByText('No drive that may be written').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'looking',
    answers: withImage,
    async arrange(page) {
      await goTo(page, 'Drive');
    },
  },
  { station: 'drive', state: 'choosing', answers: withImage, arrange: watch },
  { station: 'drive', state: 'chosen', kept: true, answers: withImage, arrange: pick },
  {
    station: 'drive',
    state: 'locked',
    answers: { ...withImage, images: () => [world.image, world.olderImage] },
    async arrange(page, door) {
      await watch(page, door);
      await page.getByText('Too small for this image.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'drive',
    state: 'unplugged',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      const run = await door.run('watchDrives');
      await run.tell({ kind: 'drives', drives: [world.systemDrive, world.secondStick] });
      await page.locator('.notice').getByText('was unplugged').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'list-failed',
    answers: withImage,
    async arrange(page, door) {
      await goTo(page, 'Drive');
      await (await door.run('watchDrives')).fail(world.driveListFailure);
      await page.getByText('can not be listed').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'confirm',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Write to SanDisk' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'arriving-chosen',
    answers: withBuilders('builder.example'),
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('checkbox', { name: 'Build it now and write it while it arrives' }).check();
    },
  },
  { station: 'drive', state: 'practice', answers: withImage, arrange: pickPractice },
  {
    station: 'drive',
    state: 'confirm-practice',
    answers: withImage,
    async arrange(page, door) {
      await pickPractice(page, door);
      await page.getByRole('button', { name: 'Write to the practice stick…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'made-before',
    answers: {
      ...withImage,
      receipts: () => [
        { ...world.receiptOf(world.stick), slot: world.slotOf('attic') },
        world.receiptOf(world.tinyStick, 'verify'),
      ],
    },
    async arrange(page, door) {
      await goTo(page, 'Drive');
      const drives = [world.systemDrive, world.stick, world.secondStick];
      await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
      await page.getByRole('button', { name: /^Verify SanDisk/ }).waitFor();
      await page.getByRole('list', { name: 'Receipts' }).scrollIntoViewIfNeeded();
    },
  },
];
