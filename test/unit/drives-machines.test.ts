/** Which drives of many kinds of machines may be written: each machine is what its system's own tools say there. */
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linuxMachine } from '../../src/main/drives/linux-machine.ts';
import type { Machine } from '../../src/main/drives/machine.ts';
import { macMachine } from '../../src/main/drives/mac-machine.ts';
import { isDrive, refusals, type Device, type Surroundings } from '../../src/main/drives/rules.ts';
import { clearScript } from '../../src/main/drives/unmount.ts';
import { windowsMachine } from '../../src/main/drives/windows-machine.ts';
import { linuxReading } from '../fixtures/machines/linux.ts';
import { linuxMachines } from '../fixtures/machines/linux-machines.ts';
import { macReading, plistText } from '../fixtures/machines/mac.ts';
import { macMachines } from '../fixtures/machines/mac-machines.ts';
import { windowsText } from '../fixtures/machines/windows.ts';
import { windowsMachines } from '../fixtures/machines/windows-machines.ts';

type Regard = Partial<Pick<Surroundings, 'places' | 'imageBytes'>>;

function decide(machine: Machine | null, { places = [], imageBytes = null }: Regard) {
  if (machine === null) throw new Error('the texts are not what the tools print');
  const { devices, ...known } = machine;
  const loops = devices.filter(({ type }) => type === 'loop');
  const around = { ...known, loops, places, imageBytes };
  const drives = devices.filter((device) => isDrive(device, true));
  return drives.map((device) => ({ path: device.path, problems: refusals(device, around) }));
}

function codesOf(decided: ReturnType<typeof decide>): Record<string, string[]> {
  return Object.fromEntries(decided.map(({ path, problems }) => [path, problems.map(({ code }) => code)]));
}

const all = [
  ...linuxMachines.map((one) => ({ ...one, decided: () => decide(linuxMachine(linuxReading(one)), one) })),
  ...macMachines.map((one) => ({ ...one, decided: () => decide(macMachine(macReading(one)), one) })),
  ...windowsMachines.map((one) => ({ ...one, decided: () => decide(windowsMachine(windowsText(one)), one) })),
];

describe('On Linux', () => {
  test.each(linuxMachines)('$is', (machine) => {
    expect(codesOf(decide(linuxMachine(linuxReading(machine)), machine))).toEqual(machine.codes);
  });
});

describe('On macOS', () => {
  test.each(macMachines)('$is', (machine) => {
    expect(codesOf(decide(macMachine(macReading(machine)), machine))).toEqual(machine.codes);
  });
});

describe('On Windows', () => {
  test.each(windowsMachines)('$is', (machine) => {
    expect(codesOf(decide(windowsMachine(windowsText(machine)), machine))).toEqual(machine.codes);
  });
});

describe('What clears a disk on Windows', () => {
  const disk = { path: '\\\\.\\PhysicalDrive12', bytes: 32_010_928_128 };

  test('looks first whether the number is still that of the disk that was meant, and clears what it looked at', () => {
    const script = clearScript({ ...disk, serial: '4C530001-x' });
    const lines = script.trim().split('\n');
    expect(lines[1]).toBe('$disk = Get-Disk -Number 12');
    expect(lines[2]).toBe(
      `if ($disk.Size -ne 32010928128 -or $disk.IsBoot -or $disk.IsSystem -or "$($disk.SerialNumber)".Trim() -ne '4C530001-x') {`,
    );
    expect(lines[3]?.trim()).toMatch(/^throw /);
    expect(script.match(/Clear-Disk.*/g)).toEqual(['Clear-Disk -RemoveData -RemoveOEM -Confirm:$false']);
    expect(script).toContain('$disk | Clear-Disk');
  });

  test.each(['', "it’s'; Stop-Computer; '", 'two words', 'line\nend', '$(x)', '<U+202E>'])(
    'takes nothing of the serial number %j for a command',
    (serial) => {
      expect(clearScript({ ...disk, serial })).toBe(clearScript({ ...disk, serial: '' }));
    },
  );
});

