/** `nixburn write --with` and `nixburn personalise`: what is on the sticks then, who is known, and where no secret is. */
import { copyFile, link, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepImage } from '../../src/main/image/store.ts';
import { allPinned } from '../../src/main/machine/known-hosts.ts';
import { readSlot } from '../../src/main/slot/entries.ts';
import { slotBytes } from '../../src/main/slot/format.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import type { Personalised, Receipt } from '../../src/shared/contract.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { noLoops, Traces } from '../flash/loop.ts';
import { makeHome, publicKey, runCommand, type Ended, type Home } from '../contract/program.ts';
import { makeIso, memoryReader } from './iso.ts';

const passphrase = 'correct horse 7f3a';
const otherPassphrase = 'battery staple 91c0';

let home: Home;
let iso: string;
beforeEach(async () => {
  home = await makeHome();
  iso = await makeIso(home.folder, 'attic');
  await writeRecipe('recipe.json', passphrase);
});
afterEach(() => home.remove());

const at = (name: string) => path.join(home.folder, name);
const knownHosts = () => at('home/data/known_hosts');
const nixburn = (...args: string[]) => runCommand(home, args);

async function writeRecipe(name: string, secret: string, more: object = {}): Promise<void> {
  const networks = [{ ssid: 'Attic', passphrase: secret }];
  const recipe = { schema: 1, name: 'attic', keys: [publicKey], wifi: { networks }, ...more };
  await writeFile(at(name), JSON.stringify(recipe), { mode: 0o600 });
}

async function slotOf(file: string): Promise<ReadonlyMap<string, string>> {
  const bytes = await readFile(file);
  const place = await findSlot(memoryReader(bytes));
  if (!place.ok) throw new Error(place.problem.title);
  const slot = readSlot(bytes.subarray(place.value.offset, place.value.offset + slotBytes));
  if (!slot.ok) throw new Error(slot.problem.raw);
  return slot.value.entries;
}

function last<T>({ stdout }: Ended): T {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T;
}

/** Every file below these folders that holds one of these texts. */
async function filesWith(texts: string[], folders: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = path.join(entry.parentPath, entry.name);
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      if (texts.some((text) => bytes.includes(text))) found.push(path.relative(home.folder, file));
    }
  }
  return found.toSorted();
}

