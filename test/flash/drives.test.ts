/** What is plugged in here, now, with real devices: listed, watched, and found by whatever path a person gives. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listDrives, targetDrive } from '../../src/main/drives/list.ts';
import { watchDrives } from '../../src/main/drives/watch.ts';
import type { Drive } from '../../src/shared/contract.ts';
import { makePartition, noLoops, run, Traces } from './loop.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let folder: string;

beforeEach(async () => {
  folder = await traces.folder();
});
afterEach(() => traces.undoAll());

async function listed(options: Parameters<typeof listDrives>[0]): Promise<Drive[]> {
  const drives = await listDrives(options);
  if (!drives.ok) throw new Error(drives.problem.title);
  return drives.value;
}

async function target(place: string): Promise<Drive> {
  const found = await targetDrive(place);
  if (!found.ok) throw new Error(found.problem.title);
  return found.value;
}

function codes(drive: Drive | undefined): string[] | undefined {
  return drive?.refusals.map(({ code }) => code);
}

describe('the list', () => {
  test.skipIf(process.platform !== 'linux')('refuses the disk that this computer runs from', async () => {
    const root = await run('findmnt', ['--noheadings', '--output', 'MAJ:MIN', '/']);
    const held = (await listed({ loops: false })).filter(({ volumes }) =>
      volumes.some(({ mountPoints }) => mountPoints.includes('/')),
    );
    // In a container the root may be on no disk at all.
    const isOnDisk = !root.stdout.trim().startsWith('0:');
    expect(held.length > 0).toBe(isOnDisk);
    for (const drive of held) expect(codes(drive)).toContain('drive-holds-system');
  });

  test('offers a practice stick that need not exist yet, last', async () => {
    const practiceFile = path.join(folder, 'practice.img');
    const before = (await listed({ loops: false, practiceFile })).at(-1);
    expect(before).toMatchObject({ kind: 'file', path: practiceFile, bytes: 0, refusals: [] });
    await writeFile(practiceFile, 'x'.repeat(1000));
    const after = (await listed({ loops: false, practiceFile })).at(-1);
    expect(after).toMatchObject({ kind: 'file', bytes: 1000, refusals: [] });
    expect(after?.id).toBe(before?.id);
  });
});

describe.skipIf(noLoops !== null)(`loop devices (${noLoops ?? 'real'})`, () => {
  test('are listed only where they count, and measured against the image', async () => {
    const loop = await traces.loop(77, folder, 8 * mebi);
    const image = await traces.image(folder, 9 * mebi);
    const find = (drives: Drive[]) => drives.find((drive) => drive.path === loop.path);
    expect(find(await listed({ loops: false }))).toBeUndefined();
    const found = find(await listed({ loops: true }));
    expect(found).toMatchObject({ kind: 'loop', bytes: 8 * mebi, model: 'loop77.img', refusals: [] });
    expect(codes(find(await listed({ loops: true, image })))).toEqual(['drive-too-small']);
  });

  test('show what is on them, at any depth, with names that can not deceive', async () => {
    const loop = await traces.loop(77, folder, 64 * mebi, ['-P']);
    const partition = await makePartition(loop, traces);
    await traces.mount(partition, '/media/nixburn\u202eflash');
    const { volumes, refusals } = await target(loop.path);
    expect(volumes).toMatchObject([{ path: partition, mountPoints: ['/media/nixburn<U+202E>flash'] }]);
    expect(refusals).toEqual([]);
  });

  test('get another id when another one takes the same path', async () => {
    const loop = await traces.loop(77, folder, 8 * mebi);
    const before = await target(loop.path);
    expect((await target(loop.path)).id).toBe(before.id);
    await run('losetup', ['-d', loop.path]);
    await run('losetup', [loop.path, loop.file]);
    expect((await target(loop.path)).id).not.toBe(before.id);
  });

  test('are watched: told at once, and then at every change, until stopped', async () => {
    const abort = new AbortController();
    const watch = watchDrives({ loops: true }, abort.signal);
    const has = async () => {
      const next = await watch.next();
      return !next.done && next.value.drives.some((drive) => drive.path === '/dev/loop78');
    };
    expect(await has()).toBe(false);
    const loop = await traces.loop(78, folder, mebi);
    while (!(await has()));
    await run('losetup', ['-d', loop.path]);
    while (await has());
    abort.abort();
    expect(await watch.next()).toEqual({ done: true, value: { ok: true, value: null } });
    await run('losetup', [loop.path, loop.file]);
  });
});

describe('a path', () => {
  test.skipIf(noLoops !== null)('through a link means the drive itself', async () => {
    const loop = await traces.loop(77, folder, mebi);
    const pointer = path.join(folder, 'by-id');
    await symlink(loop.path, pointer);
    expect((await target(pointer)).path).toBe(loop.path);
  });

  test.skipIf(noLoops !== null)('to a partition is refused in favour of the drive', async () => {
    const loop = await traces.loop(77, folder, 64 * mebi, ['-P']);
    expect(codes(await target(await makePartition(loop, traces)))).toEqual(['drive-is-partition']);
  });

  test('to a file through linked folders means the file where it really is', async () => {
    await mkdir(path.join(folder, 'real'));
    await symlink('real', path.join(folder, 'linked'));
    const { path: found, kind } = await target(path.join(folder, 'linked', 'stick.img'));
    expect({ found, kind }).toEqual({ found: path.join(folder, 'real', 'stick.img'), kind: 'file' });
  });

  test.each([
    ['a folder', '.', 'target-is-directory'],
    ['a character device', '/dev/null', 'target-not-a-drive'],
    ['a drive that is not plugged in', '/dev/nixburn-no-such-drive', 'drive-not-found'],
    ['a file in a folder that does not exist', 'missing/stick.img', 'target-unreachable'],
    ['something below a file', 'file/stick.img', 'target-unreachable'],
    ['a link to nowhere', 'dangling', 'drive-not-found'],
    ['a folder that does not exist', 'new/', 'target-unreachable'],
  ])('to %s is told apart', async (_, place, code) => {
    await writeFile(path.join(folder, 'file'), '');
    await symlink('nowhere', path.join(folder, 'dangling'));
    const given = place.startsWith('/') ? place : `${folder}/${place}`;
    const found = await targetDrive(given);
    expect(found).toMatchObject({ ok: false, problem: { code } });
  });

  test('to a file leaves that file alone', async () => {
    const file = path.join(folder, 'stick.img');
    await writeFile(file, 'as it was');
    await target(file);
    expect(await readFile(file, 'utf8')).toBe('as it was');
  });
});
