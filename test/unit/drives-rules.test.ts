/** Which drives of many kinds of machines may be written: each machine is what lsblk, mountinfo and swaps said there. */
import { describe, expect, test } from 'vitest';
import { parseLsblk } from '../../src/main/drives/lsblk.ts';
import { parseMounts } from '../../src/main/drives/proc.ts';
import {
  fileRefusals,
  isMediaPlace,
  refusals,
  type Device,
  type Surroundings,
} from '../../src/main/drives/rules.ts';

/** Columns of lsblk that matter, as it prints them; the rest is left out as older versions do. */
interface Row {
  name: string;
  'maj:min': string;
  [column: string]: unknown;
  children?: Row[];
}

const gigabyte = 1_000_000_000;

/** One drive as lsblk prints it, with everything a USB stick has unless said otherwise. */
function stick(more: Partial<Row> = {}): Row {
  return {
    name: 'sdb',
    'maj:min': '8:16',
    path: '/dev/sdb',
    type: 'disk',
    tran: 'usb',
    subsystems: 'block:scsi:usb:pci',
    vendor: 'SanDisk ',
    model: 'Ultra',
    serial: '4C530001',
    size: 32 * gigabyte,
    'log-sec': 512,
    ro: false,
    rm: true,
    hotplug: true,
    ...more,
  };
}

/** An internal disk. */
function disk(more: Partial<Row> = {}): Row {
  return stick({
    name: 'nvme0n1',
    'maj:min': '259:0',
    path: '/dev/nvme0n1',
    tran: 'nvme',
    subsystems: 'block:nvme:pci',
    rm: false,
    hotplug: false,
    size: 512 * gigabyte,
    ...more,
  });
}

/** Something that sits on a drive. */
function on(name: string, number: string, type: string, mountPoints: string[], more: Partial<Row> = {}): Row {
  return {
    name,
    'maj:min': number,
    path: type === 'part' ? `/dev/${name}` : `/dev/mapper/${name}`,
    type,
    size: gigabyte,
    mountpoints: mountPoints.length === 0 ? [null] : mountPoints,
    ...more,
  };
}

function device(row: Row): Device {
  const [found] = parseLsblk(JSON.stringify({ blockdevices: [row] })) ?? [];
  if (found === undefined) throw new Error('the row is not one that lsblk prints');
  return found;
}

const nothing: Surroundings = {
  mounts: [],
  swaps: [],
  btrfs: [],
  zfsImported: false,
  loops: [],
  places: [],
  imageBytes: null,
};

/** Mounts from lines of mountinfo; `numbers` says which device a source is. */
function mounts(text: string, numbers: Record<string, string> = {}): Surroundings['mounts'] {
  return parseMounts(text).map((line) => ({ ...line, sourceNumber: numbers[line.source] ?? null }));
}

const rootOnNvme = '25 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw';

interface Machine {
  is: string;
  row: Row;
  around?: Partial<Surroundings>;
  sysfs?: Partial<Device>;
  /** The codes, weightiest first; none: it may be written. */
  codes: string[];
}

