/**
 * The whole job as a person does it, with nothing made up: real host, real Nix, real writer, from nothing to a verified
 * stick with its secrets, and then to the same stick with others.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { knownHostsFile, pinnedKeys } from '../../src/main/machine/known-hosts.ts';
import { findPlaces } from '../../src/main/places.ts';
import { readSlot } from '../../src/main/slot/entries.ts';
import { slotBytes } from '../../src/main/slot/format.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import { memoryReader } from '../slot/iso.ts';
import { expect, test } from './test.ts';
import { goTo } from './window.ts';
import { makeHome, nixpkgs, startCommand } from '../contract/program.ts';

const store = '/nix/store';
// Of this run alone: what is searched for everywhere may not be left from another.
const passphrase = `battery horse ${randomBytes(6).toString('hex')}`;
const laterPassphrase = `staple correct ${randomBytes(6).toString('hex')}`;

test('from an empty recipe to a practice stick that holds the image byte for byte, and its own secrets in the slot', async ({
  page,
}) => {
  test.setTimeout(600_000);
  const home = await makeHome();
  const keyFile = path.join(home.folder, 'id_ed25519');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'me@laptop', '-f', keyFile]);
  const temporary = path.join(home.folder, 'tmp');
  await mkdir(temporary);
  // Without the agent and the keys of whoever runs this test.
  const env = { HOME: home.folder, SSH_AUTH_SOCK: '', TMPDIR: temporary };
  const inStore = new Set(await readdir(store));
  const received: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => received.push(payload.toString())),
  );
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
    await page.getByRole('button', { name: 'Add a WiFi network' }).click();
    await page.getByLabel('Network name (SSID)').fill('Attic');
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await page.getByRole('button', { name: 'Save network' }).click();

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
    const { offset, end, entries } = await slotOf(stick);
    expect(stick.subarray(0, offset).equals(iso.subarray(0, offset))).toBe(true);
    expect(stick.subarray(end, iso.length).equals(iso.subarray(end))).toBe(true);
    expect(entries.get('hostname')).toBe('attic\n');
    expect(entries.get('ssh/authorized_keys')).toBe(await readFile(`${keyFile}.pub`, 'utf8'));
    expect([...entries.values()].join('')).toContain(passphrase);
    // The secret is on the stick alone: neither in the image nor on the page.
    expect(iso.includes(passphrase)).toBe(false);
    const made = page.getByRole('region', { name: 'On this stick alone' });
    await expect(made).toContainText('attic');
    const hostKey = entries.get('ssh/ssh_host_ed25519_key.pub') ?? '';
    await expect(made.getByText(fingerprintOf(hostKey), { exact: true })).toBeVisible();
    await expect(made).toContainText('wifi/');
    const places = findPlaces({ platform: process.platform, env: home.env, home: home.folder });
    const [type, base64] = hostKey.split(' ');
    expect(await pinnedKeys(knownHostsFile(places), 'attic')).toEqual([`${type} ${base64}`]);
    expect(await page.content()).not.toContain(passphrase);

    await page.getByRole('button', { name: 'Verify this stick' }).click();
    await expect(page.getByRole('button', { name: /^Drive Verified \(done\)/ })).toBeVisible({
      timeout: 60_000,
    });
    await goTo(page, 'Boot');
    await expect(page.getByText('ssh root@attic.local', { exact: true })).toBeVisible();

    // The same stick for another machine: nothing is built, and the image on it stays as it is.
    await goTo(page, 'Network');
    await page.getByLabel('Host name').fill('cellar');
    await page.getByRole('button', { name: 'Add a WiFi network' }).click();
    await page.getByLabel('Network name (SSID)').fill('Cellar');
    await page.getByLabel('Passphrase', { exact: true }).fill(laterPassphrase);
    await page.getByRole('button', { name: 'Save network' }).click();
    await goTo(page, 'Drive');
    await page.getByRole('button', { name: 'Write another' }).click();
    await page.getByRole('radio', { name: /^Practice stick/ }).check();
    await page.getByRole('button', { name: 'Change this stick…' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Change / })
      .click();
    await expect(page.getByRole('heading', { name: 'The practice stick was changed' })).toBeVisible({
      timeout: 60_000,
    });
    await expect(made).toContainText('cellar');
    const changed = await readFile(stickPath);
    expect(changed.subarray(0, offset).equals(iso.subarray(0, offset))).toBe(true);
    expect(changed.subarray(end, iso.length).equals(iso.subarray(end))).toBe(true);
    const { entries: later } = await slotOf(changed);
    expect(later.get('hostname')).toBe('cellar\n');
    expect([...later.values()].join('')).toContain(laterPassphrase);
    const laterKey = later.get('ssh/ssh_host_ed25519_key.pub') ?? '';
    expect(laterKey).not.toBe(hostKey);
    await expect(made.getByText(fingerprintOf(laterKey), { exact: true })).toBeVisible();
    expect(await pinnedKeys(knownHostsFile(places), 'cellar')).toHaveLength(1);
    await goTo(page, 'Boot');
    await expect(page.getByText('ssh root@cellar.local', { exact: true })).toBeVisible();

    // Not one secret is anywhere else: in no answer or event, on no page, in nothing that was said, and in no file.
    const privateLines = [entries, later].map(
      (slot) => slot.get('ssh/ssh_host_ed25519_key')?.split('\n')[4] ?? '',
    );
    const secrets = [passphrase, laterPassphrase, ...privateLines];
    expect(secrets.every((secret) => secret.length > 15)).toBe(true);
    const { stdout, stderr } = serve.output;
    expect(received.length).toBeGreaterThan(20);
    const said = [...received, stdout, stderr, await page.content()].join('\n');
    for (const secret of secrets) expect(said).not.toContain(secret);
    expect(await filesWith(secrets, [home.folder])).toEqual([stickPath]);
    const built = (await readdir(store)).filter((name) => !inStore.has(name));
    expect(built.some((name) => name.endsWith('.iso'))).toBe(true);
    const paths = built.map((name) => path.join(store, name));
    expect(await filesWith(secrets, paths)).toEqual([]);
    expect((await readdir(temporary)).filter((name) => name.startsWith('nixburn'))).toEqual([]);
  } finally {
    serve.child.kill('SIGINT');
    await serve.ended;
    await home.remove();
  }
});

/** The slot of a stick: where it begins and ends, in bytes, and what was put into it. */
async function slotOf(stick: Buffer) {
  const place = await findSlot(memoryReader(stick));
  if (!place.ok) throw new Error(place.problem.title);
  const { offset } = place.value;
  const end = offset + slotBytes;
  const read = readSlot(stick.subarray(offset, end));
  if (!read.ok) throw new Error(read.problem.raw);
  return { offset, end, entries: read.value.entries };
}

/** Every file in these places that holds one of these texts. */
async function filesWith(texts: string[], places: string[]): Promise<string[]> {
  const wanted = texts.flatMap((text) => ['-e', text]);
  const search = ['--recursive', '--files-with-matches', '--text', '--fixed-strings', '--devices=skip'];
  const { stdout } = await promisify(execFile)('grep', [...search, ...wanted, '--', ...places]).catch(
    (error: { code: number; stdout: string }) => {
      // 1: nothing was found. More: it could not look everywhere.
      if (error.code !== 1) throw error;
      return error;
    },
  );
  return stdout.split('\n').filter(Boolean);
}

/** As `ssh-keygen -lf` names the key of this line. */
function fingerprintOf(line: string): string {
  const hash = createHash('sha256').update(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
  return `SHA256:${hash.digest('base64').replace(/=+$/, '')}`;
}
