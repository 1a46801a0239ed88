/** Keys that are found, pasted, fetched and made, and what is said of those that will not do. */
import type { Page } from '@playwright/test';
import { problem } from '../../../src/shared/problem.ts';
import * as world from '../world.ts';
import { attic, never } from './answers.ts';
import type { State } from './state.ts';

async function findKeys(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add me@desk' }).waitFor();
}

export const keyStates: State[] = [
  { station: 'keys', state: 'empty', arrange: findKeys },
  { station: 'keys', state: 'loading', answers: { foundKeys: never } },
  { station: 'keys', state: 'none-found', answers: { foundKeys: () => [] } },
  {
    station: 'keys',
    state: 'not-readable',
    answers: { foundKeys: () => Promise.reject(world.keysUnreadable) },
    async arrange(page) {
      await page.getByRole('alert').waitFor();
    },
  },
  { station: 'keys', state: 'chosen', kept: true, answers: attic, arrange: findKeys },
  {
    station: 'keys',
    state: 'private-refused',
    async arrange(page) {
      await findKeys(page);
      await page
        .getByLabel('Public keys', { exact: true })
        .fill('-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r');
      await page.getByText('This is a private key.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'listed',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('User name').press('Enter');
      await (
        await door.run('fetchKeys')
      ).finish({
        address: 'https://github.com/ada.keys',
        keys: [world.laptopKey],
        leftOut: [{ line: 2, problem: problem('weak-key', 'RSA keys under 2048 bits can be broken.') }],
      });
      await page.getByText('Line 2 was left out').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'list-refused',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByLabel('User name').fill('ada-lovelac');
      await page.getByLabel('User name').press('Enter');
      await (
        await door.run('fetchKeys')
      ).fail(problem('no-such-user', 'GitHub knows no ada-lovelac.', { remedy: 'Check the spelling.' }));
      await page.getByText('GitHub knows no').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'making',
    async arrange(page) {
      await findKeys(page);
      await page.getByText('Make a new key').click();
      await page.getByLabel('Passphrase', { exact: true }).fill('copper lantern walrus tuesday');
      await page.getByLabel('Passphrase again').fill('copper lantern');
      await page.getByRole('button', { name: 'Make the key' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'asking',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('User name').press('Enter');
      await door.run('fetchKeys');
      await page.getByText('Make a new key').click();
      await page.getByRole('button', { name: 'Make the key' }).click();
      await page.getByText('Making the key…').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'made',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByText('Make a new key').click();
      await page.getByRole('button', { name: 'Make the key' }).click();
      await (
        await door.run('makeKey')
      ).finish({
        key: world.laptopKey,
        file: '/home/me/.ssh/id_ed25519_nixburn',
        warning: problem('key-unprotected', 'This key has no passphrase.', {
          detail: 'Whoever gets hold of /home/me/.ssh/id_ed25519_nixburn can log in with it.',
          remedy: 'Give it one at any time with: ssh-keygen -p -f /home/me/.ssh/id_ed25519_nixburn',
        }),
      });
      await page.getByText('This key has no passphrase.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'flake-incomplete',
    async arrange(page) {
      await page.getByRole('button', { name: 'Flake' }).click();
      await page.getByRole('complementary').getByText('Nobody could log in.').waitFor();
    },
  },
];
