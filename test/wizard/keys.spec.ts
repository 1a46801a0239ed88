/** Station 1: keys are found, added, pasted and removed; a private key goes nowhere. */
import type { Page } from '@playwright/test';
import { problem } from '../../src/shared/problem.ts';
import { startsOf } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { openWindow } from './window.ts';
import { laptopKey } from './world.ts';

const list = { name: 'Who gets in' };
const pasted = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBbRq/p5sn+ZPGOgv6v0leUKL0G1E0IvTCkoOaoh+FMX second@desk';

test('a found key is added with one press, and removed again', async ({ page }) => {
  await openWindow(page);
  await expect(page.getByRole('button', { name: 'Next: Packages' })).toBeDisabled();
  await page.getByRole('button', { name: 'Add me@laptop' }).click();
  await expect(page.getByRole('region', list).getByText('me@laptop')).toBeVisible();
  await expect(page.getByText('Gets in', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Keys 1 key/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next: Packages' })).toBeEnabled();
  await page.getByRole('button', { name: 'Remove me@laptop' }).click();
  await expect(page.getByText('Nobody yet. Add one of your keys below.')).toBeVisible();
});

test('a key that was found in a file says how old it is', async ({ page }) => {
  await page.clock.setFixedTime('2026-11-24T10:00:00Z');
  await openWindow(page);
  await expect(page.getByRole('listitem').filter({ hasText: 'me@desk' })).toContainText('5 years old');
});

test('several keys are pasted at once, and a key that is on the list already is not added twice', async ({
  page,
}) => {
  await openWindow(page);
  const field = page.getByLabel('Public keys', { exact: true });
  await field.fill(`${laptopKey.line}\n${pasted}\n`);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Added 2 keys.')).toBeVisible();
  await expect(field).toHaveValue('');
  await expect(page.getByRole('region', list).getByRole('listitem')).toHaveCount(2);
  await field.fill(pasted);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Already on the list.')).toBeVisible();
  await expect(page.getByRole('region', list).getByRole('listitem')).toHaveCount(2);
});

test('a key that comes again under another comment is the same key', async ({ page }) => {
  await openWindow(page);
  const field = page.getByLabel('Public keys', { exact: true });
  await field.fill(laptopKey.line.replace('me@laptop', 'the same one'));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('region', list).getByRole('listitem')).toHaveCount(1);
  // The agent has it, too.
  await expect(page.getByText('Gets in', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add me@laptop' })).toBeHidden();
  await field.fill(laptopKey.line);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Already on the list.')).toBeVisible();
  await expect(page.getByRole('region', list).getByRole('listitem')).toHaveText([/the same one/]);
});

for (const header of [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  '-----BEGIN RSA PRIVATE KEY-----',
  'PuTTY-User-Key-File-3: x',
])
  test(`a private key (${header.slice(0, 26)}) is refused, wiped and sent nowhere`, async ({ page }) => {
    const door = await openWindow(page);
    const field = page.getByLabel('Public keys', { exact: true });
    await field.fill(`${header}\nc2VjcmV0LXNlY3JldA==\n`);
    await expect(page.getByText('This is a private key.')).toBeVisible();
    await expect(field).toHaveValue('');
    await expect(page.getByRole('button', { name: 'Add', exact: true })).toBeDisabled();
    expect(JSON.stringify(door.requests)).not.toContain('c2VjcmV0');
    expect(await page.content()).not.toContain('c2VjcmV0');
  });

test('a private key in a chosen file is refused too', async ({ page }) => {
  const door = await openWindow(page);
  await page.getByLabel('Public key files').setInputFiles({
    name: 'id_ed25519',
    mimeType: 'text/plain',
    buffer: Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n'),
  });
  await expect(page.getByText('This is a private key.')).toBeVisible();
  expect(JSON.stringify(door.requests)).not.toContain('c2VjcmV0');
});

test('a chosen .pub file is added at once', async ({ page }) => {
  await openWindow(page);
  await page.getByLabel('Public key files').setInputFiles({
    name: 'id_ed25519.pub',
    mimeType: 'text/plain',
    buffer: Buffer.from(`${pasted}\n`),
  });
  await expect(page.getByRole('region', list).getByText('second@desk')).toBeVisible();
});

test('a .pub file that is dropped anywhere on the window is added, and takes nobody away from the window', async ({
  page,
}) => {
  const door = await openWindow(page);
  await expect(page.getByRole('button', { name: 'Add me@laptop' })).toBeVisible();
  const drop = async (text: string) => {
    const dataTransfer = await page.evaluateHandle((content) => {
      const files = new DataTransfer();
      files.items.add(new File([content], 'id_ed25519.pub', { type: 'text/plain' }));
      return files;
    }, text);
    for (const event of ['dragover', 'drop']) await page.dispatchEvent('h1', event, { dataTransfer });
  };
  await drop(`${pasted}\n`);
  await expect(page.getByRole('region', list).getByText('second@desk')).toBeVisible();
  await drop('-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n');
  await expect(page.getByText('This is a private key.')).toBeVisible();
  expect(JSON.stringify(door.requests)).not.toContain('c2VjcmV0');
  await page.getByRole('button', { name: /^Packages/ }).click();
  await drop('x');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What should be on the stick?');
});

test('text that is no key stays in the field with a sentence beside it', async ({ page }) => {
  await openWindow(page);
  const field = page.getByLabel('Public keys', { exact: true });
  await field.fill('hello');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('This is not a public key that can be used.')).toBeVisible();
  await expect(field).toHaveValue('hello');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
});

test('when looking for keys fails, looking again is offered', async ({ page }) => {
  const door = await openWindow(page, {
    foundKeys: () => Promise.reject(new Error('~/.ssh can not be read.')),
  });
  await expect(page.getByText('~/.ssh can not be read.')).toBeVisible();
  door.answers.foundKeys = () => [laptopKey];
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('button', { name: 'Add me@laptop' })).toBeVisible();
});

const listed = {
  address: 'https://github.com/ada.keys',
  keys: [laptopKey],
  leftOut: [{ line: 2, problem: problem('weak-key', 'RSA keys under 2048 bits can be broken.') }],
};

test('published keys are taken by user name, and what can not be used is said', async ({ page }) => {
  const door = await openWindow(page);
  await page.getByLabel('User name').fill(' ada ');
  await page.getByLabel('User name').press('Enter');
  await (await door.run('fetchKeys')).finish(listed);
  await expect(page.getByText('Added 1 key from https://github.com/ada.keys.')).toBeVisible();
  await expect(page.getByText('Line 2 was left out. RSA keys under 2048 bits can be broken.')).toBeVisible();
  await expect(page.getByRole('region', list).getByText('me@laptop')).toBeVisible();
  await expect(page.getByLabel('User name')).toHaveValue('');
  expect(startsOf(door, 'fetchKeys')).toEqual([{ service: 'github', user: 'ada' }]);

  await page.getByLabel('Where').selectOption('Codeberg');
  await expect(page.getByText('Added 1 key')).toBeHidden();
  await page.getByLabel('User name').fill('ada');
  await page.getByRole('button', { name: 'Get keys' }).click();
  await (await door.run('fetchKeys')).finish(listed);
  await expect(page.getByText(/^All keys at .* are on the list already\.$/)).toBeVisible();
  expect(startsOf(door, 'fetchKeys').at(-1)).toEqual({ service: 'codeberg', user: 'ada' });
});

test('nobody is asked for keys before the button is pressed, and then the address that was given', async ({
  page,
}) => {
  const door = await openWindow(page);
  await page.getByLabel('Where').selectOption('Another address');
  await expect(page.getByRole('button', { name: 'Get keys' })).toBeDisabled();
  await page.getByLabel('Address').fill('https://example.org/me.keys');
  expect(startsOf(door, 'fetchKeys')).toEqual([]);
  await page.getByRole('button', { name: 'Get keys' }).click();
  await (await door.run('fetchKeys')).finish(listed);
  await expect(page.getByText('Added 1 key')).toBeVisible();
  expect(startsOf(door, 'fetchKeys')).toEqual([{ url: 'https://example.org/me.keys' }]);
});

test('a list that can not be had says why beside the name, which stays', async ({ page }) => {
  const nobody = problem('no-such-user', 'GitHub knows no ada-lovelac.', { remedy: 'Check the spelling.' });
  const door = await openWindow(page);
  const name = page.getByLabel('User name');
  await name.fill('ada-lovelac');
  await name.press('Enter');
  await (await door.run('fetchKeys')).fail(nobody);
  await expect(name).toHaveAccessibleDescription(/GitHub knows no ada-lovelac\. Check the spelling\./);
  await expect(name).toHaveValue('ada-lovelac');
  await name.fill('ada-lovelace');
  await expect(name).toHaveAttribute('aria-invalid', 'false');
});

const file = '/home/me/.ssh/id_ed25519_nixburn';
const made = { key: { ...laptopKey, comment: 'me@new' }, file, warning: null };

async function openNewKey(page: Page): Promise<void> {
  await page.getByText('Make a new key').click();
}

test('a new key is made with a passphrase that is typed twice, and its holder gets in', async ({ page }) => {
  const door = await openWindow(page);
  await openNewKey(page);
  await page.getByLabel('Comment').fill('me@new');
  const passphrase = page.getByLabel('Passphrase', { exact: true });
  await expect(passphrase).toHaveAttribute('type', 'password');
  await passphrase.fill('monkey');
  await expect(passphrase).toHaveAccessibleDescription(/Guessed at once/);
  await passphrase.fill('copper lantern walrus tuesday orbit gravel');
  await expect(passphrase).toHaveAccessibleDescription(/Strong/);
  const again = page.getByLabel('Passphrase again');
  await again.fill('copper lantern');
  await expect(again).toHaveAccessibleDescription(/The two passphrases are not the same\./);
  await expect(page.getByRole('button', { name: 'Make the key' })).toBeDisabled();
  await again.press('Enter');
  expect(startsOf(door, 'makeKey')).toEqual([]);
  await again.fill('copper lantern walrus tuesday orbit gravel');
  await again.press('Enter');
  await (await door.run('makeKey')).finish(made);
  await expect(page.getByText(`Made ${file}, and its holder gets in.`)).toBeVisible();
  expect(startsOf(door, 'makeKey')).toEqual([
    {
      name: 'id_ed25519_nixburn',
      type: 'ed25519',
      comment: 'me@new',
      passphrase: 'copper lantern walrus tuesday orbit gravel',
    },
  ]);
  await expect(passphrase).toHaveValue('');
  await expect(page.getByRole('region', list).getByRole('listitem')).toHaveCount(1);
});

test('a key without a passphrase is made all the same, with a warning', async ({ page }) => {
  const warning = problem('key-unprotected', 'This key has no passphrase.', {
    detail: `Whoever gets hold of ${file} can log in with it.`,
    remedy: `Give it one at any time with: ssh-keygen -p -f ${file}`,
  });
  const door = await openWindow(page);
  await openNewKey(page);
  await page.getByRole('button', { name: 'Make the key' }).click();
  await (await door.run('makeKey')).finish({ ...made, warning });
  await expect(page.getByText('This key has no passphrase.')).toBeVisible();
  await expect(page.getByText('ssh-keygen -p -f')).toBeVisible();
});

test('a key that can not be made says why beside the field that it is about', async ({ page }) => {
  const exists = problem('key-exists', `There is a file ${file} already.`, {
    remedy: 'Choose another name.',
  });
  const door = await openWindow(page);
  await openNewKey(page);
  const name = page.getByLabel('File name');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await (await door.run('makeKey')).fail(exists);
  await expect(name).toHaveAccessibleDescription(/There is a file .* already\. Choose another name\./);
  await name.fill('../id_rsa');
  await name.press('Enter');
  await expect(name).toHaveAccessibleDescription(/can not be the name of a key/);
  expect(startsOf(door, 'makeKey')).toHaveLength(1);
  await page.getByLabel('Kind').selectOption('rsa');
  await expect(name).toHaveValue('../id_rsa');
});

test('the name of a new key follows its kind until somebody has typed one', async ({ page }) => {
  await openWindow(page);
  await openNewKey(page);
  await page.getByLabel('Kind').selectOption('rsa');
  await expect(page.getByLabel('File name')).toHaveValue('id_rsa_nixburn');
});

test('whoever has waited long enough for a list or a key cancels, and nothing is said against them', async ({
  page,
}) => {
  const door = await openWindow(page);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('User name').press('Enter');
  await expect(page.getByRole('button', { name: 'Asking…' })).toBeDisabled();
  const listing = await door.run('fetchKeys');
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Get keys' })).toBeEnabled();
  expect(listing.cancelled).toBe(true);
  // Cancel is gone, and the focus is not lost with it.
  await expect(page.getByLabel('User name')).toBeFocused();
  await expect(page.getByLabel('User name')).toHaveAttribute('aria-invalid', 'false');

  await openNewKey(page);
  await page.getByRole('button', { name: 'Make the key' }).click();
  const making = await door.run('makeKey');
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Make the key' })).toBeEnabled();
  expect(making.cancelled).toBe(true);
  await expect(page.getByRole('region', list).getByRole('listitem')).toHaveCount(0);
});

test('whoever takes the passphrase of a new key back is not held up by its second half', async ({ page }) => {
  const door = await openWindow(page);
  await openNewKey(page);
  const passphrase = page.getByLabel('Passphrase', { exact: true });
  await passphrase.fill('copper lantern');
  await page.getByLabel('Passphrase again').fill('copper lantern');
  await passphrase.fill('');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await (await door.run('makeKey')).finish(made);
  await expect(page.getByText(`Made ${file}, and its holder gets in.`)).toBeVisible();
});

test('keys that were asked for in one recipe are not let into another', async ({ page }) => {
  const door = await openWindow(page);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('User name').press('Enter');
  const run = await door.run('fetchKeys');
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByRole('button', { name: 'Begin anew' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await run.finish(listed);
  await expect(page.getByRole('button', { name: 'Get keys' })).toBeEnabled();
  await expect(page.getByText('Added 1 key')).toBeHidden();
  await expect(page.getByRole('region', list).getByRole('listitem')).toHaveCount(0);
});
