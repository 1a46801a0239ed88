/** One suite of behaviours, asked of every way into Nixburn: the desktop app, the web host and the command line. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { entries, type Entry } from './entries.ts';
import { makeHome, publicKey, type Home } from './program.ts';

const passphrase = 'correct horse battery';
const good = { schema: 1, name: 'attic', keys: [publicKey] };
const withWifi = (secrets: string) => ({
  ...good,
  wifi: { secrets, networks: [{ ssid: 'Attic', security: 'wpa2-wpa3', passphrase }] },
});
const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n';

describe.each(entries)('$name', ({ open }) => {
  let home: Home;
  let entry: Entry;

  beforeAll(async () => {
    home = await makeHome();
    entry = await open(home);
  });
  afterAll(async () => {
    await entry?.close();
    await home?.remove();
  });

  test('says which version it is', async () => {
    expect(await entry.version()).toBe(packageFile.version);
  });

  test('finds nothing wrong with a good recipe', async () => {
    expect(await entry.check(good)).toEqual([]);
    expect(await entry.check(withWifi('baked'))).toEqual([]);
  });

  test.each([
    ['an empty recipe', { schema: 1 }, [{ path: 'keys', code: 'no-way-in' }]],
    ['an unknown field', { ...good, pakages: [] }, [{ path: 'pakages', code: 'unknown-field' }]],
    ['a host name that is none', { ...good, name: '-attic' }, [{ path: 'name', code: 'bad-host-name' }]],
    ['a private key', { ...good, keys: [privateKey] }, [{ path: 'keys.0', code: 'private-key' }]],
    [
      'a short passphrase',
      { ...good, wifi: { networks: [{ ssid: 'Attic', passphrase: 'short' }] } },
      [{ path: 'wifi.networks.0.passphrase', code: 'bad-passphrase' }],
    ],
    [
      'two things',
      { ...good, name: '', timeZone: 'Nowhere!' },
      [
        { path: 'name', code: 'bad-host-name' },
        { path: 'timeZone', code: 'bad-time-zone' },
      ],
    ],
  ])('says what is wrong with %s', async (_what, recipe, problems) => {
    expect(await entry.check(recipe)).toEqual(problems);
  });

  test('refuses to build a broken recipe, and says what is wrong with it', async () => {
    const { ended } = await entry.build({ ...good, name: '-attic' });
    expect(await ended).toMatchObject({ ok: false, problem: { code: 'bad-host-name' } });
    expect(await ended.then(() => filesIn(home, 'home/data/images'))).toEqual([]);
  });

  test('makes no flake of a broken recipe', async () => {
    expect(await entry.flake({ ...good, name: '', timeZone: 'Nowhere!' })).toMatchObject({
      ok: false,
      problem: { code: 'recipe-problems' },
    });
  });

  test('makes a flake of a good recipe', async () => {
    const flake = await entry.flake(good);
    if (!flake.ok) throw new Error(flake.problem.title);
    expect([...flake.value.keys()]).toEqual(expect.arrayContaining(['flake.nix', 'configuration.nix']));
    expect(flake.value.get('flake.nix')).toContain('test/fixtures/nixpkgs');
    expect(flake.value.get('configuration.nix')).toContain(publicKey);
  });

  test.each(['slot', 'baked'])('shows no passphrase in the open files of a flake: %s', async (secrets) => {
    const flake = await entry.flake(withWifi(secrets));
    if (!flake.ok) throw new Error(flake.problem.title);
    expect([...flake.value.values()].join('')).not.toContain(passphrase);
    const secretFiles = [...flake.value].filter(([name, text]) => text === null && name.startsWith('wifi/'));
    expect(secretFiles.length > 0).toBe(secrets === 'baked');
  });

  test('reads a public key, and refuses a private one without repeating it', async () => {
    expect(await entry.keys(publicKey)).toEqual({
      ok: true,
      value: [expect.stringMatching(/^SHA256:[\w+/]{43}$/)],
    });
    const refused = await entry.keys(privateKey);
    expect(refused).toMatchObject({ ok: false, problem: { code: 'private-key' } });
    expect(JSON.stringify(refused)).not.toContain('c2VjcmV0');
  });

  test('lists the drives, and locks the one that the system runs from', async () => {
    const drives = await entry.drives();
    for (const drive of drives) expect(drive.path).toMatch(/^\/dev\//);
    const system = drives.filter(({ refusals }) =>
      refusals.some(({ code }) => code === 'drive-holds-system'),
    );
    for (const drive of system) expect(drive.refusals.length).toBeGreaterThan(0);
  });
});

async function filesIn(home: Home, folder: string): Promise<string[]> {
  return readdir(path.join(home.folder, folder)).catch(() => []);
}
