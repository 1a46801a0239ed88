/** Real block devices for tests: files behind loop devices with numbers that only these tests use. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** Why loop devices can not be used here; null where they can. */
export const noLoops =
  process.platform !== 'linux'
    ? 'loop devices exist on Linux only'
    : process.getuid?.() !== 0
      ? 'attaching loop devices needs root'
      : null;

/** What a test made and must not leave behind, undone last first, each step whatever became of the others. */
export class Traces {
  #undo: (() => unknown)[] = [];

  undoLater(step: () => unknown): void {
    this.#undo.push(step);
  }

  async undoAll(): Promise<void> {
    for (const step of this.#undo.splice(0).toReversed()) {
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => console.error('cleaning up:', error));
    }
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-flash-'));
    this.undoLater(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /** A file of random bytes; its first 2 KiB are never zeros, as those of a bootable image. */
  async image(folder: string, bytes: number): Promise<string> {
    const file = path.join(folder, `image-${bytes}.iso`);
    await writeFile(file, randomBytes(bytes));
    return file;
  }

  /** A loop device on a new file of that size; `args` go to losetup. */
  async loop(number: number, folder: string, bytes: number, args: string[] = []): Promise<Loop> {
    const file = path.join(folder, `loop${number}.img`);
    await writeFile(file, '');
    await truncate(file, bytes);
    return this.loopOn(number, file, args);
  }

  async loopOn(number: number, file: string, args: string[] = []): Promise<Loop> {
    const device = `/dev/loop${number}`;
    await run('losetup', [...args, device, file]);
    this.undoLater(() => run('losetup', ['-d', device]));
    return { path: device, number, file };
  }

  /** Mounts there and, later, unmounts if the test did not get that done; the folders made for it go as well. */
  async mount(device: string, mountPoint: string, options: string[] = []): Promise<void> {
    const made = await mkdir(mountPoint, { recursive: true });
    if (made !== undefined)
      this.undoLater(() =>
        run('rmdir', ['--parents', '--', path.relative(path.dirname(made), mountPoint)], {
          cwd: path.dirname(made),
        }),
      );
    await run('mount', [...options, device, mountPoint]);
    this.undoLater(() => run('umount', [mountPoint]).catch(() => undefined));
  }
}

/** For a mount under which not a byte may change by itself: access times, late initialisation, the journal. */
export const untouched = ['-o', 'ro,noload'];

export interface Loop {
  path: string;
  number: number;
  /** The file behind it. */
  file: string;
}

/** Which of these places are mount points now. */
export async function mounted(places: string[]): Promise<string[]> {
  const table = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4]);
  return places.filter((place) => table.includes(place));
}

/** The bytes of a file or device from `position` on. */
export async function bytesAt(file: string, position: number, length: number): Promise<Buffer> {
  const opened = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await opened.close();
  }
}

/** The first byte in which two contents differ, null where they are the same: printing them would take minutes. */
export function differsAt(actual: Buffer, wanted: Buffer): number | null {
  if (actual.equals(wanted)) return null;
  const at = actual.findIndex((byte, index) => byte !== wanted[index]);
  return at < 0 ? actual.length : at;
}

/** Turns one byte of a file into another one, and makes sure that it is stored. */
export async function flipByte(file: string, position: number): Promise<void> {
  const opened = await open(file, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await opened.read(byte, 0, 1, position);
    await opened.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, position);
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** Gives a loop device (attached with `-P`) one partition over its second half, and a file system in it. */
export async function makePartition({ path: device, file }: Loop, traces: Traces): Promise<string> {
  const { size } = await stat(file);
  const sectors = size / 512;
  await run('addpart', [device, '1', String(sectors / 2), String(sectors / 2)]);
  traces.undoLater(() => run('delpart', [device, '1']).catch(() => undefined));
  await run('mkfs.ext4', ['-q', `${device}p1`]);
  return `${device}p1`;
}
