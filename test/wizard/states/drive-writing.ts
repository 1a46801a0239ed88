/** One drive being written and compared, and each way in which that ends. */
import { cancelled } from '../../../src/shared/problem.ts';
import * as world from '../world.ts';
import { withBuilders, withImage } from './answers.ts';
import { logLines } from './build-log.ts';
import { pick, pickPractice, speeds, write, written } from './drive-steps.ts';
import type { State } from './state.ts';

export const driveWritingStates: State[] = [
  {
    station: 'drive',
    state: 'arriving-building',
    answers: withBuilders('builder.example'),
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('checkbox', { name: 'Build it now and write it while it arrives' }).check();
      await page.getByRole('button', { name: 'Build and write to SanDisk' }).click();
      await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
      const run = await door.run('makeStick');
      await run.tell(
        { kind: 'phase', phase: 'fetch' },
        ...logLines.map((line) => ({ kind: 'log' as const, line })),
      );
      await page.getByText('Nothing has been written yet.').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'writing',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'flushing',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      await (await door.run('writeStick')).tell({ kind: 'phase', phase: 'flush' });
      await page.getByText('stored everything').first().waitFor();
    },
  },
  {
    station: 'drive',
    state: 'verifying',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.71));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'cancelled',
    answers: withImage,
    async arrange(page, door) {
      door.lingers = true;
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await page.getByRole('button', { name: 'Cancel' }).click();
      await run.fail({ ...cancelled, detail: 'The stick holds 412 MB of the image and does not boot.' });
      await page.getByText('Writing was stopped').waitFor();
    },
  },
  { station: 'drive', state: 'verified', answers: withImage, arrange: written },
  {
    station: 'drive',
    state: 'practice-verified',
    answers: withImage,
    async arrange(page, door) {
      await pickPractice(page, door);
      await page.getByRole('button', { name: 'Write to the practice stick…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Write the practice stick' }).click();
      await (await door.run('writeStick')).finish(world.receiptOf(world.practice));
      await page.getByRole('heading', { name: 'Verified' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'write-failed',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await run.fail(world.writeFailure);
      await page.getByText('stopped taking data').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'verify-failed',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.3));
      await run.fail(world.verifyFailure);
      await page.getByText('differs from the image').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'image-alone',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      await (await door.run('writeStick')).finish(world.receiptOf(world.stick));
      await page.getByText('It holds the image alone').evaluate((one) => one.scrollIntoView());
    },
  },
  {
    station: 'drive',
    state: 'own-secrets',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const receipt = { ...world.receiptOf(world.stick), slot: world.slotOf('attic') };
      await (await door.run('writeStick')).finish(receipt);
      await page.getByText('recognises the machine by it').evaluate((one) => one.scrollIntoView());
    },
  },
];
