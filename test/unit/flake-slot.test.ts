/** The slot, and the program that reads it: run for real, by bash, on files below a folder that stands for the stick. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ResolvedNetwork } from '../../src/main/flake/flake-file.ts';
import { joiningFiles } from '../../src/main/flake/joining.ts';
import { emptySlot } from '../../src/main/flake/slot.ts';
import { readSlotScript } from '../../src/main/flake/read-slot.ts';
import { recipeNamed } from '../recipes.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-slot-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const id = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
let count = 0;
let stick = '';
const on = (name: string) => path.join(stick, name);
const modeOf = (name: string) => (statSync(on(name)).mode & 0o777).toString(8);

beforeEach(() => {
  stick = path.join(base, String(count++));
  mkdirSync(on('iso/nixburn'), { recursive: true });
});

/** A POSIX ustar archive of these entries, in this order, made by GNU tar. */
function archiveOf(entries: Record<string, string>): Buffer {
  const folder = mkdtempSync(path.join(base, 'archive-'));
  for (const [name, text] of Object.entries(entries)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return execFileSync('tar', [
    '-c',
    '-f',
    '-',
    '--format=ustar',
    '-C',
    folder,
    '--',
    ...Object.keys(entries),
  ]);
}

/** A slot with this payload, its header right unless changed. */
function slotWith(payload: Uint8Array): Buffer {
  const slot = Buffer.from(emptySlot(id));
  slot.writeUInt32LE(payload.length, 16);
  createHash('sha256').update(payload).digest().copy(slot, 32);
  slot.set(payload, 64);
  return slot;
}

/** The programs that may run it: those of NixOS, and those of the smallest systems. */
const busyBox = path.join(base, 'busybox');
mkdirSync(busyBox);
const hasBusyBox = spawnSync('busybox', ['--install', '-s', busyBox]).status === 0;
const gnu = { shell: ['bash', '--norc'], programs: process.env['PATH'] };
let { shell, programs } = gnu;
/** A user for whom files may be made on any machine: whoever runs the test. */
const owner = userInfo().username;

/** Where wpa_supplicant of the release looks. */
let supplicantFile = '/etc/wpa_supplicant.conf';

/** Boots, as far as the slot is concerned. Gives the verdict, line by line. */
function boot(slot: Uint8Array | null): string[] {
  if (slot) writeFileSync(on('iso/nixburn/slot'), slot);
  const [program, ...options] = shell as [string, ...string[]];
  const { status, stdout, stderr } = spawnSync(program, [...options, '-e', '-c', readSlotScript], {
    env: {
      PATH: programs,
      NIXBURN_ROOT: stick,
      NIXBURN_MOUNT: 'false',
      WPA_SUPPLICANT_FILE: supplicantFile,
      WPA_SUPPLICANT_USER: owner,
    },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = readFileSync(on('run/nixburn/slot'), 'utf8').trimEnd().split('\n');
  expect(stdout).toBe(lines.map((line) => `nixburn: slot: ${line}\n`).join(''));
  expect(readdirSync(on('run/nixburn'))).toEqual(['slot']);
  return lines;
}

describe('an empty slot', () => {
  test('has a header as the format says, and zeros', () => {
    const slot = Buffer.from(emptySlot(id));
    expect(slot.length).toBe(262_144);
    expect(slot.subarray(0, 64).toString('hex')).toBe(
      [
        '4e49584255524e00',
        '01000000',
        '00000000',
        '00000000',
        '00000000',
        '0102030405060708',
        createHash('sha256').digest('hex'),
      ].join(''),
    );
    expect(slot.subarray(64).every((byte) => byte === 0)).toBe(true);
  });

  test('changes nothing at boot', () => {
    expect(boot(emptySlot(id))).toEqual(['empty']);
    expect(existsSync(on('etc'))).toBe(false);
  });
});

const hasDash = spawnSync('dash', ['-c', ':']).status === 0;
const surroundings = {
  'bash and GNU': gnu,
  ...(hasDash ? { 'dash and GNU': { shell: ['dash'], programs: gnu.programs } } : {}),
  ...(hasBusyBox ? { BusyBox: { shell: [path.join(busyBox, 'sh')], programs: busyBox } } : {}),
};

test.runIf(spawnSync('shellcheck', ['--version']).status === 0)(
  'the program that reads it has no fault that shellcheck knows',
  () => {
    for (const dialect of ['sh', 'dash', 'bash']) {
      const { stdout } = spawnSync('shellcheck', ['--shell', dialect, '-'], { input: readSlotScript });
      expect(stdout.toString()).toBe('');
    }
  },
);

// In a mount namespace of its own (unshare(1)), which goes with its last process.
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

test.runIf(canMount).each(Object.entries(surroundings))(
  'with programs of %s the slot is read, and then shown to root alone',
  (_makers, { shell: [program = '', ...options], programs: PATH }) => {
    const slot = slotWith(archiveOf({ 'wifi/1.nmconnection': 'secret\n' }));
    writeFileSync(on('iso/nixburn/slot'), slot);
    const twice = `for time in 1 2; do "$@" || exit; done; cd "$NIXBURN_ROOT/iso"
      stat -c %a nixburn; sha256sum < nixburn/slot; grep -c " $PWD/nixburn " /proc/self/mountinfo`;
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', twice, 'sh', program, ...options, '-e', '-c', readSlotScript],
      {
        env: {
          PATH: `${PATH}:${process.env['PATH']}`,
          NIXBURN_ROOT: stick,
          WPA_SUPPLICANT_FILE: '/etc/wpa_supplicant.conf',
        },
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const read = ['nixburn: slot: read', 'nixburn: slot: used wifi/1.nmconnection'];
    const hash = createHash('sha256').update(slot).digest('hex');
    expect(stdout.trimEnd().split('\n')).toEqual([...read, ...read, '700', `${hash}  -`, '1']);
    // What was mounted is gone, and the medium is as it was.
    expect(readFileSync(on('iso/nixburn/slot')).equals(slot)).toBe(true);
  },
);

describe.each(Object.entries(surroundings))(
  'the program that reads it, with programs of %s,',
  (_makers, around) => {
    beforeAll(() => {
      ({ shell, programs } = around);
    });

    test('puts profiles where NetworkManager reads them, for root alone', () => {
      const verdict = boot(
        slotWith(archiveOf({ 'wifi/1.nmconnection': '[connection]\nid=a\n', 'wifi/12.nmconnection': 'b\n' })),
      );
      expect(verdict).toEqual(['read', 'used wifi/1.nmconnection', 'used wifi/12.nmconnection']);
      const profile = 'etc/NetworkManager/system-connections/1.nmconnection';
      expect(readFileSync(on(profile), 'utf8')).toBe('[connection]\nid=a\n');
      expect(modeOf(profile)).toBe('600');
      expect(modeOf('run/nixburn/slot')).toBe('644');
    });

    test('puts host keys and the file of wpa_supplicant in their places', () => {
      const entries = {
        'ssh/ssh_host_ed25519_key': 'private\n',
        'ssh/ssh_host_ed25519_key.pub': 'public\n',
        'wifi/wpa_supplicant.conf': 'conf\n',
      };
      expect(boot(slotWith(archiveOf(entries)))).toHaveLength(4);
      expect(
        ['etc/ssh/ssh_host_ed25519_key', 'etc/ssh/ssh_host_ed25519_key.pub', 'etc/wpa_supplicant.conf'].map(
          modeOf,
        ),
      ).toEqual(['600', '644', '600']);
      expect(readFileSync(on('etc/wpa_supplicant.conf'), 'utf8')).toBe('conf\n');
    });

    test('keeps everybody from a file of wpa_supplicant that NixOS lets everybody read', () => {
      supplicantFile = '/etc/wpa_supplicant/imperative.conf';
      expect(boot(slotWith(archiveOf({ 'wifi/wpa_supplicant.conf': 'conf\n' })))).toHaveLength(2);
      supplicantFile = '/etc/wpa_supplicant.conf';
      expect(readFileSync(on('etc/wpa_supplicant/imperative.conf'), 'utf8')).toBe('conf\n');
      expect(modeOf('etc/wpa_supplicant')).toBe('700');
    });

    test('lets in the keys that it brings, and no others that were built in', () => {
      mkdirSync(on('etc/ssh/authorized_keys.d'), { recursive: true });
      writeFileSync(on('etc/ssh/authorized_keys.d/root'), 'ssh-ed25519 AAAA built in\n');
      const keys = 'ssh-ed25519 BBBB one\nsk-ssh-ed25519@openssh.com CCCC two\n';
      boot(slotWith(archiveOf({ 'ssh/authorized_keys': keys })));
      for (const user of ['root', 'nixos']) {
        expect(readFileSync(on(`etc/ssh/authorized_keys.d/${user}`), 'utf8')).toBe(keys);
        expect(modeOf(`etc/ssh/authorized_keys.d/${user}`)).toBe('444');
      }
    });

    test('leaves the keys that were built in where it brings nothing that is one', () => {
      mkdirSync(on('etc/ssh/authorized_keys.d'), { recursive: true });
      writeFileSync(on('etc/ssh/authorized_keys.d/root'), 'ssh-ed25519 AAAA built in\n');
      const said = boot(slotWith(archiveOf({ 'ssh/authorized_keys': '# nobody\n' })));
      expect(said).toEqual(['read', 'ignored ssh/authorized_keys']);
      expect(readFileSync(on('etc/ssh/authorized_keys.d/root'), 'utf8')).toContain('built in');
    });

    test('replaces a link and does not write through it', () => {
      mkdirSync(on('etc/ssh'), { recursive: true });
      writeFileSync(on('in-the-store'), 'old');
      symlinkSync(on('in-the-store'), on('etc/ssh/ssh_host_ed25519_key'));
      boot(slotWith(archiveOf({ 'ssh/ssh_host_ed25519_key': 'new' })));
      expect(readFileSync(on('in-the-store'), 'utf8')).toBe('old');
      expect(readFileSync(on('etc/ssh/ssh_host_ed25519_key'), 'utf8')).toBe('new');
    });

    test('ignores and reports every name that it does not know, wherever that points', () => {
      const entries = {
        host: 'x',
        'wifi/1.conf': 'x',
        'wifi/0.nmconnection': 'x',
        'wifi/1-other.pem': 'x',
        'wifi/123.nmconnection': 'x',
        'etc/passwd': 'x',
        'odd \\ name': 'x',
      };
      const archive = archiveOf({ ...entries, 'wifi/1.nmconnection': 'good' });
      // As no tar makes it: an entry that leads out of the folder.
      const away = archive.indexOf('etc/passwd');
      archive.write('../../../x', away);
      const header = archive.subarray(away, away + 512);
      header.fill(' ', 148, 156);
      header.write(
        `${header
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      );

      expect(boot(slotWith(archive))).toEqual([
        'read',
        'ignored host',
        'ignored wifi/1.conf',
        'ignored wifi/0.nmconnection',
        'ignored wifi/1-other.pem',
        'ignored wifi/123.nmconnection',
        // BusyBox shows such a name without its beginning.
        expect.stringMatching(/^ignored (\.\.\/){0,3}x$/),
        expect.stringMatching(/^ignored odd \\+ name$/),
        'used wifi/1.nmconnection',
      ]);
      const written = readdirSync(stick, { recursive: true, encoding: 'utf8' }).filter((name) =>
        statSync(on(name)).isFile(),
      );
      expect(written.sort()).toEqual([
        'etc/NetworkManager/system-connections/1.nmconnection',
        'iso/nixburn/slot',
        'run/nixburn/slot',
      ]);
    });

    test('puts certificates where everybody and keys where only wpa_supplicant reads them', () => {
      const entries = { 'wifi/2-ca.pem': 'a', 'wifi/12-client.pem': 'b', 'wifi/2-key.pem': 'c' };
      expect(boot(slotWith(archiveOf(entries)))).toHaveLength(4);
      const placed = ['2-ca.pem', '12-client.pem', '2-key.pem'].map((name) => `etc/wpa_supplicant/${name}`);
      expect(placed.map((file) => [readFileSync(on(file), 'utf8'), modeOf(file)])).toEqual([
        ['a', '644'],
        ['b', '644'],
        ['c', '600'],
      ]);
    });

    test('gives the machine another name, also the kernel’s', () => {
      mkdirSync(on('proc/sys/kernel'), { recursive: true });
      mkdirSync(on('etc'), { recursive: true });
      writeFileSync(on('in-the-store'), 'attic');
      symlinkSync(on('in-the-store'), on('etc/hostname'));
      expect(boot(slotWith(archiveOf({ hostname: 'cellar-2\n' })))).toEqual(['read', 'used hostname']);
      expect(
        ['etc/hostname', 'proc/sys/kernel/hostname'].map((file) => readFileSync(on(file), 'utf8')),
      ).toEqual(['cellar-2\n', 'cellar-2\n']);
      expect(readFileSync(on('in-the-store'), 'utf8')).toBe('attic');
      expect(modeOf('etc/hostname')).toBe('644');
    });

    test.each(['-a', 'a-', 'a_b', 'a b', 'a.b', 'a\nb', '$(id)', 'é', '\n', 'x'.repeat(64)])(
      'does not take %j for a name',
      (name) => {
        mkdirSync(on('proc/sys/kernel'), { recursive: true });
        expect(boot(slotWith(archiveOf({ hostname: name })))).toEqual(['read', 'ignored hostname']);
        expect(existsSync(on('etc'))).toBe(false);
        expect(readdirSync(on('proc/sys/kernel'))).toEqual([]);
      },
    );

    test('gives root a password and leaves everybody else theirs', () => {
      mkdirSync(on('etc'), { recursive: true });
      writeFileSync(on('etc/shadow'), 'root::1::::::\nnixos::1::::::\nrooty:root:1::::::\n', { mode: 0o640 });
      const hash = '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7';
      expect(boot(slotWith(archiveOf({ 'root.hash': `${hash}\n` })))).toEqual(['read', 'used root.hash']);
      expect(readFileSync(on('etc/shadow'), 'utf8')).toBe(
        `root:${hash}:1::::::\nnixos::1::::::\nrooty:root:1::::::\n`,
      );
      expect(modeOf('etc/shadow')).toBe('640');
    });

    test('takes the old password from the user nixos too, who could become root with it', () => {
      mkdirSync(on('etc'), { recursive: true });
      const old = '$6$salt$old.hash/';
      writeFileSync(
        on('etc/shadow'),
        `root:${old}:1::::::\nnixos:${old}:1::::::\nada:${old}:1::::::\nmallory:!:::::::\n`,
      );
      boot(slotWith(archiveOf({ 'root.hash': '$6$salt$new\n' })));
      expect(readFileSync(on('etc/shadow'), 'utf8')).toBe(
        `root:$6$salt$new:1::::::\nnixos:$6$salt$new:1::::::\nada:${old}:1::::::\nmallory:!:::::::\n`,
      );
    });

    test.each(['hunter2', '$1$abc$def', '$6$a:b', '$6$a\nmallory::0:', '$6$a|e id', '$6$&', '!', '$6$'])(
      'does not take %j for a hash',
      (hash) => {
        mkdirSync(on('etc'), { recursive: true });
        writeFileSync(on('etc/shadow'), 'root::1::::::\n');
        expect(boot(slotWith(archiveOf({ 'root.hash': hash })))).toEqual(['read', 'ignored root.hash']);
        expect(readFileSync(on('etc/shadow'), 'utf8')).toBe('root::1::::::\n');
        expect(readdirSync(on('etc'))).toEqual(['shadow']);
      },
    );

    test('takes nothing that is longer than it can be, not even its beginning', () => {
      const entries = {
        'wifi/1.nmconnection': 'x'.repeat(65_536),
        'wifi/2.nmconnection': 'x'.repeat(65_537),
      };
      expect(boot(slotWith(archiveOf(entries)))).toEqual([
        'read',
        'used wifi/1.nmconnection',
        'ignored wifi/2.nmconnection',
      ]);
      expect(readdirSync(on('etc/NetworkManager/system-connections'))).toEqual(['1.nmconnection']);
    });

    test('does not take a folder’s place, and goes on with the next entry', () => {
      mkdirSync(on('etc/ssh/ssh_host_ed25519_key'), { recursive: true });
      const entries = { 'ssh/ssh_host_ed25519_key': 'x', 'ssh/ssh_host_ed25519_key.pub': 'y' };
      expect(boot(slotWith(archiveOf(entries)))).toEqual([
        'read',
        'ignored ssh/ssh_host_ed25519_key',
        'used ssh/ssh_host_ed25519_key.pub',
      ]);
      expect(readdirSync(on('etc/ssh')).sort()).toEqual(['ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub']);
    });

    test('shows no name on the console as it is', () => {
      const [, verdict] = boot(slotWith(archiveOf({ 'a\u001b[31mb': 'x' })));
      expect(verdict).toMatch(/^ignored [ -~]*b$/);
    });

    test('puts every file that joins networks where the files say that it is', () => {
      for (const backend of ['networkmanager', 'wpa_supplicant'] as const) {
        const recipe = recipeNamed('wifi-enterprise-slot');
        const networks = recipe.wifi.networks.map((network) => ({
          ...network,
          enterprise: {
            ...network.enterprise,
            password: 'x',
            caCertificate: 'x',
            clientCertificate: 'x',
            clientKey: 'x',
            clientKeyPassword: 'x',
          },
        }));
        const files = joiningFiles({
          release: '24.05',
          wifi: { ...recipe.wifi, backend, networks: networks as ResolvedNetwork[] },
        });
        expect(files.length).toBeGreaterThan(3);
        const entries = Object.fromEntries(files.map(({ name, text }) => [`wifi/${name}`, text]));
        const used = Object.keys(entries).map((name) => `used ${name}`);
        expect(boot(slotWith(archiveOf(entries)))).toEqual(['read', ...used]);
        for (const { place, text, secret } of files) {
          expect(readFileSync(on(place), 'utf8')).toBe(text);
          if (secret) expect(modeOf(place)).toBe('600');
        }
      }
    });

    test('refuses a slot in which a name stands twice', () => {
      const archive = archiveOf({ 'wifi/1.nmconnection': 'one', 'wifi/2.nmconnection': 'two' });
      const twice = Buffer.concat([archive.subarray(0, 1024), archive]);
      expect(boot(slotWith(twice))).toEqual(['refused: a name is in it twice']);
    });

    test('takes no entry that is a link or empty', () => {
      const folder = mkdtempSync(path.join(base, 'links-'));
      mkdirSync(path.join(folder, 'ssh'));
      symlinkSync('/etc/shadow', path.join(folder, 'ssh/authorized_keys'));
      writeFileSync(path.join(folder, 'ssh/ssh_host_ed25519_key'), '');
      const archive = execFileSync('tar', [
        '-c',
        '-f',
        '-',
        '-C',
        folder,
        'ssh/authorized_keys',
        'ssh/ssh_host_ed25519_key',
      ]);
      expect(boot(slotWith(archive))).toEqual([
        'read',
        'ignored ssh/authorized_keys',
        'ignored ssh/ssh_host_ed25519_key',
      ]);
      expect(existsSync(on('etc'))).toBe(false);
    });

    test.each<[string, (slot: Buffer) => Buffer | null, string]>([
      ['that is not there', () => null, 'none'],
      ['that is too short', (slot) => slot.subarray(0, 262_143), 'refused: it does not have 262144 bytes'],
      ['of something else', (slot) => (slot.write('OTHER', 0), slot), 'refused: it is not a slot'],
      ['of another version', (slot) => (slot.writeUInt32LE(2, 8), slot), 'refused: it is of another version'],
      [
        'that is longer than it can be',
        (slot) => (slot.writeUInt32LE(262_081, 16), slot),
        'refused: its length can not be right',
      ],
      [
        'of a length beyond 31 bits',
        (slot) => (slot.writeUInt32LE(0xffffffff, 16), slot),
        'refused: its length can not be right',
      ],
      ['with a flipped bit', (slot) => ((slot[64 + 512]! ^= 1), slot), 'refused: its checksum is wrong'],
      ['cut short', (slot) => (slot.writeUInt32LE(100, 16), slot), 'refused: its checksum is wrong'],
      ['that is no archive', () => slotWith(Buffer.from('hello')), 'refused: it is not an archive'],
    ])('refuses a slot %s', (_, change, verdict) => {
      expect(boot(change(slotWith(archiveOf({ 'wifi/1.nmconnection': 'x' }))))).toEqual([verdict]);
      expect(existsSync(on('etc'))).toBe(false);
    });

    test('reads a slot that is full to the last byte', () => {
      const archive = archiveOf({ 'wifi/1.nmconnection': 'x' });
      const full = Buffer.concat([archive, Buffer.alloc(262_080 - archive.length)]);
      expect(boot(slotWith(full))).toEqual(['read', 'used wifi/1.nmconnection']);
    });
  },
);
