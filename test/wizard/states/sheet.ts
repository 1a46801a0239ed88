/** The sheets that lie over every station: preferences, about, diagnostics and the guide. */
import { done } from '../../../src/shared/problem.ts';
import * as world from '../world.ts';
import { attic, never } from './answers.ts';
import type { State } from './state.ts';

export const sheetStates: State[] = [
  {
    station: 'sheet',
    state: 'preferences',
    answers: attic,
    async arrange(page) {
      await page.getByRole('button', { name: 'Preferences' }).click();
      await page.getByRole('dialog', { name: 'Preferences' }).waitFor();
      await page.getByRole('textbox', { name: 'Room for them, in GB' }).waitFor();
    },
  },
  {
    station: 'sheet',
    state: 'preferences-in-trouble',
    answers: {
      ...attic,
      about: () => ({ version: '0.1.0', platform: 'linux', host: 'web', nixpkgs: null }),
      settingsTrouble: () => world.settingsTrouble,
      sealTrouble: () => world.noKeyring,
    },
    async arrange(page) {
      await page.getByText('Some of your settings could not be read').waitFor();
      await page.getByRole('button', { name: 'Preferences' }).click();
      const dialog = page.getByRole('dialog', { name: 'Preferences' });
      await dialog.getByText('no keyring').waitFor();
      await dialog.getByRole('textbox', { name: 'Mirror of the lists of packages' }).fill('http://mirror');
    },
  },
  {
    station: 'sheet',
    state: 'about',
    answers: { ...attic, licences: () => done(world.licences) },
    async arrange(page) {
      await page.getByRole('button', { name: 'About Nixburn' }).click();
      await page.getByText('react 19').click();
    },
  },
  {
    station: 'sheet',
    state: 'about-without-licences',
    answers: attic,
    async arrange(page) {
      await page.getByRole('button', { name: 'About Nixburn' }).click();
      await page.getByText('not part of this build').waitFor();
    },
  },
  {
    station: 'sheet',
    state: 'diagnostics-gathering',
    answers: { ...attic, diagnostics: never },
    async arrange(_page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'command', command: 'diagnostics' });
    },
  },
  {
    station: 'sheet',
    state: 'diagnostics',
    answers: attic,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'command', command: 'diagnostics' });
      await page.getByRole('region', { name: 'The report' }).waitFor();
    },
  },
  {
    station: 'sheet',
    state: 'guide',
    answers: attic,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'command', command: 'guide' });
      await page.getByRole('heading', { name: 'When it does not work' }).waitFor();
    },
  },
];
