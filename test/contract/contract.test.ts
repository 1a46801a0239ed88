/** One suite of behaviours, asked of every way into Nixburn: the desktop app, the web host and the command line. */
import { createHash, randomFillSync } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import type { BuildEvent, Image, StickEvent } from '../../src/shared/contract.ts';
import { makePartition, mounted, noLoops, Traces, type Loop } from '../flash/loop.ts';
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

/** A stick of its own for every way in: they are tried one after the other, but a device may linger. */
const sticks = ['/dev/loop67', '/dev/loop68', '/dev/loop69'];

describe.skipIf(noLoops !== null).each(entries.map((entry, at) => ({ ...entry, device: sticks[at] ?? '' })))(
  `$name, with a stick (${noLoops ?? 'a real loop device'})`,
  ({ open, device }) => {
    const traces = new Traces();
    const bytes = 40 * 1024 * 1024;
    const content = Buffer.alloc(bytes);
    randomFillSync(content, 0, 2 * 1024 * 1024);
    let home: Home;
    let entry: Entry;
    let stick: Loop;

    beforeAll(async () => {
      home = await makeHome();
      entry = await open(home);
    });
    beforeEach(async () => {
      const file = path.join(home.folder, 'stick.img');
      await writeFile(file, content);
      stick = await traces.loopOn(Number(/\d+$/.exec(device)?.[0]), file, ['-P']);
    });
    afterEach(() => traces.undoAll());
    afterAll(async () => {
      await entry?.close();
      await home?.remove();
    });

    test('keeps all of it as a file, byte for byte, and changes nothing on it', async () => {
      const saved = await (await entry.save(stick.path)).ended;
      if (!saved.ok) throw new Error(JSON.stringify(saved.problem));
      const sha256 = createHash('sha256').update(content).digest('hex');
      expect(saved.value).toMatchObject({ bytes, sha256 });
      expect((await readFile(saved.value.path)).equals(content)).toBe(true);
      expect((await readFile(stick.file)).equals(content)).toBe(true);
    });

    test('makes an ordinary stick of it again, in the phases of writing', async () => {
      const events: StickEvent[] = [];
      const act = await entry.restore(stick.path, 'PHOTOS');
      act.onEvent((event) => events.push(event));
      expect(await act.ended).toEqual({ ok: true, value: null });
      const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
      expect(phases).toEqual(['check', 'unmount', 'write', 'flush', 'verify', 'finish']);
      // Where the label of FAT32 stands in the boot sector of the only partition, which begins at 1 MiB.
      const label = (await readFile(stick.file)).subarray(1024 * 1024 + 71, 1024 * 1024 + 82);
      expect(label.toString('latin1')).toBe('PHOTOS     ');
    });

    test('gives it no name that a stick can not have, and leaves it as it is', async () => {
      const refused = await (await entry.restore(stick.path, 'no good')).ended;
      expect(refused).toMatchObject({ ok: false, problem: { code: 'label-not-usable' } });
      expect((await readFile(stick.file)).equals(content)).toBe(true);
    });

    test('lets go of it, and never of one that the system needs', async () => {
      const partition = await makePartition(stick, traces);
      const place = `/media/nixburn-contract-${stick.number}`;
      await traces.mount(partition, place);
      expect(await entry.eject(stick.path)).toEqual({ ok: true, value: null });
      expect(await mounted([place])).toEqual([]);
      const needed = `/srv/nixburn-contract-${stick.number}`;
      await traces.mount(partition, needed);
      for (const outcome of [
        await entry.eject(stick.path),
        await (await entry.restore(stick.path, 'PHOTOS')).ended,
        await (await entry.save(stick.path)).ended,
      ])
        expect(outcome).toMatchObject({ ok: false, problem: { code: 'drive-holds-system' } });
      expect(await mounted([needed])).toEqual([needed]);
    });
  },
);

async function filesIn(home: Home, folder: string): Promise<string[]> {
  return (await readdir(path.join(home.folder, folder)).catch(() => [])).toSorted();
}
