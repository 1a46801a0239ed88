/** Gathers, now, all that the rules want to know: the devices, the mounts, the swaps, and what must be spared. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { list as listWithDrivelist, type Drive as DrivelistDrive } from 'drivelist';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { run } from './command.ts';
import { deviceNumber } from './device-number.ts';
import { parseLsblk } from './lsblk.ts';
import { parseMounts, parseSwaps } from './proc.ts';
import type { Device, Mount, Place, Surroundings } from './rules.ts';

/** What the caller wants spared or measured, beside the system itself. */
export interface Regard {
  /** The image that is to be written: its size is needed, and it must not be destroyed. */
  image?: string | undefined;
  practiceFile?: string | undefined;
}

/**
 * Looks at the machine once.
 *
 * @returns every block device as a tree and what the rules must know; a problem `drives-unreadable` where the system
 *   does not say which drives it has.
 */
export async function lookAround(
  regard: Regard,
): Promise<Outcome<{ devices: Device[]; around: Surroundings }>> {
  const devices = process.platform === 'linux' ? await linuxDevices() : await otherDevices();
  if (!devices.ok) return devices;
  const [mounts, swaps, btrfs, pools, places, image] = await Promise.all([
    gatherMounts(),
    gatherSwaps(),
    gatherBtrfs(),
    namesIn('/proc/spl/kstat/zfs'),
    gatherPlaces(regard),
    regard.image === undefined ? null : stat(regard.image).catch(() => null),
  ]);
  const zfsImported =
    mounts.some((mount) => mount.fileSystem === 'zfs') ||
    (await anyIsDirectory('/proc/spl/kstat/zfs', pools));
  return done({
    devices: devices.value,
    around: {
      mounts,
      swaps,
      btrfs,
      zfsImported,
      loops: devices.value.filter((device) => device.type === 'loop'),
      places,
      imageBytes: image?.size ?? null,
    },
  });
}

async function linuxDevices(): Promise<Outcome<Device[]>> {
  const [listed, second] = await Promise.all([
    run('lsblk', ['--json', '--bytes', '--output-all']),
    // A second opinion that fails says nothing; the first does not depend on it.
    listWithDrivelist().catch((): DrivelistDrive[] => []),
  ]);
  const devices = listed.ok ? parseLsblk(listed.stdout) : null;
  if (devices === null) return failed(unreadable(listed.stderr || listed.stdout.slice(0, 500)));
  const system = new Set(second.filter((drive) => drive.isSystem).map((drive) => drive.raw));
  return done(await Promise.all(devices.map((device) => withSysfs(device, system.has(device.path)))));
}

/** Adds what lsblk does not say, or not in every version. Source: Documentation/ABI in the kernel, sysfs-block. */
async function withSysfs(device: Device, calledSystem: boolean): Promise<Device> {
  const folder = `/sys/dev/block/${device.number}`;
  const [kind, sequence, backing] = await Promise.all([
    readLine(`${folder}/device/type`),
    readLine(`${folder}/diskseq`),
    readLine(`${folder}/loop/backing_file`),
  ]);
  return {
    ...device,
    calledSystem,
    soldered: device.transport === 'mmc' && kind === 'MMC',
    diskSequence: device.diskSequence ?? (sequence === '' ? null : sequence),
    backingFile: backing,
  };
}

/** macOS and Windows: what drivelist knows. Volumes of the system are recognised by drivelist itself (isSystem). */
async function otherDevices(): Promise<Outcome<Device[]>> {
  try {
    return done((await listWithDrivelist()).map(fromDrivelist));
  } catch (error) {
    return failed(unreadable(String(error)));
  }
}

function fromDrivelist(drive: DrivelistDrive): Device {
  return {
    path: drive.raw,
    number: drive.raw,
    type: 'disk',
    transport: drive.isUSB === true ? 'usb' : drive.busType.toLowerCase(),
    vendor: '',
    model: drive.description,
    serial: '',
    label: '',
    fileSystem: '',
    bytes: drive.size ?? 0,
    blockSize: drive.logicalBlockSize,
    readOnly: drive.isReadOnly,
    removable: drive.isRemovable,
    hotplug: false,
    soldered: false,
    calledSystem: drive.isSystem,
    diskSequence: null,
    backingFile: '',
    mountPoints: [],
    children: [],
  };
}

async function gatherMounts(): Promise<Mount[]> {
  const lines = parseMounts(await readText('/proc/self/mountinfo'));
  return Promise.all(lines.map(async (line) => ({ ...line, sourceNumber: await numberOf(line.source) })));
}

async function gatherSwaps(): Promise<Surroundings['swaps']> {
  const paths = parseSwaps(await readText('/proc/swaps'));
  return Promise.all(paths.map(async (path) => ({ path, number: await numberOf(path) })));
}

/** One list of device numbers for each btrfs that is mounted; the kernel shows them only here. */
async function gatherBtrfs(): Promise<string[][]> {
  const folders = await namesIn('/sys/fs/btrfs');
  const groups = folders.map(async (folder) => {
    const names = await namesIn(`/sys/fs/btrfs/${folder}/devices`);
    return Promise.all(names.map((name) => readLine(`/sys/class/block/${name}/dev`)));
  });
  return (await Promise.all(groups)).filter((group) => group.length > 0);
}

async function gatherPlaces(regard: Regard): Promise<Place[]> {
  const wanted: [Place['what'], string | undefined][] = [
    ['image', regard.image],
    ['store', '/nix/store'],
    ['app', process.execPath],
    ['app', process.argv[1]],
    ['practice', regard.practiceFile],
  ];
  const found = wanted.map(async ([what, path]): Promise<Place[]> => {
    if (path === undefined) return [];
    // What does not exist can not be destroyed.
    const real = await realpath(path).catch(() => null);
    return real === null ? [] : [{ what, path: real }];
  });
  return (await Promise.all(found)).flat();
}

/** The major and minor number behind the path of a block device, links followed; null for anything else. */
async function numberOf(path: string): Promise<string | null> {
  if (!path.startsWith('/')) return null;
  const found = await stat(path).catch(() => null);
  return found?.isBlockDevice() === true ? deviceNumber(found.rdev) : null;
}

async function anyIsDirectory(folder: string, names: string[]): Promise<boolean> {
  const kinds = await Promise.all(names.map((name) => stat(`${folder}/${basename(name)}`).catch(() => null)));
  return kinds.some((kind) => kind?.isDirectory() === true);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function readLine(path: string): Promise<string> {
  return (await readText(path)).replace(/\n$/, '');
}

function unreadable(raw: string) {
  return problem('drives-unreadable', 'This computer does not say which drives it has.', {
    detail: 'The program lsblk, which lists them, could not be run or answered with nonsense.',
    remedy: 'Install util-linux, which contains lsblk, and try again.',
    raw,
  });
}
