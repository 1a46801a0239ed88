/** Decides which drives may be written, and says why not; from values alone, so that every machine can be a test. */
import { problem, type Problem } from '../../shared/problem.ts';
import { formatBytes } from '../../shared/units.ts';
import { isAtOrBelow, isMediaPlace, isSystemPlace } from './system-places.ts';

/** A block device as the system describes it, with everything that sits on it, at any depth. */
export interface Device {
  path: string;
  /** The kernel's number of it, `8:16`. Mounts and swaps name devices by it. */
  number: string;
  /** As lsblk names it: `disk`, `part`, `loop`, `crypt`, `lvm`, `raid1`, `rom` …; on macOS also `apfs`, `image`. */
  type: string;
  /** `usb`, `nvme`, `sata`, `mmc` …; empty where the system does not say. */
  transport: string;
  vendor: string;
  model: string;
  serial: string;
  label: string;
  fileSystem: string;
  /** `gpt`, `dos` …; empty for what has none. */
  partitionTable: string;
  bytes: number;
  /** What files take up of it; null where nobody knows. */
  usedBytes: number | null;
  blockSize: number;
  readOnly: boolean;
  /** The medium can be taken out (RM). */
  removable: boolean;
  /** The device can be pulled while the computer runs (HOTPLUG). */
  hotplug: boolean;
  /** Soldered flash (eMMC) looks like a memory card in every other respect. */
  soldered: boolean;
  /** drivelist takes it for a part of the system: a second opinion. */
  calledSystem: boolean;
  /** Sentences in which the system itself says that it runs from it: Windows has no mount points that tell. */
  systemUses: string[];
  diskSequence: string | null;
  /** The file behind a loop device; empty for all others. */
  backingFile: string;
  mountPoints: string[];
  children: Device[];
}

/** One line of /proc/self/mountinfo. */
export interface Mount {
  /** Major and minor number of the file system, `8:17`. Invented by the kernel for btrfs. */
  number: string;
  mountPoint: string;
  /** What it was mounted from, as written in the table, e.g. `/dev/sda2`. */
  source: string;
  /** The number of the block device `source` names; null where it names none. */
  sourceNumber: string | null;
  fileSystem: string;
}

/** Something that must not be destroyed. */
export interface Place {
  what: 'image' | 'store' | 'app' | 'practice';
  /** Absolute, without symbolic links. */
  path: string;
}

/** What the rules must know beside the drive itself. */
export interface Surroundings {
  mounts: Mount[];
  /** Swap areas that are on: the device's number, or the file's path. */
  swaps: { path: string; number: string | null }[];
  /** The numbers of the devices that make up one btrfs that is mounted, for each. */
  btrfs: string[][];
  /** A ZFS pool is imported; which drives it is made of can not be asked without its tools. */
  zfsImported: boolean;
  /** Mount points of volumes that hold the backups of this computer (Time Machine). */
  backups: string[];
  /** This is Linux inside Windows, which shows it no USB drive. */
  isWsl: boolean;
  /** Loop devices, each with what sits on it: their files lie on drives, which no table of devices says. */
  loops: Device[];
  places: Place[];
  /** How much the image needs; null where it is not known yet. */
  imageBytes: number | null;
}

/**
 * Whether a device is one that a person would call a drive. Memory, disk images, network disks without a size, and the boot
 * areas of an eMMC are none; a card reader without a card is one, and says so.
 *
 * @param loops whether loop devices count
 */
export function isDrive({ path, type, bytes }: Device, loops: boolean): boolean {
  if (type === 'loop') return loops;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (type !== 'disk' || /^(zram|ram)\d|^mmcblk\d+boot\d/.test(name)) return false;
  return bytes > 0 || !name.startsWith('nbd');
}

/** The device and all that sits on it, at any depth; a device that is reached on two ways comes twice. */
export function withDescendants(device: Device): Device[] {
  return [device, ...device.children.flatMap(withDescendants)];
}