const machines: Machine[] = [
  { is: 'a blank USB stick', row: stick(), codes: [] },
  {
    is: 'a USB stick that the desktop mounted',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/run/media/ada/STICK'])] }),
    codes: [],
  },
  {
    is: 'a stick without partitions, mounted below /media',
    row: stick({ mountpoints: ['/media/ada/ISO'], fstype: 'iso9660' }),
    codes: [],
  },
  {
    is: 'a stick mounted at /mnt by hand',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/mnt'])] }),
    codes: [],
  },
  {
    is: 'a stick mounted in a home folder',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/home/ada/usb'])] }),
    codes: ['drive-holds-system'],
  },
  {
    is: 'a stick mounted somewhere else',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/data'])] }),
    codes: ['drive-in-use'],
  },
  {
    is: 'a stick mounted at a place that only begins like a harmless one',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/media2/x'])] }),
    codes: ['drive-in-use'],
  },
  {
    is: 'a stick with one harmless mount and one that is not',
    row: stick({
      children: [
        on('sdb1', '8:17', 'part', ['/run/media/ada/A']),
        on('sdb2', '8:18', 'part', ['/var/lib/docker']),
      ],
    }),
    codes: ['drive-holds-system'],
  },
  {
    is: 'a live system’s own stick',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/iso'])] }),
    codes: ['drive-in-use'],
  },
  {
    is: 'an internal eMMC with the system on it',
    row: stick({
      name: 'mmcblk0',
      'maj:min': '179:0',
      path: '/dev/mmcblk0',
      tran: null,
      subsystems: 'block:mmc:mmc_host:pci',
      rm: false,
      children: [on('mmcblk0p1', '179:1', 'part', ['/boot/efi']), on('mmcblk0p2', '179:2', 'part', ['/'])],
    }),
    codes: ['drive-holds-system'],
  },
  {
    is: 'an internal eMMC with nothing of the running system on it',
    row: stick({
      name: 'mmcblk0',
      path: '/dev/mmcblk0',
      tran: 'mmc',
      subsystems: 'block:mmc:mmc_host:pci',
      rm: false,
    }),
    sysfs: { soldered: true },
    codes: ['drive-not-removable'],
  },
  {
    is: 'a memory card in a built-in reader, which lsblk gives no transport',
    row: stick({
      name: 'mmcblk1',
      path: '/dev/mmcblk1',
      tran: null,
      subsystems: 'block:mmc:mmc_host:pci',
      rm: false,
      hotplug: false,
    }),
    codes: [],
  },
  {
    is: 'a USB SSD that runs the system',
    row: stick({
      rm: false,
      children: [on('sdb1', '8:17', 'part', ['/boot']), on('sdb2', '8:18', 'part', ['/', '/nix/store'])],
    }),
    codes: ['drive-holds-system'],
  },
  {
    is: 'a USB SSD that runs the system under LUKS',
    row: stick({
      rm: false,
      children: [on('sdb2', '8:18', 'part', [], { children: [on('root', '254:0', 'crypt', ['/'])] })],
    }),
    codes: ['drive-holds-system', 'drive-in-use'],
  },
  {
    is: 'LUKS, then LVM, then the root file system, four levels down',
    row: disk({
      children: [
        on('nvme0n1p2', '259:2', 'part', [], {
          children: [on('crypt', '254:0', 'crypt', [], { children: [on('vg-root', '254:1', 'lvm', ['/'])] })],
        }),
      ],
    }),
    codes: ['drive-holds-system', 'drive-in-use', 'drive-not-removable'],
  },
  {
    is: 'a USB disk in an LVM volume group that is active but mounted nowhere',
    row: stick({
      children: [on('sdb1', '8:17', 'part', [], { children: [on('vg-data', '254:3', 'lvm', [])] })],
    }),
    codes: ['drive-in-use'],
  },
  {
    is: 'a USB disk in an md array',
    row: stick({
      children: [on('sdb1', '8:17', 'part', [], { children: [on('md127', '9:127', 'raid1', [])] })],
    }),
    codes: ['drive-in-use'],
  },
  {
    is: 'a USB disk in an md array that holds the system',
    row: stick({
      children: [on('md0', '9:0', 'raid1', [], { children: [on('md0p1', '259:9', 'part', ['/boot'])] })],
    }),
    codes: ['drive-holds-system', 'drive-in-use'],
  },
  {
    is: 'a stick with LUKS that the desktop unlocked and mounted',
    row: stick({
      children: [
        on('sdb1', '8:17', 'part', [], { children: [on('luks-1', '254:4', 'crypt', ['/run/media/ada/s'])] }),
      ],
    }),
    codes: ['drive-in-use'],
  },
  {
    is: 'a stick with LUKS that is locked',
    row: stick({ children: [on('sdb1', '8:17', 'part', [], { fstype: 'crypto_LUKS' })] }),
    codes: [],
  },
  {
    is: 'a swap partition that lsblk knows',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['[SWAP]'], { fstype: 'swap' })] }),
    codes: ['drive-holds-swap'],
  },
  {
    is: 'a swap partition that only /proc/swaps knows',
    row: stick({ children: [on('sdb1', '8:17', 'part', [])] }),
    around: { swaps: [{ path: '/dev/sdb1', number: '8:17' }] },
    codes: ['drive-holds-swap'],
  },
  {
    is: 'a stick with a swap file in a harmless place',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/mnt'])] }),
    around: {
      swaps: [{ path: '/mnt/swapfile', number: null }],
      mounts: mounts(`${rootOnNvme}\n40 25 8:17 / /mnt rw - ext4 /dev/sdb1 rw`),
    },
    codes: ['drive-holds-swap'],
  },
  {
    is: 'a swap partition that is switched off',
    row: stick({ children: [on('sdb1', '8:17', 'part', [], { fstype: 'swap' })] }),
    codes: [],
  },
  {
    is: 'a mount that lsblk missed and mountinfo has, with a blank in its name',
    row: stick({ children: [on('sdb1', '8:17', 'part', [])] }),
    around: { mounts: mounts('40 25 8:17 /sub /srv/my\\040files rw shared:1 - ext4 /dev/sdb1 rw') },
    codes: ['drive-holds-system'],
  },
  {
    is: 'a btrfs subvolume, whose mount has a number of no device',
    row: stick({ children: [on('sdb1', '8:17', 'part', [], { fstype: 'btrfs' })] }),
    around: { mounts: mounts('40 25 0:52 /@home /home rw - btrfs /dev/sdb1 rw', { '/dev/sdb1': '8:17' }) },
    codes: ['drive-holds-system'],
  },
  {
    is: 'the second drive of a btrfs of which the mount names only the first',
    row: stick({ fstype: 'btrfs' }),
    around: {
      mounts: mounts('40 25 0:52 / / rw - btrfs /dev/nvme0n1p2 rw', { '/dev/nvme0n1p2': '259:2' }),
      btrfs: [['259:2', '8:16']],
    },
    codes: ['drive-holds-system', 'drive-in-use'],
  },
  {
    is: 'a member of a ZFS pool while a pool is imported',
    row: stick({ children: [on('sdb1', '8:17', 'part', [], { fstype: 'zfs_member' })] }),
    around: { zfsImported: true },
    codes: ['drive-in-use'],
  },
  {
    is: 'a member of a ZFS pool while none is',
    row: stick({ children: [on('sdb1', '8:17', 'part', [], { fstype: 'zfs_member' })] }),
    codes: [],
  },
  {
    is: 'the stick that the image lies on',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/run/media/ada/STICK'])] }),
    around: {
      mounts: mounts(`${rootOnNvme}\n40 25 8:17 / /run/media/ada/STICK rw - vfat /dev/sdb1 rw`),
      places: [{ what: 'image', path: '/run/media/ada/STICK/nixos.iso' }],
    },
    codes: ['drive-holds-image'],
  },
  {
    is: 'a stick beside one whose name is the beginning of its own, with the image on the other',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/run/media/ada/STICK'])] }),
    around: {
      mounts: mounts(
        '40 25 8:17 / /run/media/ada/STICK rw - vfat /dev/sdb1 rw\n41 25 8:33 / /run/media/ada/STICK2 rw - vfat /dev/sdc1 rw',
      ),
      places: [{ what: 'image', path: '/run/media/ada/STICK2/nixos.iso' }],
    },
    codes: [],
  },
  {
    is: 'a stick whose mount is hidden by a later one at the same place, where the image is',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/mnt'])] }),
    around: {
      mounts: mounts('40 25 8:17 / /mnt rw - vfat /dev/sdb1 rw\n41 40 8:33 / /mnt rw - vfat /dev/sdc1 rw'),
      places: [{ what: 'image', path: '/mnt/nixos.iso' }],
    },
    codes: [],
  },
  {
    is: 'a stick with the Nix store on it, mounted by hand',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/nix'])] }),
    around: {
      mounts: mounts(`${rootOnNvme}\n40 25 8:17 / /nix rw - ext4 /dev/sdb1 rw`),
      places: [{ what: 'store', path: '/nix/store' }],
    },
    codes: ['drive-holds-system', 'drive-holds-store'],
  },
  {
    is: 'the stick that Nixburn was started from',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/media/ada/TOOLS'])] }),
    around: {
      mounts: mounts('40 25 8:17 / /media/ada/TOOLS rw - ext4 /dev/sdb1 rw'),
      places: [{ what: 'app', path: '/media/ada/TOOLS/nixburn/writer.mjs' }],
    },
    codes: ['drive-holds-app'],
  },
  {
    is: 'the stick that holds the practice stick',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/media/ada/TOOLS'])] }),
    around: {
      mounts: mounts('40 25 8:17 / /media/ada/TOOLS rw - ext4 /dev/sdb1 rw'),
      places: [{ what: 'practice', path: '/media/ada/TOOLS/practice.img' }],
    },
    codes: ['drive-holds-practice-stick'],
  },
  { is: 'an internal NVMe disk with another system on it', row: disk(), codes: ['drive-not-removable'] },
  {
    is: 'an NVMe disk in a USB enclosure',
    row: disk({ name: 'sdc', path: '/dev/sdc', tran: 'usb' }),
    codes: [],
  },
  {
    is: 'a USB hard disk that does not call itself removable',
    row: stick({ rm: false, hotplug: true }),
    codes: [],
  },
  {
    is: 'an internal SATA disk',
    row: disk({ name: 'sda', path: '/dev/sda', tran: 'sata', subsystems: 'block:scsi:pci' }),
    codes: ['drive-not-removable'],
  },
  {
    is: 'a drive that drivelist calls the system’s',
    row: stick(),
    sysfs: { calledSystem: true },
    codes: ['drive-not-removable'],
  },
  {
    is: 'a card reader without a card',
    row: stick({ size: 0 }),
    around: { imageBytes: 1 },
    codes: ['drive-empty'],
  },
  { is: 'a stick with its write protection on', row: stick({ ro: true }), codes: ['drive-read-only'] },
  {
    is: 'a stick with its write protection on, as older versions of lsblk print it',
    row: stick({ ro: '1', rm: '1', hotplug: '1', size: '32000000000' }),
    codes: ['drive-read-only'],
  },
  {
    is: 'a stick one byte too small',
    row: stick({ size: 1000 }),
    around: { imageBytes: 1001 },
    codes: ['drive-too-small'],
  },
  { is: 'a stick exactly large enough', row: stick({ size: 1000 }), around: { imageBytes: 1000 }, codes: [] },
  {
    is: 'a loop device',
    row: { name: 'loop7', 'maj:min': '7:7', path: '/dev/loop7', type: 'loop', size: gigabyte },
    codes: [],
  },
  {
    is: 'a loop device that a package manager mounted',
    row: {
      name: 'loop8',
      'maj:min': '7:8',
      path: '/dev/loop8',
      type: 'loop',
      size: 1,
      mountpoints: ['/snap/core/1'],
    },
    codes: ['drive-in-use'],
  },
  {
    is: 'a loop device that is made of the image itself',
    row: { name: 'loop9', 'maj:min': '7:9', path: '/dev/loop9', type: 'loop', size: gigabyte },
    sysfs: { backingFile: '/srv/nixos.iso' },
    around: { places: [{ what: 'image', path: '/srv/nixos.iso' }] },
    codes: ['drive-holds-image'],
  },
  {
    is: 'a stick with a file on it that is used as a drive, which holds a place of the system',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/mnt'])] }),
    around: {
      mounts: mounts(`${rootOnNvme}\n40 25 8:17 / /mnt rw - ext4 /dev/sdb1 rw`),
      loops: [
        {
          ...device({ name: 'loop9', 'maj:min': '7:9', type: 'loop', mountpoints: ['/srv/www'] }),
          backingFile: '/mnt/disk.img',
        },
      ],
    },
    codes: ['drive-holds-system', 'drive-in-use'],
  },
  {
    is: 'a stick with a file on it that is used as a drive and mounted nowhere',
    row: stick({ children: [on('sdb1', '8:17', 'part', ['/mnt'])] }),
    around: {
      mounts: mounts(`${rootOnNvme}\n40 25 8:17 / /mnt rw - ext4 /dev/sdb1 rw`),
      loops: [
        {
          ...device({ name: 'loop9', 'maj:min': '7:9', type: 'loop', mountpoints: [null] }),
          backingFile: '/mnt/disk.img',
        },
      ],
    },
    codes: ['drive-in-use'],
  },
  {
    is: 'a partition',
    row: on('sdb1', '8:17', 'part', ['/']),
    codes: ['drive-is-partition'],
  },
  { is: 'a logical volume', row: on('vg-root', '254:1', 'lvm', []), codes: ['drive-is-partition'] },
];

