/** `nixburn restore`, `save` and `eject` on real block devices: what is asked, what is refused, and what is there afterwards. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Problem } from '../../src/shared/problem.ts';
import { makeHome, runCommand, runOnTerminal, startCommand, type Home } from '../contract/program.ts';
import { differsAt, makePartition, mounted, noLoops, run, Traces, untouched, type Loop } from './loop.ts';
import { sha256Of } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let home: Home;

beforeEach(async () => {
  home = await makeHome();
  traces.undoLater(() => home.remove());
});
afterEach(() => traces.undoAll());

const nixburn = (...args: string[]) => runCommand(home, args);
const at = (name: string) => path.join(home.folder, name);
const lastOf = (stdout: string) =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { kind: string; problem?: Problem } & object;

/** A stick that holds something at both ends, and zeros between. */
async function usedStick(number: number, args: string[] = []): Promise<Loop> {
  const file = at(`loop${number}.img`);
  const content = Buffer.alloc(64 * mebi);
  randomBytes(3 * mebi).copy(content);
  randomBytes(mebi).copy(content, 63 * mebi);
  await writeFile(file, content);
  return traces.loopOn(number, file, args);
}

async function hashOf({ file }: Loop): Promise<string> {
  await run('sync', []);
  return sha256Of(file);
}

const onTerminal = (args: string[], typed: string) => runOnTerminal(home, args.join(' '), typed);

