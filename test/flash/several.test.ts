/** Several sticks at once: one order, one image that is read once, and an end for each that depends on none of the others. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/writer/order.ts';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { noFaults, plugIn } from './faulty-drive.ts';
import { bytesAt, differsAt, makePartition, mounted, run, Traces, untouched } from './loop.ts';
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
  image = await traces.image(folder, 24 * mebi);
});
afterEach(() => traces.undoAll());

async function start(targets: string[], action: 'write' | 'verify' = 'write'): Promise<WriterRun> {
  const started = new WriterRun(writer.path, await makeOrder(action, image, targets));
  traces.undoLater(() => started.child.kill('SIGKILL'));
  return started;
}

async function holdsImage(place: string): Promise<boolean> {
  const wanted = await readFile(image);
  return differsAt(await bytesAt(place, 0, wanted.length), wanted) === null;
}

function isAbout(target: number, phase: string, answer: Answer): boolean {
  return answer.kind === 'phase' && answer.target === target && answer.phase === phase;
}

const proved = expect.objectContaining({ bytesVerified: 24 * mebi, repairs: 0 }) as unknown;

describe.skipIf(noFaults !== null)(`several targets (${noFaults ?? 'real'})`, () => {
  test('are all written and read back, drives and files, and told apart', async () => {
    const one = await traces.loop(80, folder, 32 * mebi);
    const other = await traces.loop(81, folder, 40 * mebi);
    const file = path.join(folder, 'stick.img');
    const places = [one.path, file, other.path];
    const writing = await start(places);
    expect(await writing.ends()).toEqual([proved, proved, proved]);
    expect(await writing.ended).toBe(0);
    for (const place of places) expect(await holdsImage(place)).toBe(true);
    for (const target of [0, 1, 2])
      expect(writing.answers.filter((answer) => isAbout(target, 'verify', answer))).toHaveLength(1);
    const verifying = await start(places, 'verify');
    expect(await verifying.ends()).toEqual([proved, proved, proved]);
  });

  test('of which one fails leave the others as they are', async () => {
    const good = await traces.loop(80, folder, 32 * mebi);
    const bad = await plugIn(traces, folder, 82, 32 * mebi);
    bad.faults.fail = { on: 'write', at: 9 * mebi };
    const writing = await start([bad.path, good.path]);
    expect(await writing.ends()).toEqual(['drive-write-failed', proved]);
    expect(await writing.ended).toBe(1);
    expect(await holdsImage(good.path)).toBe(true);
    expect(differsAt(bad.bytes.subarray(0, mebi), Buffer.alloc(mebi))).toBeNull();
  });

  test('of which a rule forbids one leave that one alone', async () => {
    const good = await traces.loop(80, folder, 32 * mebi);
    const forbidden = await traces.loop(81, folder, 64 * mebi, ['-P']);
    const partition = await makePartition(forbidden, traces);
    await traces.mount(partition, '/srv/nixburn-flash-several', untouched);
    await run('sync', []);
    const before = await readFile(forbidden.file);
    const writing = await start([forbidden.path, good.path]);
    expect(await writing.ends()).toEqual(['drive-holds-system', proved]);
    expect(differsAt(await readFile(forbidden.file), before)).toBeNull();
    expect(await mounted(['/srv/nixburn-flash-several'])).toHaveLength(1);
  });

  test('of which one does not answer let the others end', async () => {
    const stuck = await plugIn(traces, folder, 82, 32 * mebi);
    const good = await traces.loop(80, folder, 32 * mebi);
    stuck.faults.slow = 400;
    const writing = await start([stuck.path, good.path]);
    const done = await writing.next((answer) => answer.kind === 'done' && answer.target === 1);
    expect(done.kind).toBe('done');
    expect(writing.answers.some((answer) => isAbout(0, 'verify', answer))).toBe(false);
    expect(await holdsImage(good.path)).toBe(true);
    writing.cancel();
    expect(await writing.ends()).toEqual(['cancelled', proved]);
  });

  test('are all cancelled at once', async () => {
    const drives = [await plugIn(traces, folder, 82, 32 * mebi), await plugIn(traces, folder, 83, 32 * mebi)];
    for (const drive of drives) drive.faults.slow = 60;
    const writing = await start(drives.map((drive) => drive.path));
    await writing.next((answer) => answer.kind === 'progress' && answer.bytes > 2 * mebi);
    writing.cancel();
    expect(await writing.ends()).toEqual(['cancelled', 'cancelled']);
    expect(await writing.ended).toBe(130);
    for (const drive of drives)
      expect(differsAt(drive.bytes.subarray(0, mebi), Buffer.alloc(mebi))).toBeNull();
  });

  test('cost no more reading of the image than one', async () => {
    const source = await plugIn(traces, folder, 82, 24 * mebi);
    (await readFile(image)).copy(source.bytes);
    const bytesRead = async (targets: string[]) => {
      const order = await makeOrder('write', source.file, targets);
      source.reads.length = 0;
      const writing = new WriterRun(writer.path, order);
      expect((await writing.ends()).every((end) => typeof end === 'object')).toBe(true);
      const read = source.reads.reduce((sum, [, length]) => sum + length, 0);
      for (const target of targets) await rm(target);
      return read / mebi;
    };
    // Once to write, once to compare, once for its checksum.
    const alone = await bytesRead([path.join(folder, 'a.img')]);
    expect(alone).toBeLessThan(3.1 * 24);
    const together = await bytesRead(['b.img', 'c.img', 'd.img'].map((name) => path.join(folder, name)));
    expect(together).toBeLessThan(1.5 * alone);
  });

  test('of which two are the same are refused before anything is done', async () => {
    const loop = await traces.loop(80, folder, 32 * mebi);
    const writing = await start([loop.path, loop.path]);
    expect(await writing.problem()).toMatchObject({ code: 'order-unusable' });
    expect(differsAt(await readFile(loop.file), Buffer.alloc(32 * mebi))).toBeNull();
  });
});
