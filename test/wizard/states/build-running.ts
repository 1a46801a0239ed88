/** A build from its first line to each of its ends. */
import type { Page } from '@playwright/test';
import type { BuildEvent } from '../../../src/shared/contract.ts';
import type { ScriptedDoor } from '../scripted-door.ts';
import { goTo } from '../window.ts';
import * as world from '../world.ts';
import { attic } from './answers.ts';
import { logLines } from './build-log.ts';
import type { State } from './state.ts';

async function build(page: Page): Promise<void> {
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
}

async function toPhase(page: Page, door: ScriptedDoor, ...last: BuildEvent[]): Promise<void> {
  const run = await door.run('build');
  await run.tell({ kind: 'phase', phase: 'evaluate' });
  await pass(page, 12);
  await run.tell(
    { kind: 'phase', phase: 'fetch' },
    ...logLines.map((line) => ({ kind: 'log' as const, line })),
    ...last,
  );
}

/** The window's clock, moved on: what took a while says so. */
async function pass(page: Page, seconds: number): Promise<void> {
  await page.clock.setFixedTime((await page.evaluate(() => Date.now())) + seconds * 1000);
}

export const buildStates: State[] = [
  {
    station: 'build',
    state: 'running',
    kept: true,
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door, {
        kind: 'progress',
        phase: 'fetch',
        fraction: 0.62,
        label: 'vim-9.1.1918',
        bytesPerSecond: 11_400_000,
        remainingMillis: 172_000,
      });
      await page.getByText('vim-9.1.1918 · 11.4 MB/s').waitFor();
    },
  },
  {
    station: 'build',
    state: 'unknown-length',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(
        page,
        door,
        { kind: 'phase', phase: 'build' },
        { kind: 'phase', phase: 'image' },
        { kind: 'progress', phase: 'image', fraction: null, label: 'squashfs.img' },
        { kind: 'note', text: 'The binary cache answers slowly; Nix tries again by itself.' },
      );
      await page.getByText('answers slowly').waitFor();
    },
  },
  {
    station: 'build',
    state: 'searching',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await page.getByRole('searchbox', { name: 'Search the log' }).fill('parted');
      await page.getByText('1 line', { exact: true }).waitFor();
    },
  },
  {
    station: 'build',
    state: 'stopping',
    answers: attic,
    async arrange(page, door) {
      door.lingers = true;
      await build(page);
      await toPhase(page, door);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Waiting until Nix has stopped.').waitFor();
    },
  },
  {
    station: 'build',
    state: 'cancelled',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('The build was stopped').waitFor();
    },
  },
  {
    station: 'build',
    state: 'done',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await pass(page, 360);
      await (await door.run('build')).finish(world.image);
      await page.getByText('The image is built').waitFor();
    },
  },
  {
    station: 'build',
    state: 'recipe-changed',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await (await door.run('build')).finish(world.image);
      await goTo(page, 'Network');
      await page.getByLabel('Host name').fill('cellar');
      await goTo(page, 'Build');
      await page.getByText('The recipe has changed').waitFor();
    },
  },
  {
    station: 'build',
    state: 'failed',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await (await door.run('build')).fail(world.buildFailure);
      await page.getByText('Technical details').click();
    },
  },
];
