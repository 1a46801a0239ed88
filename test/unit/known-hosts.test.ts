/** Host keys that are known beforehand: made for each stick, kept in a file of our own, believed by real ssh. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  allPinned,
  pinHostKey,
  pinnedKeys,
  pinnedOptions,
  unpinHostKey,
} from '../../src/main/machine/known-hosts.ts';
import { makeHostKey, type HostKey } from '../../src/main/slot/host-key.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-known-hosts-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
let file = '';
beforeEach(() => {
  // A folder such as macOS has, with every character that ssh_config(5) reads as something else.
  file = path.join(base, `Application Support ${(count += 1)} 100%h`, 'known_hosts');
});

async function hostKey(name = 'attic', env?: NodeJS.ProcessEnv): Promise<HostKey> {
  const made = await makeHostKey(name, env);
  if (!made.ok) throw new Error(made.problem.title + made.problem.raw);
  return made.value;
}

describe('A host key', () => {
  test('is a pair of which ssh-keygen says the same', async () => {
    const { privateKey, publicKey, fingerprint } = await hostKey();
    const kept = path.join(base, 'kept');
    writeFileSync(kept, privateKey, { mode: 0o600 });
    expect(execFileSync('ssh-keygen', ['-y', '-P', '', '-f', kept], { encoding: 'utf8' })).toBe(publicKey);
    expect(execFileSync('ssh-keygen', ['-lf', kept], { encoding: 'utf8' })).toContain(fingerprint);
    expect(publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ root@attic\n$/);
  });

  test('is another one each time', async () => {
    const [one, other] = await Promise.all([hostKey(), hostKey()]);
    expect(one.publicKey).not.toBe(other.publicKey);
  });

  test.each(['XDG_RUNTIME_DIR', 'TMPDIR'])('leaves nothing behind in %s', async (variable) => {
    const folder = mkdtempSync(path.join(base, 'runtime-'));
    await hostKey('attic', { ...process.env, [variable]: folder });
    expect(readdirSync(folder)).toEqual([]);
    for (const place of [tmpdir(), '/dev/shm'])
      expect(readdirSync(place).filter((name) => name.startsWith('nixburn-host-key-'))).toEqual([]);
  });

  test('that can not be made is a sentence, and leaves nothing behind either', async () => {
    const folder = mkdtempSync(path.join(base, 'runtime-'));
    const tools = mkdtempSync(path.join(base, 'tools-'));
    const env = { XDG_RUNTIME_DIR: folder, PATH: tools };
    writeFileSync(path.join(tools, 'ssh-keygen'), '#!/bin/sh\necho "No space left on device" >&2\nexit 1\n', {
      mode: 0o755,
    });
    expect(await makeHostKey('attic', env)).toMatchObject({
      problem: { code: 'host-key-not-made', raw: 'No space left on device' },
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('The file of known hosts', () => {
  test('is there once something is pinned, for the person alone', async () => {
    expect(await allPinned(file)).toEqual([]);
    await pinHostKey(file, 'attic', (await hostKey()).publicKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  });

  test('is found by ssh under the name and under NAME.local, in any case', async () => {
    const { publicKey } = await hostKey();
    await pinHostKey(file, 'Attic', publicKey);
    for (const name of ['attic', 'attic.local'])
      expect(spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' }).stdout).toContain(
        publicKey.split(' ')[1],
      );
    expect(await pinnedKeys(file, 'ATTIC')).toHaveLength(1);
  });

  test('holds each key once, and keeps the older ones of a name', async () => {
    const [old, young] = [await hostKey(), await hostKey()];
    for (const { publicKey } of [old, young, old]) await pinHostKey(file, 'attic', publicKey);
    const both = [old, young].map(({ publicKey }) => publicKey.split(' ').slice(0, 2).join(' '));
    expect(await pinnedKeys(file, 'attic')).toEqual(both);
  });

  test('loses no key where several sticks are made at once', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `attic-${at}`);
    const { publicKey } = await hostKey();
    await Promise.all(names.map((name) => pinHostKey(file, name, publicKey)));
    expect((await allPinned(file)).map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  test('loses no key where others are forgotten at the same time, and keeps none of those', async () => {
    const { publicKey } = await hostKey();
    for (let at = 0; at < 10; at += 1) await pinHostKey(file, `old-${at}`, publicKey);
    const acts = Array.from({ length: 10 }, (_, at) => [
      unpinHostKey(file, `old-${at}`, publicKey),
      pinHostKey(file, `new-${at}`, publicKey),
    ]);
    await Promise.all(acts.flat());
    expect((await allPinned(file)).map(({ name }) => name).toSorted()).toEqual(
      Array.from({ length: 10 }, (_, at) => `new-${at}`),
    );
  });

  test('loses no key where somebody left the last line without an end', async () => {
    const { publicKey } = await hostKey();
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `cellar,cellar.local ${publicKey.trimEnd()}`);
    await pinHostKey(file, 'attic', publicKey);
    for (const name of ['attic', 'cellar']) {
      expect(await pinnedKeys(file, name)).toHaveLength(1);
      expect(spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' }).status).toBe(0);
    }
  });

  test('forgets one key of a name, or all of them, and nothing else', async () => {
    const [old, young] = [await hostKey(), await hostKey()];
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '# by hand\n');
    for (const { publicKey } of [old, young]) await pinHostKey(file, 'attic', publicKey);
    await pinHostKey(file, 'cellar', young.publicKey);
    await unpinHostKey(file, 'attic', young.publicKey);
    expect(await pinnedKeys(file, 'attic')).toHaveLength(1);
    await unpinHostKey(file, 'attic');
    expect((await allPinned(file)).map(({ name }) => name)).toEqual(['cellar']);
    expect(readFileSync(file, 'utf8')).toMatch(/^# by hand\ncellar,/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('The options for ssh', () => {
  test('are understood as they are meant, also with an odd folder, and overrule the person’s own', () => {
    mkdirSync(path.dirname(file), { recursive: true });
    const config = path.join(base, `config-${count}`);
    writeFileSync(
      config,
      'Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  HostKeyAlias other\n  UpdateHostKeys yes\n',
    );
    const shown = execFileSync('ssh', ['-F', config, '-G', ...pinnedOptions(file, 'Attic'), '192.0.2.1'], {
      encoding: 'utf8',
    }).split('\n');
    expect(shown).toEqual(
      expect.arrayContaining([
        'stricthostkeychecking true',
        'hostkeyalias attic',
        'updatehostkeys false',
        'hostkeyalgorithms ssh-ed25519',
        `userknownhostsfile ${file}`,
        `globalknownhostsfile ${file}`,
      ]),
    );
  });
});
