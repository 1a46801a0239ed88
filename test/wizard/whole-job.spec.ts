/** The whole job as a person does it, with nothing made up: real host, real Nix, real writer, from nothing to a verified stick. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './test.ts';
import { goTo } from './window.ts';
import { makeHome, nixpkgs, startCommand } from '../contract/program.ts';

test('from an empty recipe to a practice stick that holds the image byte for byte', async ({ page }) => {
  test.setTimeout(600_000);
  const home = await makeHome();
  const keyFile = path.join(home.folder, 'id_ed25519');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'me@laptop', '-f', keyFile]);
  // Without the agent and the keys of whoever runs this test.
  const env = { HOME: home.folder, SSH_AUTH_SOCK: '' };
  const serve = startCommand(home, ['serve', '--nixpkgs', nixpkgs], env);
  try {
    const address = () => /^http:\/\/127\.0\.0\.1:\d+\/\?token=\S+$/m.exec(serve.output.stdout)?.[0];
    await expect.poll(address, { timeout: 120_000, message: serve.output.stderr }).toBeDefined();
    await page.goto(String(address()));

    await expect(page.getByText('Nobody yet. Add one of your keys below.')).toBeVisible();
    await page.getByLabel('Public keys', { exact: true }).fill(await readFile(`${keyFile}.pub`, 'utf8'));
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByRole('button', { name: /^Keys 1 key/ })).toBeVisible();

    await page.getByRole('button', { name: 'Next: Packages' }).click();
    await page.getByRole('checkbox', { name: /^git / }).check();
    await page.getByRole('checkbox', { name: /^vim / }).check();

    await page.getByRole('button', { name: 'Next: Network' }).click();
    await page.getByLabel('Host name').fill('attic');

    await page.getByRole('button', { name: 'Next: System' }).click();
    await page.getByLabel('File name').fill('nixos-attic');
    await page.getByLabel('Volume label').fill('NIXOS_ATTIC');
    await page.getByRole('radio', { name: /^Fast/ }).check();

    await page.getByRole('button', { name: 'Next: Build' }).click();
    const build = page.getByRole('button', { name: 'Build the image' });
    await expect(build).toBeEnabled({ timeout: 60_000 });
    await build.click();
    const image = page.getByRole('region', { name: 'Image' });
    await expect(image.or(page.getByRole('alert'))).toBeVisible({ timeout: 420_000 });
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(image).toContainText('NIXOS_ATTIC');
    const isoPath = await image.locator('dd', { hasText: '.iso' }).locator('code').innerText();

    await page.getByRole('button', { name: 'Next: Drive' }).click();
    await page.getByRole('switch', { name: /^Show a practice stick/ }).click();
    await page.getByRole('radio', { name: /^Practice stick/ }).check();
    await page.getByRole('button', { name: 'Write to the practice stick…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Write the practice stick' }).click();
    const receipt = page.getByRole('region', { name: 'Receipt' });
    await expect(receipt.or(page.getByRole('alert'))).toBeVisible({ timeout: 120_000 });
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(receipt.getByRole('heading', { name: 'Verified' })).toBeVisible();
    const stickPath = await receipt.locator('dd code').first().innerText();

    const [iso, stick] = await Promise.all([readFile(isoPath), readFile(stickPath)]);
    expect(iso.length).toBeGreaterThan(1_000_000);
    expect(stick.subarray(0, iso.length).equals(iso)).toBe(true);

    await page.getByRole('button', { name: 'Verify again' }).click();
    await expect(page.getByRole('button', { name: /^Drive Verified \(done\)/ })).toBeVisible({
      timeout: 60_000,
    });
    await goTo(page, 'Boot');
    await expect(page.getByText('ssh root@attic.local', { exact: true })).toBeVisible();
  } finally {
    serve.child.kill('SIGINT');
    await serve.ended;
    await home.remove();
  }
});
