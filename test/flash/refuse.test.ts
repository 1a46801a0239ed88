/** The writer itself refuses what must not be written, whatever it was ordered, and changes not one byte then. */
import { appendFile, copyFile, link as addName, truncate } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Problem } from '../../src/shared/problem.ts';
import type { Order } from '../../src/writer/order.ts';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { makePartition, mounted, noLoops, run, Traces, untouched, type Loop } from './loop.ts';
import { makeOrder, sha256Of, WriterRun } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let writer: BuiltWriter;
let folder: string;
let image: string;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  folder = await traces.folder();
  image = await traces.image(folder, 4 * mebi);
});
afterEach(() => traces.undoAll());

/** Gives the order, and checks that the file behind the drive is what it was. */
async function refusalOf(order: Order, loop: Loop): Promise<Problem> {
  await run('sync', []);
  const before = await sha256Of(loop.file);
  const writing = new WriterRun(writer.path, order);
  const found = await writing.problem();
  expect(await writing.ended).toBe(1);
  expect(writing.phases).not.toContain('write');
  await run('sync', []);
  expect(await sha256Of(loop.file)).toBe(before);
  return found;
}

describe.skipIf(noLoops !== null)(`the writer refuses (${noLoops ?? 'real loop devices'})`, () => {
  test('a drive that is too small, before the first byte', async () => {
    const loop = await traces.loop(50, folder, 4 * mebi - 512);
    expect(await refusalOf(await makeOrder('write', image, loop.path), loop)).toMatchObject({
      code: 'drive-too-small',
    });
  });

  test('a drive that is read-only', async () => {
    const source = await traces.image(folder, 8 * mebi);
    const loop = await traces.loopOn(50, source, ['--read-only']);
    expect(await refusalOf(await makeOrder('write', image, loop.path), loop)).toMatchObject({
      code: 'drive-read-only',
    });
  });

  test.each(['/srv/nixburn-flash-test', '/var/nixburn-flash-test'])(
    'a drive with a partition mounted at %s',
    async (mountPoint) => {
      const loop = await traces.loop(51, folder, 64 * mebi, ['-P']);
      const partition = await makePartition(loop, traces);
      const order = await makeOrder('write', image, loop.path);
      await traces.mount(partition, mountPoint, untouched);
      const found = await refusalOf(order, loop);
      expect(found.code).toBe('drive-holds-system');
      expect(found.detail).toContain(mountPoint);
      expect(await mounted([mountPoint])).toEqual([mountPoint]);
    },
  );

  test('a drive that is mounted at a place where no stick belongs', async () => {
    const loop = await traces.loop(51, folder, 64 * mebi);
    await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(loop.path, '/nixburn-flash-test', untouched);
    const order = await makeOrder('write', image, loop.path);
    const found = await refusalOf(order, loop);
    expect(found.code).toBe('drive-in-use');
    expect(found.detail).toContain('/nixburn-flash-test');
  });

  test('a drive that shows up a second time at a system place by a bind mount', async () => {
    const loop = await traces.loop(51, folder, 64 * mebi);
    await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(loop.path, '/mnt/nixburn-flash-test', untouched);
    await run('mkdir', ['-p', '/opt/nixburn-flash-test']);
    traces.undoLater(() => run('rmdir', ['/opt/nixburn-flash-test']));
    await run('mount', ['--bind', '/mnt/nixburn-flash-test', '/opt/nixburn-flash-test']);
    traces.undoLater(() => run('umount', ['/opt/nixburn-flash-test']));
    const order = await makeOrder('write', image, loop.path);
    expect(await refusalOf(order, loop)).toMatchObject({ code: 'drive-holds-system' });
    expect(await mounted(['/mnt/nixburn-flash-test'])).toHaveLength(1);
  });

  test('a drive that is swapped to', async () => {
    const loop = await traces.loop(52, folder, 16 * mebi);
    await run('mkswap', [loop.path]);
    const order = await makeOrder('write', image, loop.path);
    await run('swapon', [loop.path]);
    traces.undoLater(() => run('swapoff', [loop.path]));
    expect(await refusalOf(order, loop)).toMatchObject({ code: 'drive-holds-swap' });
  });

  test('the drive that holds the image', async () => {
    const loop = await traces.loop(53, folder, 64 * mebi);
    await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(loop.path, '/media/nixburn-flash-image');
    const there = '/media/nixburn-flash-image/nixos.iso';
    await copyFile(image, there);
    await run('mount', ['-o', 'remount,ro', '/media/nixburn-flash-image']);
    expect(await refusalOf(await makeOrder('write', there, loop.path), loop)).toMatchObject({
      code: 'drive-holds-image',
    });
    expect(await mounted(['/media/nixburn-flash-image'])).toHaveLength(1);
  });

  test('a loop device that is made of the image', async () => {
    const loop = await traces.loopOn(53, image);
    expect(await refusalOf(await makeOrder('write', image, loop.path), loop)).toMatchObject({
      code: 'drive-holds-image',
    });
  });

  test('the file inside a loop device', async () => {
    const loop = await traces.loop(53, folder, 8 * mebi);
    expect(await refusalOf(await makeOrder('write', image, loop.file), loop)).toMatchObject({
      code: 'drive-in-use',
    });
  });

  test.each([
    ['another name of it', (file: string, other: string) => addName(file, other)],
    [
      'a mount of it elsewhere',
      async (file: string, other: string) => {
        await appendFile(other, '');
        await run('mount', ['--bind', file, other]);
        traces.undoLater(() => run('umount', [other]));
      },
    ],
  ])('the file inside a loop device, named by %s', async (_, reach) => {
    const loop = await traces.loop(53, folder, 8 * mebi);
    const other = path.join(folder, 'other-name.img');
    await reach(loop.file, other);
    expect(await refusalOf(await makeOrder('write', image, other), loop)).toMatchObject({
      code: 'drive-in-use',
    });
  });

  test('a partition in the place of a drive', async () => {
    const loop = await traces.loop(54, folder, 64 * mebi, ['-P']);
    const partition = await makePartition(loop, traces);
    expect(await refusalOf(await makeOrder('write', image, partition), loop)).toMatchObject({
      code: 'drive-is-partition',
    });
    expect(await refusalOf(await makeOrder('verify', image, partition), loop)).toMatchObject({
      code: 'drive-is-partition',
    });
  });

  test.each([
    ['serial number', { serial: '4C530001' }],
    ['size', { bytes: 12345 }],
    ['running number, which a drive gets when it is plugged in', { diskSequence: '1' }],
  ])('a drive with another %s than the chosen one', async (_, other) => {
    const loop = await traces.loop(55, folder, 16 * mebi);
    const order = await makeOrder('write', image, loop.path);
    const targets = [{ ...order.targets[0], ...other }] as Order['targets'];
    expect(await refusalOf({ ...order, targets }, loop)).toMatchObject({ code: 'drive-changed' });
  });

  test('another drive that took the name of the chosen one', async () => {
    const first = await traces.loop(55, folder, 16 * mebi);
    const order = await makeOrder('write', image, first.path);
    await run('losetup', ['-d', first.path]);
    const second = await traces.image(folder, 16 * mebi);
    await run('losetup', [first.path, second]);
    expect(await refusalOf(order, { ...first, file: second })).toMatchObject({ code: 'drive-changed' });
  });

  test('a drive under a name that is only a link to it', async () => {
    const loop = await traces.loop(55, folder, 16 * mebi);
    const order = await makeOrder('write', image, loop.path);
    const link = path.join(folder, 'link');
    await run('ln', ['-s', loop.path, link]);
    const targets = [{ ...order.targets[0], path: link }] as Order['targets'];
    expect(await refusalOf({ ...order, targets }, loop)).toMatchObject({ code: 'drive-changed' });
  });

  test('an image that is not the one of the order: shorter, longer, gone, or no file', async () => {
    const loop = await traces.loop(56, folder, 16 * mebi);
    const order = await makeOrder('write', image, loop.path);
    await truncate(image, 3 * mebi);
    expect(await refusalOf(order, loop)).toMatchObject({ code: 'image-truncated' });
    await truncate(image, 4 * mebi);
    await appendFile(image, 'x');
    expect(await refusalOf(order, loop)).toMatchObject({ code: 'image-changed' });
    for (const [file, code] of [
      [folder, 'image-not-a-file'],
      ['/dev/zero', 'image-not-a-file'],
      [`${image}.gone`, 'image-unreadable'],
    ] as const) {
      const other = { ...order, image: { ...order.image, path: file } };
      expect(await refusalOf(other, loop)).toMatchObject({ code });
    }
  });

  test('a drive that another program holds, after trying for five seconds, and names the program', async () => {
    const loop = await traces.loop(57, folder, 16 * mebi);
    const order = await makeOrder('write', image, loop.path);
    // O_EXCL is what a mount, mkfs or another writer takes.
    const code = `require('fs').openSync('${loop.path}', 0x80 | 2); console.log('held'); setInterval(() => {}, 1000)`;
    const holder = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    traces.undoLater(() => holder.kill());
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const begun = performance.now();
    const found = await refusalOf(order, loop);
    expect(found.code).toBe('drive-busy');
    // Not for a second more than that, were the machine not busy with other tests.
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(found.detail).toContain(`(${holder.pid})`);
  });

  test('changes that reach beyond the image', async () => {
    const loop = await traces.loop(56, folder, 16 * mebi);
    const patches = [{ offset: 4 * mebi - 1, base64: Buffer.from('xy').toString('base64') }];
    expect(await refusalOf(await makeOrder('write', image, loop.path, { patches }), loop)).toMatchObject({
      code: 'order-unusable',
    });
  });

  test('a kind of target that is not what is there', async () => {
    const loop = await traces.loop(56, folder, 16 * mebi);
    const order = await makeOrder('write', image, loop.path);
    expect(await refusalOf({ ...order, targets: [{ kind: 'file', path: loop.path }] }, loop)).toMatchObject({
      code: 'drive-changed',
    });
  });
});