describe('whether a drive may be written', () => {
  test.each(machines)('$is', ({ row, around, sysfs, codes }) => {
    const found = refusals({ ...device(row), ...sysfs }, { ...nothing, ...around });
    expect(found.map((problem) => problem.code)).toEqual(codes);
  });

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
    const deep = on('vg-x', '254:9', 'lvm', [mountPoint]);
    const row = stick({
      children: [
        on('sdb1', '8:17', 'part', [], { children: [on('c', '254:8', 'crypt', [], { children: [deep] })] }),
      ],
    });
    const [first] = refusals(device(row), nothing);
    expect(first?.code).toBe('drive-holds-system');
    expect(first?.detail).toContain(mountPoint);
  });

  test('every refusal says what, why and what to do', () => {
    const all = machines.flatMap(({ row, around, sysfs }) =>
      refusals({ ...device(row), ...sysfs }, { ...nothing, ...around }),
    );
    for (const { title, detail, remedy } of all) {
      expect(title).toMatch(/^\S.*\.$/);
      expect(remedy).toMatch(/^\S.*\.$/);
      expect(`${title}${detail}${remedy}`).not.toContain('!');
    }
    expect(all.length).toBeGreaterThan(30);
  });

  test('every rule is shown by at least one machine', () => {
    const shown = new Set(machines.flatMap(({ codes }) => codes));
    expect([...shown].toSorted()).toEqual([
      'drive-empty',
      'drive-holds-app',
      'drive-holds-image',
      'drive-holds-practice-stick',
      'drive-holds-store',
      'drive-holds-swap',
      'drive-holds-system',
      'drive-in-use',
      'drive-is-partition',
      'drive-not-removable',
      'drive-read-only',
      'drive-too-small',
    ]);
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
  const places = [
    '/media',
    '/media/a',
    '/run/media/ada/x',
    '/mnt',
    '/mnt/x',
    '/',
    '/mnt2',
    '/run',
    '/mediamtx',
  ];
  expect(places.filter(isMediaPlace)).toEqual(['/media', '/media/a', '/run/media/ada/x', '/mnt', '/mnt/x']);
});
