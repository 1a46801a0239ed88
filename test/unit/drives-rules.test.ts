/** The rules that decide which drives may be written, one by one; whole machines are in drives-machines.test.ts. */
import { describe, expect, test } from 'vitest';
import { plainDevice } from '../../src/main/drives/machine.ts';
import { fileRefusals, refusals, type Device, type Surroundings } from '../../src/main/drives/rules.ts';
import { isAtOrBelow, isMediaPlace } from '../../src/main/drives/system-places.ts';

function device(path: string, type: string, mountPoints: string[] = [], children: Device[] = []): Device {
  const number = `253:${path.length}${mountPoints.length}${children.length}`;
  return { ...plainDevice(path, number, type), bytes: 1_000_000_000, mountPoints, children };
}

/** A stick with LUKS on a partition, and a logical volume in that. */
function deep(mountPoint: string): Device {
  const volume = device('/dev/mapper/vg-x', 'lvm', [mountPoint]);
  const opened = device('/dev/mapper/c', 'crypt', [], [volume]);
  const stick = device('/dev/sdb', 'disk', [], [device('/dev/sdb1', 'part', [], [opened])]);
  return { ...stick, transport: 'usb', removable: true };
}

const nothing: Surroundings = {
  mounts: [],
  swaps: [],
  btrfs: [],
  zfsImported: false,
  backups: [],
  isWsl: false,
  loops: [],
  places: [],
  imageBytes: null,
};

describe('whether a drive may be written', () => {
  test.each(
    [
      [
        '/',
        '/boot',
        '/boot-fallback',
        '/boot/efi',
        '/nix',
        '/nix/store',
        '/home',
        '/home/ada',
        '/var',
        '/var/log',
      ],
      [
        '/usr',
        '/usr/local',
        '/etc',
        '/opt',
        '/srv',
        '/srv/www',
        '/root',
        '/tmp',
        '/tmp/x',
        '/efi',
        '/nix/var',
      ],
    ].flat(),
  )('never, at whatever depth, with something mounted at %s', (mountPoint) => {
    const [first] = refusals(deep(mountPoint), nothing);
    expect(first?.code).toBe('drive-holds-system');
    expect(first?.detail).toContain(mountPoint);
  });

  test.each([
    ['a partition', 'part'],
    ['a logical volume', 'lvm'],
    ['an unlocked volume', 'crypt'],
  ])('not %s, which is no drive', (_, type) => {
    expect(refusals(device('/dev/x', type), nothing).map(({ code }) => code)).toEqual(['drive-is-partition']);
  });
});

describe('whether a file may become a practice stick', () => {
  const file = { path: '/home/ada/stick.img', isImage: false, isWritable: true, isSwap: false, loops: [] };

  test.each([
    ['an ordinary one may', {}, []],
    ['not the image itself', { isImage: true }, ['drive-holds-image']],
    ['not one that is swapped to', { isSwap: true }, ['drive-holds-swap']],
    ['not the inside of a loop device', { loops: ['/dev/loop3'] }, ['drive-in-use']],
    ['not one that can not be written', { isWritable: false }, ['drive-read-only']],
  ])('%s', (_, more, codes) => {
    expect(fileRefusals({ ...file, ...more }).map(({ code }) => code)).toEqual(codes);
  });
});

test('only where sticks belong is something unmounted', () => {
  const places = '/media /media/a /run/media/ada/x /mnt /mnt/x /Volumes/STICK / /mnt2 /run /mediamtx'.split(
    ' ',
  );
  expect(places.filter(isMediaPlace)).toEqual(places.slice(0, 6));
  expect(isMediaPlace('E:\\')).toBe(true);
});

test.each([
  ['/', '/', true],
  ['/home', '/', true],
  ['/home/ada', '/home', true],
  ['/homework', '/home', false],
  ['/home', '/home/ada', false],
  ['C:\\Users\\ada\\nixos.iso', 'c:\\', true],
  ['c:\\mounts\\STICK\\x', 'C:\\mounts\\stick\\', true],
  ['D:\\x', 'C:\\', false],
])('%s lies at or below %s: %s', (path, place, expected) => {
  expect(isAtOrBelow(path, place)).toBe(expected);
});
