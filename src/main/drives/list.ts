/** Says which drives are plugged in now and whether each may be written; the one maker of `Drive`. */
import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { access, lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Drive, Volume } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { fileAt, isSameFile } from '../same-file.ts';
import { deviceNumber } from './device-number.ts';
import { visible } from './names.ts';
import {
  fileRefusals,
  isDrive,
  mountPointsOf,
  refusals,
  withDescendants,
  type Device,
  type Surroundings,
} from './rules.ts';
import { lookAround } from './surroundings.ts';

export interface ListOptions {
  /** An ordinary file that is offered as a drive to practise on; it need not exist yet. */
  practiceFile?: string | undefined;
  /** Whether loop devices count: always on the command line, in the window only with practice drives. */
  loops: boolean;
  /** Path of the image that is to be written, where it is known. */
  image?: string | undefined;
}

/**
 * All drives that are plugged in now, those that may not be written with the reasons; the practice stick last.
 *
 * @returns a problem `drives-unreadable` where the system does not tell.
 */
export async function listDrives(options: ListOptions): Promise<Outcome<Drive[]>> {
  const seen = await lookAround(options);
  if (!seen.ok) return seen;
  const { devices, around } = seen.value;
  const drives = devices
    .filter((device) => isDrive(device, options.loops))
    .map((device) => toDrive(device, around));
  if (options.practiceFile !== undefined) {
    drives.push(await fileDrive(resolve(options.practiceFile), around, options.image));
  }
  return done(drives);
}

/** What the writer needs beyond the drive itself: the places to unmount, exactly as the kernel spells them. */
export interface Target {
  drive: Drive;
  mountPoints: string[];
  /** The kernel's numbers of the drive and of all that sits on it. */
  numbers: string[];
}

/**
 * The drive that a path given on the command line means: a block device (links such as /dev/disk/by-id/… are
 * followed), or an ordinary file as a practice stick, which need not exist yet. Rules it breaks are in its `refusals`,
 * that of naming a partition included.
 *
 * @returns a problem where the path can mean no drive: `drive-not-found`, `target-is-directory`,
 *   `target-not-a-drive`, `target-unreachable`, `drives-unreadable`.
 */
export async function targetDrive(path: string, image?: string): Promise<Outcome<Drive>> {
  const target = await findTarget(path, image);
  return target.ok ? done(target.value.drive) : target;
}

/** As `targetDrive`, with the places where anything on the drive is mounted. */
export async function findTarget(path: string, image?: string): Promise<Outcome<Target>> {
  const place = await resolvePath(path);
  if (!place.ok) return place;
  const { realPath, number } = place.value;
  const seen = await lookAround({ image });
  if (!seen.ok) return seen;
  const { devices, around } = seen.value;
  if (number === null) {
    return done({ drive: await fileDrive(realPath, around, image), mountPoints: [], numbers: [] });
  }
  const device = devices.flatMap(withDescendants).find((one) => one.number === number);
  if (device === undefined || device.type === 'rom') return failed(notFound(path));
  const all = withDescendants(device);
  const mountPoints = [...new Set(all.flatMap((one) => mountPointsOf(one, around)))];
  return done({ drive: toDrive(device, around), mountPoints, numbers: all.map((one) => one.number) });
}

function toDrive(device: Device, around: Surroundings): Drive {
  const { path, bytes, blockSize, readOnly, diskSequence } = device;
  const serial = visible(device.serial);
  const isLoop = device.type === 'loop';
  const isCard = device.transport === 'mmc' && !device.soldered;
  return {
    id: shortHash([path, serial, bytes, diskSequence]),
    path,
    kind: isLoop ? 'loop' : device.transport === 'usb' ? 'usb' : isCard ? 'sd' : 'disk',
    vendor: visible(device.vendor),
    model: isLoop ? visible(basename(device.backingFile)) : visible(device.model),
    serial,
    bus: isLoop ? 'loop' : device.transport,
    bytes,
    blockSize,
    removable: device.removable || device.hotplug,
    readOnly,
    diskSequence,
    partitionTable: visible(device.partitionTable),
    volumes: toVolumes(device, around),
    heldBy: toHolders(device),
    refusals: refusals(device, around).map(visibleProblem),
  };
}

/** What is on a drive. The drive itself counts where it holds a file system without a partition, as ISO sticks do. */
function toVolumes(device: Device, around: Surroundings): Volume[] {
  const all = withDescendants(device).map((one) => ({ one, mountPoints: mountPointsOf(one, around) }));
  return all
    .filter(({ one, mountPoints }) => one !== device || one.fileSystem !== '' || mountPoints.length > 0)
    .map(({ one, mountPoints }) => ({
      path: one.path,
      label: visible(one.label),
      fileSystem: visible(one.fileSystem),
      bytes: one.bytes,
      usedBytes: one.usedBytes,
      mountPoints: mountPoints.map(visible),
    }));
}

/** What has been put together from a drive, e.g. `/dev/mapper/root (crypt)`. */
function toHolders(device: Device): string[] {
  const upon = withDescendants(device).filter((one) => one !== device && one.type !== 'part');
  return [...new Set(upon.map((one) => visible(`${one.path} (${one.type})`)))];
}

