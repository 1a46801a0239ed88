/** One suite of behaviours, asked of every way into Nixburn: the desktop app, the web host and the command line. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import type { BuildEvent, Image, StickEvent } from '../../src/shared/contract.ts';
import { entries, practiceStick, type Entry } from './entries.ts';
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

  describe('from a recipe to a verified stick', () => {
    let image: Image;

    test('builds the image, in phases that only go forward', async () => {
      const events: BuildEvent[] = [];
      const act = await entry.build(good);
      act.onEvent((event) => events.push(event));
      const built = await act.ended;
      if (!built.ok) throw new Error(JSON.stringify(built.problem));
      image = built.value;
      const bytes = await readFile(image.path);
      expect(image).toMatchObject({
        fileName: 'nixos-installer.iso',
        volumeId: 'NIXOS_INSTALLER',
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bootModes: ['bios', 'uefi'],
        name: 'attic',
      });
      const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
      const order = ['flake', 'evaluate', 'fetch', 'build', 'image', 'copy'];
      expect(phases.map((phase) => order.indexOf(phase))).toEqual(
        phases.map((phase) => order.indexOf(phase)).toSorted((a, b) => a - b),
      );
      expect([phases[0], phases.at(-1)]).toEqual(['flake', 'copy']);
      const fractions = events.flatMap((event) =>
        event.kind === 'progress' && event.fraction !== null ? [event.fraction] : [],
      );
      expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
      expect(fractions.at(-1)).toBe(1);
      // What is learnt of a build stays, and its log; never its flake.
      for (const name of await filesIn(home, 'home/cache')) expect(['builds.json']).toContain(name);
    }, 240_000);

    test('stops a build that is cancelled, and leaves nothing of it behind', async () => {
      const before = await filesIn(home, 'home/data/images');
      const caches = [await filesIn(home, 'home/cache'), await filesIn(home, 'home/logs/builds')];
      const act = await entry.build({ ...good, name: 'cellar', image: { fileName: 'cellar' } });
      act.onEvent((event) => {
        if (event.kind === 'phase' && event.phase === 'evaluate') act.cancel();
      });
      expect(await act.ended).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
      expect(await filesIn(home, 'home/data/images')).toEqual(before);
      expect([await filesIn(home, 'home/cache'), await filesIn(home, 'home/logs/builds')]).toEqual(caches);
    }, 120_000);

    test('says what Nix can not build in words, and leaves nothing behind', async () => {
      const before = await filesIn(home, 'home/data/images');
      const act = await entry.build({ ...good, packages: ['vimm'], image: { fileName: 'cellar' } });
      expect(await act.ended).toMatchObject({ ok: false, problem: { code: 'attribute-missing' } });
      expect(await filesIn(home, 'home/data/images')).toEqual(before);
    }, 120_000);

    test('writes the image on a practice stick and reads it back', async () => {
      const events: StickEvent[] = [];
      const act = await entry.write(image);
      act.onEvent((event) => events.push(event));
      const written = await act.ended;
      if (!written.ok) throw new Error(JSON.stringify(written.problem));
      expect(written.value).toMatchObject({
        action: 'write',
        image: { sha256: image.sha256, bytes: image.bytes },
        bytesWritten: image.bytes,
        bytesVerified: image.bytes,
        repairs: 0,
      });
      const [iso, stick] = await Promise.all([readFile(image.path), readFile(practiceStick(home))]);
      expect(stick.subarray(0, iso.length).equals(iso)).toBe(true);
      const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
      expect(phases).toEqual(['check', 'unmount', 'write', 'flush', 'verify', 'finish']);
    }, 120_000);

    test('verifies the stick, and changes nothing', async () => {
      const before = await readFile(practiceStick(home));
      const verified = await (await entry.verify(image)).ended;
      expect(verified).toMatchObject({
        ok: true,
        value: { action: 'verify', bytesVerified: image.bytes, bytesWritten: 0 },
      });
      expect((await readFile(practiceStick(home))).equals(before)).toBe(true);
    }, 120_000);
  });
});

async function filesIn(home: Home, folder: string): Promise<string[]> {
  return (await readdir(path.join(home.folder, folder)).catch(() => [])).toSorted();
}
