/** What can be done with a stick beside writing it: change, restore, save and eject it. */
import type { Page } from '@playwright/test';
import { failed } from '../../../src/shared/problem.ts';
import type { ScriptedDoor } from '../scripted-door.ts';
import * as world from '../world.ts';
import { withImage } from './answers.ts';
import { pick, speeds } from './drive-steps.ts';
import type { State } from './state.ts';

async function change(page: Page, door: ScriptedDoor) {
  await pick(page, door);
  await page.getByRole('button', { name: 'Change this stick…' }).click();
  await page.getByRole('button', { name: 'Change SanDisk Ultra 32 GB' }).click();
  return door.run('personaliseStick');
}

async function restore(page: Page, door: ScriptedDoor) {
  await pick(page, door);
  await page.getByRole('button', { name: 'Restore this stick…' }).click();
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and restore' }).click();
  return door.run('restoreStick');
}

async function save(page: Page, door: ScriptedDoor) {
  await pick(page, door);
  await page.getByRole('button', { name: 'Save this stick to a file' }).click();
  return door.run('saveStick');
}

export const stickActStates: State[] = [
  {
    station: 'drive',
    state: 'confirm-change',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Change this stick…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'changing',
    answers: withImage,
    async arrange(page, door) {
      await (await change(page, door)).tell({ kind: 'phase', phase: 'write' });
      await page.getByRole('progressbar', { name: 'Writing' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'changed',
    answers: withImage,
    async arrange(page, door) {
      await (await change(page, door)).finish(world.personalised);
      await page.getByText('recognises the machine by it').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'change-failed',
    answers: withImage,
    async arrange(page, door) {
      await (await change(page, door)).fail(world.noSlot);
      await page.getByText('no place for secrets').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'stick-acts',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'drive',
    state: 'confirm-restore',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Restore this stick…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'restoring',
    answers: withImage,
    async arrange(page, door) {
      const run = await restore(page, door);
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'restored',
    answers: withImage,
    async arrange(page, door) {
      await (await restore(page, door)).finish(null);
      await page.getByRole('heading', { name: 'is an ordinary stick again' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'restore-failed',
    answers: withImage,
    async arrange(page, door) {
      const run = await restore(page, door);
      await run.tell({ kind: 'phase', phase: 'write' });
      await run.fail(world.writeFailure);
      await page.getByText('stopped taking data').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'saving',
    answers: withImage,
    async arrange(page, door) {
      const run = await save(page, door);
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.71));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'saved',
    answers: withImage,
    async arrange(page, door) {
      await (await save(page, door)).finish(world.saved);
      await page.getByRole('heading', { name: 'is kept as a file' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'save-failed',
    answers: withImage,
    async arrange(page, door) {
      const run = await save(page, door);
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.3));
      await run.fail(world.noRoom);
      await page.getByText('is full').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'ejecting',
    answers: { ...withImage, ejectDrive: () => new Promise(() => undefined) },
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).click();
      await page.getByText('Letting go of').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'ejected',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).click();
      await page.locator('.notice').getByText('You can pull out').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'eject-failed',
    answers: { ...withImage, ejectDrive: () => failed(world.driveBusy) },
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).click();
      await page.getByRole('alert').scrollIntoViewIfNeeded();
    },
  },
];