/** Paths and labels inside the sentences come from devices as well. */
function visibleProblem(found: Problem): Problem {
  return { ...found, title: visible(found.title), detail: visible(found.detail) };
}

async function fileDrive(path: string, around: Surroundings, image: string | undefined): Promise<Drive> {
  const [found, imageFile] = await Promise.all([fileAt(path), image === undefined ? null : fileAt(image)]);
  const loops = await loopsBehind(path, found);
  const isWritable = await access(found === null ? dirname(path) : path, constants.W_OK).then(
    () => true,
    () => false,
  );
  const isImage = isSameFile(found, imageFile);
  return {
    // Writing gives a file another size; it stays the one that the person named.
    id: shortHash([path]),
    path,
    kind: 'file',
    vendor: '',
    model: 'Practice stick',
    serial: '',
    bus: 'file',
    bytes: Number(found?.size ?? 0),
    blockSize: 512,
    removable: false,
    readOnly: !isWritable,
    diskSequence: null,
    partitionTable: '',
    volumes: [],
    heldBy: [],
    refusals: fileRefusals({
      path,
      isImage,
      isWritable,
      isSwap: around.swaps.some((swap) => swap.path === path),
      loops,
    }).map(visibleProblem),
  };
}

/** The loop devices that are made of this file, under whatever name of it. */
async function loopsBehind(path: string, found: BigIntStats | null): Promise<string[]> {
  const names = (await readdir('/sys/block').catch(() => [])).filter((name) => name.startsWith('loop'));
  const isMadeOf = async (name: string) => {
    const text = await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '');
    const file = text.replace(/\n$/, '');
    return file === path || (file !== '' && isSameFile(found, await fileAt(file)));
  };
  const made = await Promise.all(names.map(isMadeOf));
  return names.filter((_, at) => made[at]).map((name) => `/dev/${name}`);
}

/** Where a path leads: the kernel's number for a block device, null for an ordinary file or one yet to be made. */
async function resolvePath(path: string): Promise<Outcome<{ realPath: string; number: string | null }>> {
  const named = deviceNamed(path, process.platform);
  if (named !== null) return done({ realPath: path, number: named });
  const absolute = resolve(path);
  try {
    const realPath = await realpath(absolute);
    const found = await stat(realPath);
    if (found.isBlockDevice()) return done({ realPath, number: deviceNumber(found.rdev) });
    if (found.isDirectory()) {
      return failed(
        problem('target-is-directory', `${path} is a folder.`, {
          remedy: 'Name a drive such as /dev/sdb, or a file inside the folder to practise on.',
        }),
      );
    }
    // A file in /dev is what somebody left behind who wrote to a drive that was not plugged in.
    if (found.isFile() && !isInDev(realPath)) return done({ realPath, number: null });
    return failed(
      problem('target-not-a-drive', `${path} is neither a drive nor an ordinary file.`, {
        remedy: 'Run nixburn drives to see the drives that are plugged in.',
      }),
    );
  } catch (error) {
    return resolveMissing(path, absolute, error as NodeJS.ErrnoException);
  }
}

/**
 * The device that a path means by its name alone, where the system's files do not tell: `/dev/disk4` and the uncached
 * `/dev/rdisk4` are one on macOS, and Windows has no file for `\\\\.\\PhysicalDrive1`.
 */
export function deviceNamed(path: string, platform: NodeJS.Platform): string | null {
  if (platform === 'darwin') return /^\/dev\/r?(disk\d+(?:s\d+)*)$/.exec(path)?.[1] ?? null;
  if (platform !== 'win32') return null;
  const number = /^\\\\[.?]\\PhysicalDrive(\d+)$/i.exec(path)?.[1];
  return number === undefined ? null : `disk${Number(number)}`;
}

async function resolveMissing(path: string, absolute: string, error: NodeJS.ErrnoException) {
  if (error.code !== 'ENOENT') return failed(unreachable(path, error));
  const isDangling = await lstat(absolute).then(
    () => true,
    () => false,
  );
  if (isDangling || isInDev(absolute)) return failed(notFound(path));
  const parent = await realpath(dirname(absolute)).catch(() => null);
  const isFolder = parent !== null && (await stat(parent)).isDirectory();
  if (!isFolder || path.endsWith('/')) return failed(unreachable(path, error));
  return done({ realPath: resolve(parent, basename(absolute)), number: null });
}

function isInDev(path: string): boolean {
  return path.startsWith('/dev/') && !path.startsWith('/dev/shm/');
}

function notFound(path: string): Problem {
  return problem('drive-not-found', `There is no drive at ${path}.`, {
    detail: 'It is not plugged in, or has another name now.',
    remedy: 'Run nixburn drives to see the drives that are plugged in.',
  });
}

function unreachable(path: string, error: NodeJS.ErrnoException): Problem {
  return problem('target-unreachable', `${path} can not be reached.`, {
    detail:
      error.code === 'ENOENT'
        ? `The folder ${dirname(path)} does not exist.`
        : 'One of the folders on the way can not be opened.',
    remedy: 'Check the path.',
    raw: error.message,
  });
}

function shortHash(parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