describe('nixburn write --with', () => {
  test('fills the slot of the stick, pins its host key, and leaves the image as it is', async () => {
    const before = await readFile(iso);
    const written = await nixburn('write', iso, '--to', 'stick.img', '--with', 'recipe.json');
    expect(written.exit, written.stderr).toBe(0);
    expect(written.stdout).toMatch(
      /Made for attic, host key SHA256:\S+\nOnce it has started: nixburn connect attic\n/,
    );
    const slot = await slotOf(at('stick.img'));
    expect(slot.get('hostname')).toBe('attic\n');
    expect(slot.get('ssh/authorized_keys')).toBe(`${publicKey}\n`);
    expect([...slot.values()].join('')).toContain(`psk=${passphrase}`);
    const [pinned, ...others] = await allPinned(knownHosts());
    expect(others).toEqual([]);
    expect(`${slot.get('ssh/ssh_host_ed25519_key.pub')}`).toContain(`${pinned?.key} root@attic`);
    expect((await readFile(iso)).equals(before)).toBe(true);
    expect((await stat(at('stick.img'))).mode & 0o777).toBe(0o600);
    const verified = await nixburn('verify', iso, '--on', 'stick.img');
    expect([verified.exit, verified.stderr]).toEqual([
      0,
      expect.stringContaining('The slot for secrets was filled'),
    ]);
  });

  test('gives each of several a name and a host key of its own', async () => {
    const targets = ['one.img', 'two.img', 'three.img'];
    const written = await nixburn('write', iso, '--to', ...targets, '--with', 'recipe.json', '--json');
    const { receipts } = last<{ receipts: Receipt[] }>(written);
    // Each is told as it ends.
    expect(receipts.map(({ slot }) => slot?.name).toSorted()).toEqual(['attic-01', 'attic-02', 'attic-03']);
    const slots = await Promise.all(targets.map((name) => slotOf(at(name))));
    expect(slots.map((slot) => slot.get('hostname'))).toEqual(['attic-01\n', 'attic-02\n', 'attic-03\n']);
    expect(new Set(slots.map((slot) => slot.get('ssh/ssh_host_ed25519_key'))).size).toBe(3);
    expect((await allPinned(knownHosts())).map(({ name }) => name)).toEqual([
      'attic-01',
      'attic-02',
      'attic-03',
    ]);
  });

  test('without it writes the image as it is', async () => {
    await nixburn('write', iso, '--to', 'stick.img');
    const before = await readFile(iso);
    expect((await readFile(at('stick.img'))).subarray(0, before.length).equals(before)).toBe(true);
    expect(await allPinned(knownHosts())).toEqual([]);
  });

  test.each([
    [
      'an image without a slot',
      async () => makeIso(home.folder, 'other', null),
      'recipe.json',
      'slot-missing',
    ],
    [
      'a recipe that lacks a passphrase',
      async () => {
        await writeRecipe('lacking.json', '', { wifi: { networks: [{ ssid: 'Attic' }] } });
        return iso;
      },
      'lacking.json',
      'missing-passphrase',
    ],
    ['a recipe that is not there', async () => iso, 'none.json', 'recipe-unreadable'],
  ])('and %s writes nothing and pins nothing', async (_, image, recipe, code) => {
    const ended = await nixburn('write', await image(), '--to', 'stick.img', '--with', recipe, '--json');
    expect(last<{ problem: Problem }>(ended).problem.code).toBe(code);
    expect(ended.exit).toBe(2);
    expect(await stat(at('stick.img')).catch(() => null)).toBeNull();
    expect(await allPinned(knownHosts())).toEqual([]);
  });

  test('says where no host key can be kept, and writes nothing', async () => {
    await mkdir(knownHosts(), { recursive: true });
    const ended = await nixburn('write', iso, '--to', 'stick.img', '--with', 'recipe.json', '--json');
    expect(last<{ problem: Problem }>(ended).problem).toMatchObject({
      code: 'host-key-not-kept',
      title: `${knownHosts()} can not be changed.`,
      raw: expect.stringContaining('EISDIR') as unknown,
    });
    expect(ended.exit).toBe(1);
    expect(await stat(at('stick.img')).catch(() => null)).toBeNull();
  });

  test('knows none of several sticks where the host key of the last could not be made', async () => {
    await mkdir(at('bin'));
    const fails = [
      '#!/bin/sh',
      'case "$*" in *root@attic-04*) exit 1 ;; esac',
      'PATH="${PATH#*:}" exec ssh-keygen "$@"',
      '',
    ];
    await writeFile(at('bin/ssh-keygen'), fails.join('\n'), { mode: 0o755 });
    const targets = ['one.img', 'two.img', 'three.img', 'four.img'];
    const args = ['write', iso, '--to', ...targets, '--with', 'recipe.json', '--json'];
    const ended = await runCommand(home, args, { PATH: `${at('bin')}:${process.env['PATH']}` });
    expect(last<{ problem: Problem }>(ended).problem.code).toBe('host-key-not-made');
    expect(await allPinned(knownHosts())).toEqual([]);
  });

  test('keeps to the order of the targets where one of them can not be written', async () => {
    await mkdir(at('folder'));
    const args = ['--to', 'folder', 'stick.img', '--with', 'recipe.json', '--json'];
    expect((await nixburn('write', iso, ...args)).exit).toBe(2);
    expect((await slotOf(at('stick.img'))).get('hostname')).toBe('attic-02\n');
    expect((await allPinned(knownHosts())).map(({ name }) => name)).toEqual(['attic-02']);
  });

  test.skipIf(noLoops !== null)('forgets the host key of a stick that could not be made', async () => {
    const traces = new Traces();
    try {
      await traces.mount('tmpfs', at('small'), ['-t', 'tmpfs', '-o', 'size=256k']);
      const ended = await nixburn('write', iso, '--to', 'small/stick.img', '--with', 'recipe.json', '--json');
      expect(last<{ problem: Problem }>(ended).problem.code).toBe('disk-full');
      expect(await allPinned(knownHosts())).toEqual([]);
    } finally {
      await traces.undoAll();
    }
  });
});

