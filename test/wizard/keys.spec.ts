/** Station 1: keys are found, added, pasted and removed; a private key goes nowhere. */
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
