/** What the desktop mounted from a stick is unmounted before writing: exactly that, and nothing that merely looks alike. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { bytesAt, differsAt, makePartition, mounted, noLoops, run, Traces } from './loop.ts';
import { makeOrder, WriterRun } from './writer-run.ts';

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

describe.skipIf(noLoops !== null)(`before writing (${noLoops ?? 'real loop devices'})`, () => {
  test.each(['/media/nixburn flash', '/run/media/nixburn-flash', '/mnt/nixburn-flash'])(
    'a partition mounted at %s is unmounted, and the stick is written',
    async (mountPoint) => {
      const loop = await traces.loop(71, folder, 64 * mebi, ['-P']);
      await traces.mount(await makePartition(loop, traces), mountPoint);
      const order = await makeOrder('write', image, loop.path);
      await new WriterRun(writer.path, order).done();
      expect(await mounted([mountPoint])).toEqual([]);
      expect(differsAt(await bytesAt(loop.path, 0, 4 * mebi), await readFile(image))).toBeNull();
    },
  );

  test('only loop71 is unmounted, not loop710', async () => {
    const one = await traces.loop(71, folder, 32 * mebi);
    const other = await traces.loop(710, folder, 32 * mebi);
    for (const loop of [one, other]) await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(one.path, '/media/nixburn-flash-71');
    await traces.mount(other.path, '/media/nixburn-flash-710');
    await new WriterRun(writer.path, await makeOrder('write', image, one.path)).done();
    const places = ['/media/nixburn-flash-71', '/media/nixburn-flash-710'];
    expect(await mounted(places)).toEqual(['/media/nixburn-flash-710']);
  });

  test('a stick that is mounted twice, one mount inside the other, is freed of both', async () => {
    const loop = await traces.loop(72, folder, 32 * mebi);
    await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(loop.path, '/media/nixburn-flash-a');
    await run('mkdir', ['/media/nixburn-flash-a/inner']);
    await traces.mount(loop.path, '/media/nixburn-flash-b');
    await run('mount', [loop.path, '/media/nixburn-flash-a/inner']);
    traces.undoLater(() => run('umount', ['/media/nixburn-flash-a/inner']).catch(() => undefined));
    await new WriterRun(writer.path, await makeOrder('write', image, loop.path)).done();
    const places = ['/media/nixburn-flash-a', '/media/nixburn-flash-b', '/media/nixburn-flash-a/inner'];
    expect(await mounted(places)).toEqual([]);
  });

  test('a program with a file open there is named at once, and nothing is written', async () => {
    const loop = await traces.loop(73, folder, 32 * mebi);
    await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(loop.path, '/media/nixburn-flash-busy');
    const code = "process.chdir('/media/nixburn-flash-busy'); console.log('in'); setInterval(() => {}, 1000)";
    const holder = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = new Promise((resolve) => holder.once('close', resolve));
    traces.undoLater(async () => {
      holder.kill();
      await gone;
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const begun = performance.now();
    const writing = new WriterRun(writer.path, await makeOrder('write', image, loop.path));
    const problem = await writing.problem();
    expect(problem).toMatchObject({ code: 'drive-busy' });
    expect(problem.detail).toContain(`(${holder.pid})`);
    // At once; but the machine may be busy.
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(writing.phases).toEqual(['check', 'unmount']);
    expect(await mounted(['/media/nixburn-flash-busy'])).toHaveLength(1);
  });

  test('verifying unmounts nothing', async () => {
    const loop = await traces.loop(74, folder, 32 * mebi);
    await run('mkfs.ext4', ['-q', loop.path]);
    await traces.mount(loop.path, '/media/nixburn-flash-v');
    const verifying = new WriterRun(writer.path, await makeOrder('verify', image, loop.path));
    expect(await verifying.problem()).toMatchObject({ code: 'stick-differs' });
    expect(await mounted(['/media/nixburn-flash-v'])).toHaveLength(1);
  });
});
