/** The way from the stick to a machine that answers, and the first aid where none does. */
import type { Page } from '@playwright/test';
import { done } from '../../../src/shared/problem.ts';
import * as reaching from '../reaching-world.ts';
import type { ScriptedDoor } from '../scripted-door.ts';
import { goTo } from '../window.ts';
import * as world from '../world.ts';
import { attic, withImage } from './answers.ts';
import { writeTwo, written } from './drive-steps.ts';
import type { State } from './state.ts';

async function find(page: Page, door: ScriptedDoor) {
  await goTo(page, 'Boot');
  await page.getByRole('button', { name: 'Find the machine' }).click();
  return door.run('findMachines');
}

export const bootStates: State[] = [
  {
    station: 'boot',
    state: 'no-stick',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Boot');
    },
  },
  {
    station: 'boot',
    state: 'ready',
    kept: true,
    answers: withImage,
    async arrange(page, door) {
      await written(page, door);
      await goTo(page, 'Boot');
    },
  },
  {
    station: 'boot',
    state: 'first-aid',
    answers: withImage,
    async arrange(page) {
      await goTo(page, 'Boot');
      for (const summary of await page.locator('.first-aid summary').all()) await summary.click();
      await page.getByText('Remote host identification').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'boot',
    state: 'looking',
    answers: withImage,
    async arrange(page, door) {
      const run = await find(page, door);
      await run.tell(
        { kind: 'note', text: 'Asking for attic.local through eth0 …' },
        { kind: 'progress', tried: 90, total: 254 },
      );
      await page.getByRole('progressbar').waitFor();
    },
  },
  {
    station: 'boot',
    state: 'found',
    answers: withImage,
    async arrange(page, door) {
      const run = await find(page, door);
      await run.tell(
        ...[reaching.attic, reaching.impostor, reaching.stranger, reaching.starting].map((machine) => ({
          kind: 'machine' as const,
          machine,
        })),
      );
      await page.getByText('4 machines found').waitFor();
      await page.getByRole('heading', { name: 'Find the machine' }).evaluate((one) => one.scrollIntoView());
    },
  },
  {
    station: 'boot',
    state: 'hand-over',
    answers: withImage,
    async arrange(page, door) {
      const run = await find(page, door);
      await run.tell({ kind: 'machine', machine: reaching.attic });
      await page.getByRole('button', { name: 'Check attic' }).click();
      await page.getByText('attic answers').waitFor();
      await page.getByText('Install NixOS on it').click();
      await page.getByText('From here, with nixos-anywhere').click();
      await page.getByText('attic answers').evaluate((one) => one.scrollIntoView());
    },
  },
  {
    station: 'boot',
    state: 'nobody-answered',
    answers: withImage,
    async arrange(page, door) {
      await (await find(page, door)).finish([]);
      await page.getByText('No machine answered.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'boot',
    state: 'several',
    answers: withImage,
    async arrange(page, door) {
      const run = await writeTwo(page, door);
      const receipts = [world.stick, world.secondStick].map((drive, at) =>
        done({ ...world.receiptOf(drive), slot: world.slotOf(`attic-0${at + 1}`) }),
      );
      await run.finish(receipts);
      const search = await find(page, door);
      await search.tell({ kind: 'machine', machine: { ...reaching.attic, name: 'attic-02' } });
      await page.getByText('Not seen yet: attic-01').waitFor();
    },
  },
  {
    station: 'boot',
    state: 'find-failed',
    answers: withImage,
    async arrange(page, door) {
      await (await find(page, door)).fail(reaching.findFailure);
      await page.getByText('can not be asked').scrollIntoViewIfNeeded();
    },
  },
];
