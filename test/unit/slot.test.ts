/** The slot as bytes: what goes in comes back, what does not fit is refused, and every tar can read it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { emptySlot } from '../../src/main/flake/slot.ts';
import { slotContents, stickNames } from '../../src/main/slot/contents.ts';
import { largestEntry, readSlot, writeSlot } from '../../src/main/slot/entries.ts';
import { decodeSlot, encodeSlot, mostPayload, slotBytes } from '../../src/main/slot/format.ts';
import { readArchive, writeArchive } from '../../src/main/slot/ustar.ts';
import { counterexampleOf } from '../property/runs.ts';
import type { RecipeWithSecrets } from '../../src/main/recipe-file.ts';
import { certificatePath, recipeOf } from '../recipes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-slot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const id = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const names = [
  'wifi/1.nmconnection',
  'wifi/42.nmconnection',
  'wifi/wpa_supplicant.conf',
  'wifi/1-ca.pem',
  'wifi/42-client.pem',
  'wifi/9-key.pem',
  'ssh/authorized_keys',
  'ssh/ssh_host_ed25519_key',
  'ssh/ssh_host_ed25519_key.pub',
  'hostname',
  'root.hash',
];
const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3000 });
const contents = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...names), texts), { selector: ([name]) => name })
  .map((pairs) => new Map(pairs));

/** The recipes here hold their passphrases as text. */
const recipe = (fields: object) => recipeOf(fields) as RecipeWithSecrets;

function value<T>(outcome: { ok: true; value: T } | { ok: false; problem: { code: string } }): T {
  if (!outcome.ok) throw new Error(outcome.problem.code);
  return outcome.value;
}

describe('a slot', () => {
  test('gives back what was put in, and keeps the id of the image', () => {
    const property = fc.property(contents, (entries) => {
      const read = value(readSlot(value(writeSlot(id, entries))));
      return (
        JSON.stringify([...read.entries]) === JSON.stringify([...entries]) &&
        read.ignored.length === 0 &&
        Buffer.from(read.id).equals(Buffer.from(id))
      );
    });
    expect(counterexampleOf(property)).toBeNull();
  });

  test('without entries is the very slot that an image is built with', () => {
    expect(value(writeSlot(id, new Map())).equals(Buffer.from(emptySlot(id)))).toBe(true);
  });

  test('takes a payload up to the last byte, and says in a sentence what is too much', () => {
    const full = value(encodeSlot({ id, payload: new Uint8Array(mostPayload).fill(7) }));
    expect(full.length).toBe(slotBytes);
    expect(value(decodeSlot(full)).payload.length).toBe(mostPayload);
    expect(encodeSlot({ id, payload: new Uint8Array(mostPayload + 1) })).toMatchObject({
      ok: false,
      problem: {
        code: 'slot-too-large',
        detail: 'It takes 262081 bytes, and there is room for 262080.',
      },
    });
  });

  test('takes no entry of which the stick would read only the beginning', () => {
    expect(writeSlot(id, new Map([['hostname', 'x'.repeat(largestEntry)]])).ok).toBe(true);
    expect(writeSlot(id, new Map([['hostname', 'x'.repeat(largestEntry + 1)]]))).toMatchObject({
      problem: { code: 'slot-entry-too-large' },
    });
  });

  test('takes no name that the stick does not look for', () => {
    for (const name of ['etc/passwd', 'wifi/100.nmconnection', '../hostname', 'hostname/'])
      expect(() => writeSlot(id, new Map([[name, 'x']]))).toThrow('not in the table');
  });

  test('with one changed byte is refused, wherever it is before the padding', () => {
    const slot = value(writeSlot(id, new Map([['hostname', 'attic\n']])));
    const end = 64 + 4 * 512;
    const changes = fc.tuple(fc.integer({ min: 0, max: end - 1 }), fc.integer({ min: 1, max: 255 }));
    const property = fc.property(changes, ([at, by]) => {
      // Flags and the reserved number say nothing in this version; the id is the image's own business.
      if ((at >= 12 && at < 16) || (at >= 20 && at < 32)) return true;
      const changed = Buffer.from(slot);
      changed[at]! ^= by;
      const read = readSlot(changed);
      return !read.ok && read.problem.code === 'slot-unusable';
    });
    expect(counterexampleOf(property)).toBeNull();
  });

  test('names what the stick ignores, and refuses a name that comes twice', () => {
    const slotOf = (...files: string[]) => {
      const payload = writeArchive(files.map((name) => ({ name, mode: 0o644, bytes: Buffer.from('x') })));
      return value(encodeSlot({ id, payload }));
    };
    expect(value(readSlot(slotOf('hostname', 'etc/passwd'))).ignored).toEqual(['etc/passwd']);
    expect(readSlot(slotOf('hostname', 'hostname'))).toMatchObject({ problem: { code: 'slot-unusable' } });
  });
});

