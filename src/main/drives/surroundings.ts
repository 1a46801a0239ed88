/** Gathers, now, all that the rules want to know: the devices, the mounts, the swaps, and what must be spared. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { list as listWithDrivelist, type Drive as DrivelistDrive } from 'drivelist';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { run, runPowerShell } from './command.ts';
import { deviceNumber } from './device-number.ts';
import { linuxMachine, type LinuxReading } from './linux-machine.ts';
import { mountsOf, plainDevice, type Machine } from './machine.ts';
import { macMachine } from './mac-machine.ts';
import { parseMounts, parseSwaps } from './proc.ts';
import type { Device, Place, Surroundings } from './rules.ts';
import { windowsMachine, windowsScript } from './windows-machine.ts';

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
  const [machine, places, image] = await Promise.all([
    readMachine(),
    gatherPlaces(regard),
    regard.image === undefined ? null : stat(regard.image).catch(() => null),
  ]);
  if (!machine.ok) return machine;
  const { devices, ...known } = machine.value;
  const loops = devices.filter((device) => device.type === 'loop');
  return done({ devices, around: { ...known, loops, places, imageBytes: image?.size ?? null } });
}

async function readMachine(): Promise<Outcome<Machine>> {
  switch (process.platform) {
    case 'linux':
      return readLinux();
    case 'darwin':
      return readMac();
    case 'win32':
      return readWindows();
    default:
      return readElsewhere();
  }
}

/** A second opinion that fails says nothing; the first does not depend on it. */
function drivelist(): Promise<DrivelistDrive[]> {
  return listWithDrivelist().catch((): DrivelistDrive[] => []);
}

function systemDrivesOf(drives: DrivelistDrive[]): string[] {
  return drives.filter((drive) => drive.isSystem).map((drive) => drive.device);
}

async function readLinux(): Promise<Outcome<Machine>> {
  const [listed, second, mountinfo, swaps, version, btrfs, hasPool] = await Promise.all([
    run('lsblk', ['--json', '--bytes', '--output-all']),
    drivelist(),
    readText('/proc/self/mountinfo'),
    readText('/proc/swaps'),
    readText('/proc/version'),
    gatherBtrfs(),
    hasFolders('/proc/spl/kstat/zfs'),
  ]);
  const [sysfs, numbers] = await Promise.all([
    gatherSysfs(listed.stdout),
    numbersOf([...parseMounts(mountinfo).map(({ source }) => source), ...parseSwaps(swaps)]),
  ]);
  const reading: LinuxReading = {
    lsblk: listed.ok ? listed.stdout : '',
    mountinfo,
    swaps,
    version,
    btrfs,
    hasPool,
    sysfs,
    numbers,
    systemDrives: systemDrivesOf(second),
  };
  const machine = linuxMachine(reading);
  return machine === null
    ? failed(unreadable('lsblk', 'Install util-linux, which contains it, and try again.', listed))
    : done(machine);
}

async function readMac(): Promise<Outcome<Machine>> {
  const [list, info, usb, backups, second] = await Promise.all([
    run('diskutil', ['list', '-plist']),
    run('diskutil', ['info', '-plist', '-all']),
    run('system_profiler', ['-json', 'SPUSBDataType']),
    run('tmutil', ['destinationinfo', '-X']),
    drivelist(),
  ]);
  const machine = macMachine({
    list: list.stdout,
    info: info.stdout,
    usb: usb.ok ? usb.stdout : '',
    backups: backups.ok ? backups.stdout : '',
    systemDrives: systemDrivesOf(second),
  });
  return machine === null
    ? failed(unreadable('diskutil', 'Restart the computer and try again.', list))
    : done(machine);
}

async function readWindows(): Promise<Outcome<Machine>> {
  // Given on the command line and not as a file: running script files may be forbidden.
  const listed = await runPowerShell(windowsScript);
  const machine = windowsMachine(listed.stdout);
  return machine === null
    ? failed(
        unreadable('PowerShell', 'Check that Windows’ Storage service is running, and try again.', listed),
      )
    : done(machine);
}

/** Systems that nobody has looked at: what drivelist knows. */
async function readElsewhere(): Promise<Outcome<Machine>> {
  try {
    const devices = (await listWithDrivelist()).map((drive) => ({
      ...plainDevice(drive.device, drive.device, 'disk'),
      transport: drive.isUSB === true ? 'usb' : drive.busType.toLowerCase(),
      model: drive.description,
      bytes: drive.size ?? 0,
      blockSize: drive.logicalBlockSize,
      readOnly: drive.isReadOnly,
      removable: drive.isRemovable,
      calledSystem: drive.isSystem,
      mountPoints: drive.mountpoints.map((place) => place.path),
    }));
    const none = { swaps: [], btrfs: [], zfsImported: false, backups: [], isWsl: false };
    return done({ devices, mounts: mountsOf(devices), ...none });
  } catch (error) {
    const stderr = String(error);
    return failed(unreadable('drivelist', 'Start Nixburn again.', { stdout: '', stderr }));
  }
}

/** What sysfs has of each device at the top of lsblk's tree; a text that is not lsblk's has none. */
async function gatherSysfs(lsblk: string): Promise<LinuxReading['sysfs']> {
  const numbers = [...lsblk.matchAll(/"maj:min":\s*"\s*(\d+:\d+)\s*"/g)].map(([, number = '']) => number);
  const found = numbers.map(async (number) => {
    const folder = `/sys/dev/block/${number}`;
    const [type, diskseq, backingFile] = await Promise.all([
      readLine(`${folder}/device/type`),
      readLine(`${folder}/diskseq`),
      readLine(`${folder}/loop/backing_file`),
    ]);
    return [number, { type, diskseq, backingFile }] as const;
  });
  return Object.fromEntries(await Promise.all(found));
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

/** The major and minor numbers behind those of these paths that are block devices, links followed. */
async function numbersOf(paths: string[]): Promise<Record<string, string>> {
  const found = [...new Set(paths)].map(async (path): Promise<[string, string][]> => {
    if (!path.startsWith('/')) return [];
    const stats = await stat(path).catch(() => null);
    return stats?.isBlockDevice() === true ? [[path, deviceNumber(stats.rdev)]] : [];
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}

async function hasFolders(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.some((entry) => entry.isDirectory());
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

function unreadable(program: string, remedy: string, { stdout, stderr }: { stdout: string; stderr: string }) {
  return problem('drives-unreadable', 'This computer does not say which drives it has.', {
    detail: `The program ${program}, which lists them, could not be run or answered with nonsense.`,
    remedy,
    raw: stderr || stdout.slice(0, 500),
  });
}