describe('On all machines', () => {
  test('of which there are many', () => {
    expect(all.length).toBeGreaterThan(80);
  });

  test('every refusal says what, why and what to do', () => {
    const problems = all.flatMap(({ decided }) => decided()).flatMap((drive) => drive.problems);
    expect(problems.length).toBeGreaterThan(150);
    for (const { title, detail, remedy } of problems) {
      expect(title).toMatch(/^\S.*\.$/);
      expect(remedy).toMatch(/^\S.*\.$/);
      expect(`${title}${detail}${remedy}`).not.toContain('!');
    }
  });

  test('there is at least one for every rule', () => {
    const shown = new Set(all.flatMap(({ codes }) => Object.values(codes).flat()));
    expect([...shown].toSorted()).toEqual([
      'drive-empty',
      'drive-holds-app',
      'drive-holds-backup',
      'drive-holds-image',
      'drive-holds-practice-stick',
      'drive-holds-store',
      'drive-holds-swap',
      'drive-holds-system',
      'drive-in-use',
      'drive-not-removable',
      'drive-read-only',
      'drive-too-small',
    ]);
  });

  test('that are Windows in disguise are told where to write', () => {
    const wsl = linuxMachines.find(({ version }) => version?.includes('microsoft'));
    if (wsl === undefined) throw new Error('there is none');
    const [first] = decide(linuxMachine(linuxReading(wsl)), wsl);
    expect(first?.problems[0]?.remedy).toContain('on Windows');
  });
});

describe('What is told of a drive', () => {
  const find = (machine: Machine | null, path: string): Device | undefined =>
    machine?.devices.find((device) => device.path === path);

  test('on macOS', () => {
    const [mac] = macMachines;
    if (mac === undefined) throw new Error('there is none');
    const machine = macMachine(macReading(mac));
    expect(find(machine, '/dev/disk4')).toMatchObject({
      transport: 'usb',
      vendor: 'SanDisk',
      model: 'Ultra',
      serial: '4C530001230917104581',
      bytes: 32_010_928_128,
      blockSize: 512,
      partitionTable: 'gpt',
      removable: true,
      children: [
        { path: '/dev/disk4s1' },
        { path: '/dev/disk4s2', label: 'STICK', mountPoints: ['/Volumes/STICK'] },
      ],
    });
    const [, system] = find(machine, '/dev/disk0')?.children ?? [];
    expect(system?.children.map(({ mountPoints }) => mountPoints).flat()).toContain('/');
  });

  test('on Windows', () => {
    const [laptop] = windowsMachines;
    if (laptop === undefined) throw new Error('there is none');
    expect(find(windowsMachine(windowsText(laptop)), '\\\\.\\PhysicalDrive1')).toMatchObject({
      transport: 'usb',
      vendor: 'SanDisk',
      model: 'Ultra',
      serial: '4C530001230917104581',
      partitionTable: 'dos',
      removable: true,
      children: [{ label: 'STICK', fileSystem: 'FAT32', usedBytes: 600_000_000, mountPoints: ['E:\\'] }],
    });
  });
});

describe('Text that no tool printed', () => {
  const mac = { list: '', info: '', usb: '', backups: '', systemDrives: [] };

  test('is taken for none, and never for a machine without drives', () => {
    expect(macMachine(mac)).toBeNull();
    expect(macMachine({ ...mac, list: plistText({ AllDisks: [] }) })).toBeNull();
    expect(windowsMachine('')).toBeNull();
    expect(windowsMachine('{"disks": [{"Number": "x"}]}')).toBeNull();
    expect(windowsMachine('[]')).toBeNull();
    expect(windowsMachine('{}')).toBeNull();
  });

  test('harms nobody', () => {
    assert(
      property(string(), (text) => {
        expect(macMachine({ ...mac, list: text, info: text, usb: text, backups: text })).toBeNull();
        expect(windowsMachine(text)).toBeNull();
      }),
    );
  });
});
