/** What the installer is beside its keys, packages and networks, and the extras that few need. */
import type { Page } from '@playwright/test';
import * as choosing from '../choosing-world.ts';
import { goTo } from '../window.ts';
import { attic, atticRecipe } from './answers.ts';
import type { State } from './state.ts';

async function openExtras(page: Page): Promise<void> {
  await goTo(page, 'System');
  for (const title of ['Console password', 'Scripts', 'Extra NixOS module'])
    await page.getByText(title, { exact: true }).click();
}

export const systemStates: State[] = [
  {
    station: 'system',
    state: 'ready',
    kept: true,
    answers: attic,
    async arrange(page) {
      await goTo(page, 'System');
    },
  },
  {
    station: 'system',
    state: 'problem',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'System');
      await page.getByLabel('Volume label').fill('NIXOS_INSTALLER_FOR_THE_BOX_IN_THE_ATTIC');
      await page.getByText('this one has 40 characters').waitFor();
    },
  },
  {
    station: 'system',
    state: 'extras',
    answers: {
      emptyRecipe: () => ({
        ...atticRecipe,
        console: {
          password: { hashed: '$y$j9T$4Vq0hRrgLJ8s1C2cQ0o8F/$kYBbIfjzO7i5S5y9Qn3nD2eHcWnEJ0l6t1rU7dX8wY.' },
        },
        scripts: [{ name: 'auto-install', text: 'set -e\ndisko --mode disko /etc/disk.nix\nnixos-install' }],
        module: '{ pkgs, ... }:\n{\n  services.tailscale.enable = true;\n}\n',
      }),
    },
    async arrange(page) {
      await openExtras(page);
      // What is said of the texts comes a moment later, and moves what is below it.
      await page.getByText('bash is not on this computer').waitFor();
      await page.getByText('Nix is not on this computer').waitFor();
      await page.getByLabel('Name', { exact: true }).scrollIntoViewIfNeeded();
      await page.getByLabel('Module', { exact: true }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'system',
    state: 'extras-problem',
    answers: { ...attic, checkModule: () => choosing.wrongModule },
    async arrange(page) {
      await openExtras(page);
      await page.getByLabel('Password hash').fill('$1$letmein');
      await page.getByRole('button', { name: 'Add a script' }).click();
      await page.getByLabel('Name', { exact: true }).fill('rm -rf');
      await page.getByText('can not be the name of a script').waitFor();
      await page.getByLabel('Module', { exact: true }).fill('{ pkgs, ... }:\n{\n  a = 1\n}\n');
      await page.getByText('in line 4, column 1').waitFor();
      await page.getByText('Make one with: mkpasswd').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'system',
    state: 'flake',
    answers: attic,
    async arrange(page) {
      await page.getByRole('button', { name: 'Flake' }).click();
      await goTo(page, 'System');
      await page.getByLabel('Time zone').fill('Europe/Stockholm');
      await page.getByText('"Europe/Stockholm"').waitFor();
    },
  },
];