/** These devices, and the loop devices made of files on them, and those made of files on these, and so on. */
function withLoops(devices: Device[], around: Surroundings): Device[] {
  const known = new Set(devices.map((one) => one.number));
  const found = around.loops.filter(
    (loop) =>
      !known.has(loop.number) && loop.backingFile !== '' && isOn(loop.backingFile, [...known], around),
  );
  return found.length === 0 ? devices : withLoops([...devices, ...found.flatMap(withDescendants)], around);
}

/** Where anything on this one device (not on what sits on it) is mounted, sorted, each place once. */
export function mountPointsOf(device: Device, around: Pick<Surroundings, 'mounts' | 'btrfs'>): string[] {
  const found = around.mounts.filter((mount) => isMountOf(mount, [device.number], around.btrfs));
  const places = [...device.mountPoints, ...found.map((mount) => mount.mountPoint)];
  return [...new Set(places)].filter((place) => place !== '[SWAP]').toSorted();
}

/**
 * Why this drive must not be written: one problem for each reason, the weightiest first; empty means that it may.
 * There is no way around a rule, neither here nor anywhere else.
 */
export function refusals(device: Device, around: Surroundings): Problem[] {
  if (device.type !== 'disk' && device.type !== 'loop') return [isPartition(device)];
  const all = withLoops(withDescendants(device), around);
  const mountPoints = [...new Set(all.flatMap((one) => mountPointsOf(one, around)))].toSorted();
  const found: (Problem | null)[] = [
    holdsSystem(device, all, mountPoints.filter(isSystemPlace)),
    holdsSwap(device, all, around),
    ...around.places.map((place) => holdsPlace(device, all, place, around)),
    holdsBackups(device, mountPoints, around),
    isMountedElsewhere(
      device,
      mountPoints.filter((place) => !isSystemPlace(place) && !isMediaPlace(place)),
    ),
    isBuiltUpon(device, all, around),
    isNotRemovable(device, around),
    isReadOnly(device),
    isEmpty(device),
    isTooSmall(device, around.imageBytes),
  ];
  const reasons = found.filter((reason) => reason !== null);
  return reasons.filter((reason, at) => reasons.findIndex((other) => other.code === reason.code) === at);
}

/** What the rules must know about an ordinary file that is to be a practice stick. */
export interface FileFacts {
  path: string;
  /** It is the image itself, under whatever name. */
  isImage: boolean;
  isWritable: boolean;
  /** The system swaps to it. */
  isSwap: boolean;
  /** The loop devices that are made of it. */
  loops: string[];
}

/** Why this ordinary file must not become a practice stick; empty means that it may. */
export function fileRefusals(file: FileFacts): Problem[] {
  const found: Problem[] = [];
  if (file.isImage) {
    found.push(
      problem('drive-holds-image', `${file.path} is the image itself.`, {
        remedy: 'Name another file to practise on.',
      }),
    );
  }
  if (file.isSwap) {
    found.push(
      problem('drive-holds-swap', `${file.path} holds memory of the running system.`, {
        detail: 'Swap is switched on in this file.',
        remedy: 'Name another file to practise on.',
      }),
    );
  }
  if (file.loops.length > 0) {
    found.push(
      problem('drive-in-use', `${file.path} is in use.`, {
        detail: `It is the inside of ${file.loops.join(', ')}.`,
        remedy: 'Write to that loop device, or detach it first with losetup -d.',
      }),
    );
  }
  if (!file.isWritable) {
    found.push(
      problem('drive-read-only', `${file.path} can not be written.`, {
        detail: 'You have no right to write there, or the disk it is on is read-only.',
        remedy: 'Name a file in a folder of your own.',
      }),
    );
  }
  return found;
}

function isPartition(device: Device): Problem {
  return problem('drive-is-partition', `${device.path} is not a whole drive.`, {
    detail: `It is a part of a drive, or is put together from drives (${device.type}).`,
    remedy: 'Name the whole drive, for example /dev/sdb in place of /dev/sdb1.',
  });
}