describe('the archive in it', () => {
  const busybox = spawnSync('busybox', ['tar', '--help']).error === undefined;
  const tars = [['tar'], ...(busybox ? [['busybox', 'tar']] : [])];

  test.each(tars)('is listed and read by %s %s', (...program) => {
    const [tar = '', ...args] = program.filter((word) => word !== undefined);
    const entries = names.map((name, at) => ({
      name,
      mode: 0o600,
      bytes: Buffer.from(`${name} é\n`.repeat(at * 100 + 1)),
    }));
    const file = path.join(folder, 'slot.tar');
    writeFileSync(file, writeArchive(entries));
    const listing = execFileSync(tar, [...args, '-tvf', file], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listing.map((line) => line.split(' ').at(-1))).toEqual(names);
    for (const line of listing) expect(line).toMatch(/^-rw-------\s+(root\/root|0\/0)\s/);
    for (const { name, bytes } of entries)
      expect(execFileSync(tar, [...args, '-xOf', file, name]).equals(bytes)).toBe(true);
  });

  test('made by GNU tar is read', () => {
    writeFileSync(path.join(folder, 'hostname'), 'attic\n');
    const archive = execFileSync('tar', ['--format=ustar', '-C', folder, '-cf', '-', 'hostname']);
    const read = readArchive(archive)?.map(({ name, bytes }) => [name, Buffer.from(bytes ?? []).toString()]);
    expect(read).toEqual([['hostname', 'attic\n']]);
  });

  test('is nothing that breaks off', () => {
    const archive = writeArchive([{ name: 'hostname', mode: 0o644, bytes: Buffer.alloc(700, 'x') }]);
    // The second of the two empty blocks at the end is for the tape drives of 1988.
    for (const bytes of [0, 511, 512, 1024, 1535, 1536, 2047])
      expect(readArchive(archive.subarray(0, bytes))).toBeNull();
    expect(readArchive(archive.subarray(0, 2048))).toHaveLength(1);
  });
});

const wifi = (more: object) => ({
  wifi: { networks: [{ ssid: 'Attic', passphrase: 'correct horse' }], ...more },
});

