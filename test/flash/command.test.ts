/** `nixburn write` on real block devices: what must be spared is refused with exit status 3 before the first byte, and a stick is not. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Problem } from '../../src/shared/problem.ts';
import { makeHome, runCommand, type Home } from '../contract/program.ts';
import {
  bytesAt,
  differsAt,
  makePartition,
  mounted,
  noLoops,
  run,
  Traces,
  untouched,
  type Loop,
} from './loop.ts';
import { sha256Of } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let home: Home;
let image: string;

beforeEach(async () => {
  home = await makeHome();
  traces.undoLater(() => home.remove());
  const contents = path.join(home.folder, 'contents');
  await mkdir(contents);
  await writeFile(path.join(contents, 'readme'), 'an image that does not boot'.repeat(10_000));
  image = path.join(home.folder, 'a.iso');
  await promisify(execFile)('xorriso', ['-as', 'mkisofs', '-V', 'PRACTICE', '-o', image, contents]);
});
afterEach(() => traces.undoAll());

async function hashOf({ file }: Loop): Promise<string> {
  await run('sync', []);
  return sha256Of(file);
}

/** Writes with `--yes`, which overrides no rule, and checks that nothing of the drive has changed. */
async function refusalOf(loop: Loop, file = image): Promise<Problem> {
  const before = await hashOf(loop);
  const { exit, stdout } = await runCommand(home, ['write', file, '--to', loop.path, '--yes', '--json']);
  expect(await hashOf(loop)).toBe(before);
  expect(exit, stdout).toBe(3);
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { kind: string; problem: Problem };
  expect(last.kind).toBe('failed');
  return last.problem;
}

describe.skipIf(noLoops !== null)(`nixburn write --yes (${noLoops ?? 'real loop devices'})`, () => {
  test('refuses a drive with a partition mounted at a place of the system', async () => {
    const loop = await traces.loop(90, home.folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/var/nixburn-flash-command', untouched);
    const found = await refusalOf(loop);
    expect(found.code).toBe('drive-holds-system');
    expect(found.detail).toContain('/var/nixburn-flash-command');
    expect(await mounted(['/var/nixburn-flash-command'])).toHaveLength(1);
  });

  test('refuses a drive with a place of the system three levels down', async () => {
    const loop = await traces.loop(91, home.folder, 64 * mebi, ['-P']);
    const partition = await makePartition(loop, traces);
    await traces.mount(partition, '/media/nixburn-flash-outer');
    const file = '/media/nixburn-flash-outer/inner.img';
    await writeFile(file, '');
    await truncate(file, 16 * mebi);
    await run('mkfs.ext4', ['-q', file]);
    // So that neither a late initialisation nor what still waits to be stored changes what is compared.
    await run('mount', ['-o', 'remount,ro', '/media/nixburn-flash-outer']);
    // A loop device on a file on a partition: no table of devices connects the two.
    const inner = await traces.loopOn(92, file, ['-r']);
    await traces.mount(inner.path, '/srv/nixburn-flash-inner', ['-r']);
    const outer = await refusalOf(loop);
    expect(outer.code).toBe('drive-holds-system');
    expect(outer.detail).toContain('/srv/nixburn-flash-inner');
  });

  test('refuses the drive that holds the image', async () => {
    const loop = await traces.loop(93, home.folder, 64 * mebi);
    await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(loop.path, '/media/nixburn-flash-command');
    const copy = '/media/nixburn-flash-command/a.iso';
    await writeFile(copy, await readFile(image));
    // So that neither access times nor a late initialisation change what is compared.
    await run('mount', ['-o', 'remount,ro', '/media/nixburn-flash-command']);
    expect((await refusalOf(loop, copy)).code).toBe('drive-holds-image');
    expect(await mounted(['/media/nixburn-flash-command'])).toHaveLength(1);
  });

  test.each(['/media/nixburn-flash-stick', '/run/media/nixburn-flash-stick'])(
    'unmounts a stick that the desktop mounted at %s, and writes it',
    async (mountPoint) => {
      const loop = await traces.loop(94, home.folder, 64 * mebi, ['-P']);
      await traces.mount(await makePartition(loop, traces), mountPoint);
      const { exit, stderr } = await runCommand(home, ['write', image, '--to', loop.path, '--yes']);
      expect(exit, stderr).toBe(0);
      expect(await mounted([mountPoint])).toEqual([]);
      const wanted = await readFile(image);
      expect(differsAt(await bytesAt(loop.path, 0, wanted.length), wanted)).toBeNull();
    },
  );
});