function holdsSystem(device: Device, all: Device[], mountPoints: string[]): Problem | null {
  const uses = [...new Set(all.flatMap((one) => one.systemUses))];
  if (mountPoints.length > 0) uses.push(`It is in use at ${mountPoints.join(', ')}.`);
  if (uses.length === 0) return null;
  return problem('drive-holds-system', `${device.path} holds a part of the running system.`, {
    detail: uses.join(' '),
    remedy: 'Choose another drive. This one can not be written while the computer runs from it.',
  });
}

function holdsSwap(device: Device, all: Device[], around: Surroundings): Problem | null {
  const numbers = all.map((one) => one.number);
  const swap =
    around.swaps.find((one) =>
      one.number === null ? isOn(one.path, numbers, around) : numbers.includes(one.number),
    )?.path ?? all.find((one) => one.mountPoints.includes('[SWAP]'))?.path;
  if (swap === undefined) return null;
  return problem('drive-holds-swap', `${device.path} holds memory of the running system.`, {
    detail: `Swap is switched on at ${swap}.`,
    remedy: 'Choose another drive.',
  });
}

const placeWords = {
  image: {
    code: 'drive-holds-image',
    title: (path: string) => `${path} holds the image that is to be written.`,
  },
  store: { code: 'drive-holds-store', title: (path: string) => `${path} holds the Nix store.` },
  app: { code: 'drive-holds-app', title: (path: string) => `${path} holds Nixburn itself.` },
  practice: {
    code: 'drive-holds-practice-stick',
    title: (path: string) => `${path} holds the practice stick.`,
  },
} as const;

function holdsPlace(device: Device, all: Device[], place: Place, around: Surroundings): Problem | null {
  const numbers = all.map((one) => one.number);
  const isBehind = all.some((one) => one.backingFile !== '' && one.backingFile === place.path);
  if (!isBehind && !isOn(place.path, numbers, around)) return null;
  const { code, title } = placeWords[place.what];
  return problem(code, title(device.path), {
    detail: `${place.path} is on it.`,
    remedy:
      place.what === 'image'
        ? 'Copy the image to another disk first, or choose another drive.'
        : 'Choose another drive.',
  });
}

function holdsBackups(device: Device, mountPoints: string[], around: Surroundings): Problem | null {
  const place = around.backups.find((backup) => mountPoints.includes(backup));
  if (place === undefined) return null;
  return problem('drive-holds-backup', `${device.path} holds the backups of this computer.`, {
    detail: `Time Machine keeps them at ${place}.`,
    remedy:
      'Choose another drive. If nobody needs them any more, remove that disk in Time Machine’s settings first.',
  });
}

function isMountedElsewhere(device: Device, mountPoints: string[]): Problem | null {
  if (mountPoints.length === 0) return null;
  return problem('drive-in-use', `${device.path} is in use.`, {
    detail: `It is mounted at ${mountPoints.join(', ')}.`,
    remedy: 'If nothing needs it there, unmount it, then try again.',
  });
}

/** On plain partitions, and on the volumes of an APFS that lies on this drive alone, nothing is built. */
const plainTypes = ['part', 'apfs'];