describe('what goes into the slot of a stick', () => {
  const stick = { name: 'attic', hostKey: null };
  const contentsOf = (more: object, identity = stick) => value(slotContents(recipe(more), identity));

  test('is its name, and the keys of the recipe', () => {
    const entries = contentsOf({});
    expect([...entries.keys()]).toEqual(['ssh/authorized_keys', 'hostname']);
    expect(entries.get('hostname')).toBe('attic\n');
    expect(entries.get('ssh/authorized_keys')).toBe(`${recipe({}).keys[0]}\n`);
  });

  test('has its keys as sshd and the stick read them, however they were typed', () => {
    const [key = ''] = recipe({}).keys;
    const typed = `  ${key.replaceAll(' ', '\t')} `;
    expect(contentsOf({ keys: [typed] }).get('ssh/authorized_keys')).toBe(`${key}\n`);
  });

  test('is the same profile that would have been built in', () => {
    const entries = contentsOf(wifi({}));
    expect(entries.get('wifi/1.nmconnection')).toContain('psk=correct horse');
    expect(entries.get('wifi/2.nmconnection')).toContain('key-mgmt=sae');
  });

  test('is a derived key alone where the network is only WPA2', () => {
    const networks = [{ ssid: 'IEEE', security: 'wpa2', passphrase: 'password' }];
    // The vector of IEEE 802.11-2020, annex J.4.2.
    const key = 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e';
    const profile = contentsOf({ wifi: { networks } }).get('wifi/1.nmconnection');
    expect(profile).toContain(`psk=${key}`);
    expect(profile).not.toContain('password');
    const conf = contentsOf({ wifi: { backend: 'wpa_supplicant', networks } }).get(
      'wifi/wpa_supplicant.conf',
    );
    expect(conf).toContain(`psk=${key}`);
    expect(conf).not.toContain('sae');
  });

  test('has every name and passphrase of wpa_supplicant in hex', () => {
    const conf = contentsOf({
      wifi: {
        backend: 'wpa_supplicant',
        networks: [
          { ssid: 'a"b #c', passphrase: 'pass"word #1', hidden: true, priority: 3 },
          { ssid: 'Open', security: 'open' },
        ],
      },
    }).get('wifi/wpa_supplicant.conf');
    expect(conf).toContain(`  ssid=${Buffer.from('a"b #c').toString('hex')}\n`);
    expect(conf).toContain(`  sae_password=${Buffer.from('pass"word #1').toString('hex')}\n`);
    expect(conf).toMatch(/ssid="Open"\n {2}key_mgmt=NONE\n {2}priority=0\n}\n$/);
    // But for the plainest name, nothing stands in quotes, and nothing can begin a comment.
    expect(conf?.replace(/^#.*\n/, '').replace('"Open"', '')).not.toMatch(/["#]/);
  });

  test.each(['networkmanager', 'wpa_supplicant'])(
    'is all that an enterprise network for %s needs, under names that the stick looks for',
    (backend) => {
      const pem = (name: string) => readFileSync(certificatePath(name), 'utf8');
      const enterprise = {
        method: 'tls',
        identity: 'ada',
        caCertificate: pem('ca.pem'),
        clientCertificate: pem('client.pem'),
        clientKey: pem('client-key-open.pem'),
      };
      const networks = [{ ssid: 'Lab', security: 'enterprise', enterprise }];
      const entries = contentsOf({ wifi: { backend, networks } });
      expect(entries.get('wifi/1-ca.pem')).toBe(pem('ca.pem'));
      expect(entries.get('wifi/1-client.pem')).toBe(pem('client.pem'));
      expect(entries.get('wifi/1-key.pem')).toBe(pem('client-key-open.pem'));
      expect(value(readSlot(value(writeSlot(id, entries)))).ignored).toEqual([]);
    },
  );

  test('is nothing of WiFi where that is built in', () => {
    expect([...contentsOf(wifi({ secrets: 'baked' })).keys()].join()).not.toContain('wifi');
  });

  test('is the host key and the hashed password', () => {
    const hashed = '$6$abc$' + 'x'.repeat(86);
    const entries = contentsOf({ console: { password: { hashed } } }, {
      name: 'attic',
      hostKey: { privateKey: 'PRIVATE\n', publicKey: 'PUBLIC\n' },
    } as never);
    expect(entries.get('ssh/ssh_host_ed25519_key')).toBe('PRIVATE\n');
    expect(entries.get('ssh/ssh_host_ed25519_key.pub')).toBe('PUBLIC\n');
    expect(entries.get('root.hash')).toBe(`${hashed}\n`);
  });

  test('is refused where a network could not be joined', () => {
    const outcome = slotContents(recipe({ wifi: { networks: [{ ssid: 'Attic' }] } }), stick);
    expect(outcome).toMatchObject({
      problem: { code: 'missing-passphrase', title: 'The network “Attic” has no passphrase.' },
    });
    const enterprise = { method: 'peap', identity: 'ada' };
    const networks = [{ ssid: 'Office', security: 'enterprise', enterprise }];
    expect(slotContents(recipe({ wifi: { networks } }), stick)).toMatchObject({
      problem: { code: 'missing-passphrase', title: 'The network “Office” has no password.' },
    });
  });

  test('is refused where there are more networks than the stick looks for', () => {
    const networks = Array.from({ length: 50 }, (_, at) => ({
      ssid: `net ${at}`,
      passphrase: 'correct horse',
    }));
    expect(slotContents(recipe({ wifi: { networks } }), stick)).toMatchObject({
      problem: { code: 'too-many-networks' },
    });
    expect(slotContents(recipe({ wifi: { networks: networks.slice(1) } }), stick).ok).toBe(true);
  });

  test('fits for every recipe', () => {
    const networks = Array.from({ length: 49 }, (_, at) => ({
      ssid: `${at}`.padStart(32, '"'),
      passphrase: `${'\\'.repeat(62)}a`,
    }));
    const entries = contentsOf({ wifi: { networks } });
    expect(writeSlot(id, entries).ok).toBe(true);
  });
});

describe('several sticks at once', () => {
  test('get names of their own', () => {
    expect(stickNames('attic', 1)).toEqual(['attic']);
    expect(stickNames('attic', 2)).toEqual(['attic-01', 'attic-02']);
    expect(stickNames('attic', 100).at(-1)).toBe('attic-100');
  });

  test('get host names as RFC 1123 wants them, however long the first one is', () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    const property = fc.property(name, fc.integer({ min: 2, max: 200 }), (stem, count) => {
      const all = stickNames(stem, count);
      return (
        new Set(all).size === count && all.every((one) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(one))
      );
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});
