/** The slot as Nixburn fills it, read by the program that reads it on the stick, in every shell that may run that. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readSlotScript } from '../../src/main/flake/read-slot.ts';
import { writeSlot, type SlotEntries } from '../../src/main/slot/entries.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-slot-boot-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const busyBox = path.join(base, 'busybox');
mkdirSync(busyBox);
const hasBusyBox = spawnSync('busybox', ['--install', '-s', busyBox]).status === 0;
const PATH = process.env['PATH'] ?? '';
const shells = [
  { name: 'bash', program: ['bash', '--norc'], path: PATH },
  { name: 'dash', program: ['dash'], path: PATH },
  { name: 'BusyBox', program: [path.join(busyBox, 'sh')], path: busyBox },
].filter(({ name, program }) =>
  name === 'BusyBox' ? hasBusyBox : spawnSync(program[0] ?? '', ['-c', 'true']).status === 0,
);

let count = 0;

/** Starts a machine from a stick with these entries, as far as the slot goes. */
function boot(shell: (typeof shells)[number], entries: SlotEntries) {
  const root = path.join(base, String((count += 1)));
  mkdirSync(path.join(root, 'iso/nixburn'), { recursive: true });
  const slot = writeSlot(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), entries);
  if (!slot.ok) throw new Error(slot.problem.title);
  writeFileSync(path.join(root, 'iso/nixburn/slot'), slot.value);
  const [program = '', ...options] = shell.program;
  const { status, stderr } = spawnSync(program, [...options, '-e', '-c', readSlotScript], {
    env: {
      PATH: shell.path,
      NIXBURN_ROOT: root,
      NIXBURN_MOUNT: 'false',
      WPA_SUPPLICANT_FILE: '/etc/wpa_supplicant.conf',
    },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return {
    verdict: readFileSync(path.join(root, 'run/nixburn/slot'), 'utf8').trimEnd().split('\n'),
    read: (name: string) => readFileSync(path.join(root, name), 'utf8'),
    mode: (name: string) => (statSync(path.join(root, name)).mode & 0o777).toString(8),
  };
}

describe.each(shells)('A slot that Nixburn filled, read by $name,', (shell) => {
  test('brings every entry to its place', () => {
    const { verdict, read, mode } = boot(
      shell,
      new Map([
        ['wifi/1.nmconnection', '[connection]\nid=Café\n'],
        ['wifi/99.nmconnection', '[connection]\n'],
        ['wifi/wpa_supplicant.conf', 'network={\n}\n'],
        ['ssh/authorized_keys', 'ssh-ed25519 AAAA me\n'],
        ['ssh/ssh_host_ed25519_key', 'private\n'],
        ['ssh/ssh_host_ed25519_key.pub', 'public\n'],
      ]),
    );
    expect(verdict[0]).toBe('read');
    expect(verdict.filter((line) => !line.startsWith('used'))).toEqual(['read']);
    const profile = 'etc/NetworkManager/system-connections/1.nmconnection';
    expect([read(profile), mode(profile)]).toEqual(['[connection]\nid=Café\n', '600']);
    expect(read('etc/ssh/authorized_keys.d/root')).toContain('ssh-ed25519 AAAA me\n');
    expect([read('etc/ssh/ssh_host_ed25519_key'), mode('etc/ssh/ssh_host_ed25519_key')]).toEqual([
      'private\n',
      '600',
    ]);
  });

  test('comes out byte for byte, whatever text it is', () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2000 });
    const property = fc.property(texts, (text) => {
      const { read } = boot(shell, new Map([['ssh/ssh_host_ed25519_key', text]]));
      return read('etc/ssh/ssh_host_ed25519_key') === text;
    });
    // Each run starts some thirty processes.
    expect(fc.check(property, { numRuns: 10 })).toMatchObject({ failed: false });
  });

  test('may be filled to the last byte', () => {
    const profiles = [1, 2, 3].map((n): [string, string] => [`wifi/${n}.nmconnection`, 'x'.repeat(65_536)]);
    const rest = 262_080 - 3 * (512 + 65_536) - 512 - 1024;
    const entries = new Map([
      ...profiles,
      ['ssh/authorized_keys', 'ssh-rsa '.padEnd(rest - (rest % 512), 'k')] as const,
    ]);
    expect(boot(shell, entries).verdict.filter((line) => line.startsWith('used'))).toHaveLength(4);
  });
});