describe.skipIf(noLoops !== null)(`nixburn restore (${noLoops ?? 'real loop devices'})`, () => {
  test('makes an ordinary stick with that label, and says so', async () => {
    const loop = await usedStick(64, ['-P']);
    const { exit, stdout } = await nixburn('restore', loop.path, '--label', 'photos', '--yes');
    expect([exit, stdout]).toEqual([
      0,
      `${loop.path} is an ordinary stick again, empty and called PHOTOS.\n`,
    ]);
    await run('addpart', [loop.path, '1', '2048', String(63 * 2048)]);
    traces.undoLater(() => run('delpart', [loop.path, '1']).catch(() => undefined));
    await run('/sbin/fsck.vfat', ['-n', `${loop.path}p1`]);
    const probed = await run('/sbin/blkid', ['--probe', '--output', 'export', `${loop.path}p1`]);
    expect(probed.stdout).toMatch(/^LABEL=PHOTOS$/m);
  });

  test('asks for the name of the drive first, and does nothing where another is given or nobody can be asked', async () => {
    const loop = await usedStick(64);
    const before = await hashOf(loop);
    const silent = await nixburn('restore', loop.path, '--json');
    expect(silent.exit).toBe(3);
    expect(lastOf(silent.stdout)).toMatchObject({ kind: 'failed', problem: { code: 'write-not-confirmed' } });
    const wrong = await onTerminal(['restore', loop.path], 'yes\r');
    expect(wrong.screen).toContain(`This erases everything on loop64.img at ${loop.path}`);
    expect(wrong.exit).toBe(3);
    expect((await onTerminal(['restore', loop.path], '\x03')).exit).toBe(130);
    expect(await hashOf(loop)).toBe(before);
    const right = await onTerminal(['restore', loop.path], `${loop.path}\r`);
    expect([right.exit, right.screen]).toEqual([0, expect.stringContaining('called STICK')]);
    expect(await hashOf(loop)).not.toBe(before);
  });

  test('spares what the system needs, with --yes too', async () => {
    const loop = await traces.loop(64, home.folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/srv/nixburn-flash-restore-command', untouched);
    const before = await hashOf(loop);
    const { exit, stdout } = await nixburn('restore', loop.path, '--yes', '--json');
    expect(exit).toBe(3);
    expect(lastOf(stdout)).toMatchObject({ kind: 'failed', problem: { code: 'drive-holds-system' } });
    expect(await hashOf(loop)).toBe(before);
  });
});

describe.skipIf(noLoops !== null)(`nixburn save (${noLoops ?? 'real loop devices'})`, () => {
  test('keeps every byte of a stick in a file, and changes none of them', async () => {
    const loop = await usedStick(65);
    const before = await readFile(loop.file);
    const { exit, stdout } = await nixburn('save', loop.path, '--out', 'kept.img');
    expect([exit, stdout]).toEqual([
      0,
      `kept.img: 67.1 MB of ${loop.path}\nSHA-256 ${await sha256Of(loop.path)}\n`,
    ]);
    expect(differsAt(await readFile(at('kept.img')), before)).toBeNull();
    expect(differsAt(await readFile(loop.file), before)).toBeNull();
    expect((await stat(at('kept.img'))).mode & 0o777).toBe(0o600);
  });

  test('never puts the file on the very drive', async () => {
    const loop = await traces.loop(65, home.folder, 64 * mebi, ['-P']);
    const place = '/media/nixburn-flash-save-command';
    await traces.mount(await makePartition(loop, traces), place);
    const { exit, stderr } = await nixburn('save', loop.path, '--out', `${place}/x.img`);
    expect([exit, stderr]).toEqual([3, expect.stringContaining('It can not hold itself.')]);
    await expect(stat(`${place}/x.img`)).rejects.toThrow('ENOENT');
    expect(await mounted([place])).toEqual([place]);
  });

  test('leaves a file that is there as it is, and none where it was cancelled', async () => {
    const loop = await usedStick(65);
    await writeFile(at('mine'), 'precious');
    expect((await nixburn('save', loop.path, '--out', 'mine')).exit).toBe(2);
    expect(await readFile(at('mine'), 'utf8')).toBe('precious');
    const { child, output, ended } = startCommand(home, ['save', loop.path, '--out', 'half.img', '--json']);
    while (!output.stdout.includes('"phase":"verify"')) await once(child.stdout!, 'data');
    child.kill('SIGINT');
    // A small drive may have been read to its end by then; what there is then is all of it.
    const { exit } = await ended;
    const left = await stat(at('half.img')).catch(() => null);
    expect([exit, left?.size]).toEqual(exit === 0 ? [0, 64 * mebi] : [130, undefined]);
  });
});

describe.skipIf(noLoops !== null)(`nixburn eject (${noLoops ?? 'real loop devices'})`, () => {
  test('unmounts the stick and says that it can be pulled out', async () => {
    const loop = await traces.loop(66, home.folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/media/nixburn-flash-eject-command');
    await writeFile('/media/nixburn-flash-eject-command/hello', 'hello');
    const { exit, stdout } = await nixburn('eject', loop.path);
    expect([exit, stdout]).toEqual([0, `${loop.path}: you can pull it out now.\n`]);
    expect(await mounted(['/media/nixburn-flash-eject-command'])).toEqual([]);
  });

  test('says what keeps it where something is still open there', async () => {
    const loop = await traces.loop(66, home.folder, 64 * mebi, ['-P']);
    const place = '/media/nixburn-flash-eject-command';
    await traces.mount(await makePartition(loop, traces), place);
    const sitting = spawn('sleep', ['60'], { cwd: place });
    traces.undoLater(() => sitting.kill());
    await once(sitting, 'spawn');
    const { exit, stdout } = await nixburn('eject', loop.path, '--json');
    sitting.kill();
    await once(sitting, 'close');
    expect(exit).toBe(1);
    expect(lastOf(stdout)).toMatchObject({
      kind: 'failed',
      problem: { code: 'drive-busy', detail: expect.stringContaining(`sleep (${sitting.pid})`) },
    });
    expect(await mounted([place])).toEqual([place]);
  });
});

test('A file and what is no drive at all is refused with exit status 2', async () => {
  await writeFile(at('stick.img'), 'precious');
  await mkdir(at('folder'));
  for (const args of [
    ['restore', 'stick.img', '--yes'],
    ['save', 'stick.img', '--out', 'kept.img'],
    ['eject', 'stick.img'],
    ['restore', 'folder', '--yes'],
    ['eject', '/dev/nixburn-none'],
    ['save', '/dev/null', '--out', 'kept.img'],
    ['save', 'stick.img'],
    ['restore', 'stick.img', '--label', 'no good', '--yes'],
  ]) {
    const { exit, stdout, stderr } = await nixburn(...args);
    expect({ args, exit, stdout }).toEqual({ args, exit: 2, stdout: '' });
    expect(stderr).toMatch(/^nixburn: [^\n]+\.\n/);
  }
  expect(await readFile(at('stick.img'), 'utf8')).toBe('precious');
  await expect(stat(at('kept.img'))).rejects.toThrow('ENOENT');
});