describe('nixburn personalise', () => {
  test('changes WiFi, name and host key of a stick in place, and nothing else', async () => {
    await nixburn('write', iso, '--to', 'stick.img', '--with', 'recipe.json');
    const before = await readFile(at('stick.img'));
    await writeRecipe('new.json', otherPassphrase, { name: 'cellar' });
    const ended = await nixburn('personalise', 'stick.img', '--with', 'new.json', '--json');
    expect(ended.exit, ended.stderr).toBe(0);
    const { personalised } = last<{ personalised: Personalised }>(ended);
    expect(personalised).toMatchObject({ volumeId: 'NIXOS_ATTIC', slot: { name: 'cellar' } });
    const slot = await slotOf(at('stick.img'));
    expect(slot.get('hostname')).toBe('cellar\n');
    const text = [...slot.values()].join('');
    expect(text).toContain(`psk=${otherPassphrase}`);
    expect(text).not.toContain(passphrase);
    const after = await readFile(at('stick.img'));
    const place = await findSlot(memoryReader(after));
    if (!place.ok) throw new Error(place.problem.title);
    const { offset } = place.value;
    expect(after.fill(0, offset, offset + slotBytes).equals(before.fill(0, offset, offset + slotBytes))).toBe(
      true,
    );
    expect((await allPinned(knownHosts())).map(({ name }) => name)).toEqual(['attic', 'cellar']);
  });

  test('renews the receipt of the stick', async () => {
    await nixburn('write', iso, '--to', 'stick.img', '--with', 'recipe.json');
    await writeRecipe('new.json', otherPassphrase, { name: 'cellar' });
    const ended = await nixburn('personalise', 'stick.img', '--with', 'new.json', '--json');
    const { receipt } = last<{ personalised: Personalised }>(ended).personalised;
    expect(receipt).toMatchObject({
      action: 'write',
      image: { fileName: 'attic.iso' },
      slot: { name: 'cellar' },
    });
    expect((await readdir(at('home/data/receipts'))).filter((name) => name.endsWith('.json'))).toHaveLength(
      2,
    );
  });

  test.skipIf(noLoops !== null)('takes no stick without a serial number for another one', async () => {
    const traces = new Traces();
    try {
      const written = await traces.loop(127, home.folder, 4 * 1024 * 1024);
      const other = await traces.loop(128, home.folder, 4 * 1024 * 1024);
      const image = await readFile(iso);
      await writeFile(other.path, image);
      const made = await nixburn('write', iso, '--to', written.path, '--yes');
      expect(made.exit, made.stderr).toBe(0);
      const receiptAfter = async (place: string) => {
        const ended = await nixburn('personalise', place, '--with', 'recipe.json', '--json');
        expect(ended.exit, ended.stderr).toBe(0);
        return last<{ personalised: Personalised }>(ended).personalised.receipt;
      };
      expect(await receiptAfter(other.path)).toBeNull();
      expect(await receiptAfter(written.path)).toMatchObject({ drive: { path: written.path } });
    } finally {
      await traces.undoAll();
    }
  });

  test('fills an ISO file too, which is its owner’s alone then', async () => {
    await copyFile(iso, at('mine.iso'));
    const ended = await nixburn('personalise', 'mine.iso', '--with', 'recipe.json');
    expect([ended.exit, ended.stdout]).toEqual([0, expect.stringContaining('filled and read back')]);
    expect((await slotOf(at('mine.iso'))).get('hostname')).toBe('attic\n');
    expect((await stat(at('mine.iso'))).mode & 0o777).toBe(0o600);
    const looked = await nixburn('image', 'mine.iso');
    expect(looked.exit).toBe(0);
  });

  test('leaves an image alone that Nixburn keeps for sticks to come', async () => {
    const kept = at('home/data/images/attic.iso');
    await mkdir(path.dirname(kept), { recursive: true });
    await copyFile(iso, kept);
    const { size: bytes } = await stat(kept);
    const known = { fileName: 'attic.iso', volumeId: 'NIXOS_ATTIC', name: 'attic', bootModes: [] };
    await keepImage(path.dirname(kept), { id: 'a', path: kept, bytes, sha256: '0'.repeat(64), ...known });
    const ended = await nixburn('personalise', kept, '--with', 'recipe.json', '--json');
    expect(last<{ problem: Problem }>(ended).problem.code).toBe('image-is-kept');
    expect(ended.exit).toBe(3);
    expect((await readFile(kept)).equals(await readFile(iso))).toBe(true);
  });

  test.each([
    [
      'the folder of images is a link',
      async (kept: string) => {
        await rename(at('home/data/images'), at('elsewhere'));
        await symlink(at('elsewhere'), at('home/data/images'));
        return kept;
      },
    ],
    [
      'the image has another name as well',
      async (kept: string) => {
        await link(kept, at('other-name.iso'));
        return at('other-name.iso');
      },
    ],
  ])('leaves such an image alone also where %s', async (_, reach) => {
    const kept = at('home/data/images/attic.iso');
    await mkdir(path.dirname(kept), { recursive: true });
    await copyFile(iso, kept);
    const { size: bytes } = await stat(kept);
    const known = { fileName: 'attic.iso', volumeId: 'NIXOS_ATTIC', name: 'attic', bootModes: [] };
    await keepImage(path.dirname(kept), { id: 'a', path: kept, bytes, sha256: '0'.repeat(64), ...known });
    const ended = await nixburn('personalise', await reach(kept), '--with', 'recipe.json', '--json');
    expect(last<{ problem: Problem }>(ended).problem?.code).toBe('image-is-kept');
    expect((await readFile(kept)).equals(await readFile(iso))).toBe(true);
  });

  test.each([
    ['a file that is not there', 'none.img', 'target-empty', 2],
    ['a file that is no image', 'recipe.json', 'not-an-image', 2],
    ['a folder', '.', 'target-is-directory', 2],
    ['an image without a slot', 'other.iso', 'slot-missing', 2],
  ])('says of %s that it can not be filled', async (_, target, code, exit) => {
    await makeIso(home.folder, 'other', null);
    const ended = await nixburn('personalise', target, '--with', 'recipe.json', '--json');
    expect(last<{ problem: Problem }>(ended).problem.code).toBe(code);
    expect(ended.exit).toBe(exit);
    expect(await allPinned(knownHosts())).toEqual([]);
  });
});