/** Anything else means that md, LVM, LUKS, btrfs or ZFS has taken the drive into use. */
function isBuiltUpon(device: Device, all: Device[], around: Surroundings): Problem | null {
  const upon = all.find((one) => one !== device && !plainTypes.includes(one.type));
  if (upon?.type === 'loop') {
    return problem('drive-in-use', `${device.path} holds a file that is used as a drive.`, {
      detail: `${upon.path} is made of ${upon.backingFile}.`,
      remedy: 'Detach that, then try again.',
    });
  }
  if (upon?.type === 'crypt') {
    return problem('drive-in-use', `${device.path} holds an encrypted volume that is unlocked.`, {
      detail: `${upon.path} is open.`,
      remedy: 'Lock it in your file manager, or with cryptsetup close, then try again.',
    });
  }
  if (upon !== undefined) {
    return problem('drive-in-use', `${device.path} is a part of something larger that is switched on.`, {
      detail: `${upon.path} (${upon.type}) is put together from it.`,
      remedy: 'Choose another drive, or switch that off first.',
    });
  }
  const pooled = all.find((one) => one.fileSystem === 'zfs_member');
  if (around.zfsImported && pooled !== undefined) {
    return problem('drive-in-use', `${device.path} may be a part of a ZFS pool in use.`, {
      detail: `${pooled.path} carries the mark of a pool, and a pool is imported.`,
      remedy: 'Export the pool, or choose another drive.',
    });
  }
  const numbers = all.map((one) => one.number);
  const isShared = around.btrfs.some(
    (group) => group.length > 1 && group.some((one) => numbers.includes(one)),
  );
  if (!isShared) return null;
  return problem('drive-in-use', `${device.path} is one of several drives that make up a mounted btrfs.`, {
    remedy: 'Unmount that file system, or choose another drive.',
  });
}

function isNotRemovable(device: Device, around: Surroundings): Problem | null {
  if (device.type === 'loop') return null;
  const comesOut = device.removable || device.hotplug || ['usb', 'mmc'].includes(device.transport);
  if (comesOut && !device.soldered && !device.calledSystem) return null;
  if (around.isWsl) {
    return problem('drive-not-removable', `${device.path} is a disk that Windows lends to Linux.`, {
      detail: 'Linux inside Windows (WSL) is shown no USB sticks.',
      remedy: 'Build the image here, and write it with Nixburn on Windows.',
    });
  }
  return problem('drive-not-removable', `${device.path} is an internal disk.`, {
    detail: 'Only drives that can be taken out are written: USB sticks, USB disks and memory cards.',
    remedy: 'Plug in a USB stick and choose that.',
  });
}

function isReadOnly(device: Device): Problem | null {
  if (!device.readOnly) return null;
  return problem('drive-read-only', `${device.path} can not be written.`, {
    detail: 'The drive says that it is write-protected.',
    remedy: 'Look for a small switch on the stick or card and slide it, or choose another drive.',
  });
}

function isEmpty(device: Device): Problem | null {
  if (device.bytes > 0) return null;
  return problem('drive-empty', `There is no medium in ${device.path}.`, {
    detail: 'Card readers show up like this while no card is in them.',
    remedy: 'Put a card in, or choose another drive.',
  });
}

function isTooSmall(device: Device, imageBytes: number | null): Problem | null {
  if (imageBytes === null || device.bytes === 0 || device.bytes >= imageBytes) return null;
  return problem('drive-too-small', `${device.path} is too small for this image.`, {
    // To the byte as well: a stick sold with the size of the image can be a little smaller.
    detail: `The drive holds ${formatBytes(device.bytes)} (${device.bytes} bytes); the image needs ${formatBytes(imageBytes)} (${imageBytes}).`,
    remedy: 'Choose a larger drive, or build a smaller image.',
  });
}

/** Whether a file lives on one of these devices: on the file system whose mount point is the longest that fits. */
function isOn(path: string, numbers: string[], around: Surroundings): boolean {
  let home: Mount | null = null;
  for (const mount of around.mounts) {
    const fits = isAtOrBelow(path, mount.mountPoint);
    // A later mount hides an earlier one at the same place, hence >=.
    if (fits && mount.mountPoint.length >= (home?.mountPoint.length ?? 0)) home = mount;
  }
  return home !== null && isMountOf(home, numbers, around.btrfs);
}

/** btrfs gives its mounts invented numbers and names only one of its devices as the source. */
function isMountOf(mount: Mount, numbers: string[], btrfs: string[][]): boolean {
  const known = [mount.number, mount.sourceNumber].filter((number) => number !== null);
  const group = btrfs.find((members) => members.some((member) => known.includes(member))) ?? [];
  return [...known, ...group].some((number) => numbers.includes(number));
}