test('No secret is anywhere but on the stick and in the recipes', async () => {
  const hashed = `$6$salt9d1f$${'h'.repeat(86)}`;
  await writeRecipe('recipe.json', passphrase, { console: { password: { hashed } } });
  await writeRecipe('new.json', otherPassphrase);
  const temporary = at('tmp');
  const runtime = at('runtime');
  for (const folder of [temporary, runtime]) await mkdir(folder, { mode: 0o700 });
  const env = { TMPDIR: temporary, XDG_RUNTIME_DIR: runtime };
  const said: string[] = [];
  const keys: string[] = [];
  const hostKey = async () => {
    const lines = (await slotOf(at('stick.img'))).get('ssh/ssh_host_ed25519_key')?.split('\n') ?? [];
    // A line in the middle: the first ones are the same for every key.
    keys.push(lines[4] ?? '');
  };
  for (const args of [
    ['write', iso, '--to', 'stick.img', '--with', 'recipe.json', '--json'],
    ['personalise', 'stick.img', '--with', 'new.json', '--json'],
    ['personalise', 'stick.img', '--with', 'new.json'],
    ['verify', iso, '--on', 'stick.img', '--json'],
  ]) {
    const { exit, stdout, stderr } = await runCommand(home, args, env);
    expect(exit, stderr).toBe(0);
    said.push(stdout, stderr);
    await hostKey();
  }
  const secrets = [passphrase, otherPassphrase, hashed, ...keys, 'BEGIN OPENSSH PRIVATE KEY'];
  expect(secrets.every((secret) => secret.length > 15)).toBe(true);
  for (const secret of secrets) expect(said.join('\n')).not.toContain(secret);
  expect(await filesWith(secrets, [home.folder])).toEqual(['new.json', 'recipe.json', 'stick.img']);
  expect([
    await readdir(runtime),
    (await readdir(temporary)).filter((name) => name.startsWith('nixburn')),
  ]).toEqual([[], []]);
  // Those of tests that run beside this one go as well.
  for (const place of [tmpdir(), '/dev/shm'])
    await vi.waitFor(
      async () =>
        expect((await readdir(place)).filter((name) => name.startsWith('nixburn-host-key-'))).toEqual([]),
      { timeout: 10_000 },
    );
});
