/** Drives that lie, forget, fail and dawdle: the writer notices, mends what can be mended, and names the rest. */
import { open, readFile, truncate } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { noFaults, plugIn, type FaultyDrive } from './faulty-drive.ts';
import { differsAt, Traces } from './loop.ts';
import { makeOrder, WriterRun } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let writer: BuiltWriter;
let folder: string;
let image: string;
let drive: FaultyDrive;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  if (noFaults !== null) return;
  folder = await traces.folder();
  image = await traces.image(folder, 24 * mebi);
  drive = await plugIn(traces, folder, 60, 64 * mebi);
});
afterEach(() => traces.undoAll());

async function start(action: 'write' | 'verify' = 'write'): Promise<WriterRun> {
  const run = new WriterRun(writer.path, await makeOrder(action, image, drive.path));
  traces.undoLater(() => run.child.kill('SIGKILL'));
  return run;
}

/** Waits until some of the bytes of that phase are through. */
async function midway(run: WriterRun, phase: string): Promise<void> {
  await run.next(
    (answer) => answer.kind === 'progress' && answer.phase === phase && answer.bytes >= 3 * mebi,
  );
}

/** Whether there is anything that could boot: the boot sector, or the volume descriptor of an ISO. */
async function hasHead(): Promise<boolean> {
  const wanted = await readFile(image);
  const places = [
    [0, 2048],
    [32768, 34816],
  ];
  return places.some(([from, to]) => drive.bytes.subarray(from, to).equals(wanted.subarray(from, to)));
}

describe.skipIf(noFaults !== null)(`a drive that (${noFaults ?? 'is emulated'})`, () => {
  test('does nothing wrong gets the image, its first part last', async () => {
    expect((await (await start()).done()).repairs).toBe(0);
    expect(differsAt(drive.bytes.subarray(0, 24 * mebi), await readFile(image))).toBeNull();
    const [position] = drive.writes.at(-1) ?? [];
    expect(position).toBeLessThan(mebi);
  });

  test.each([
    // Its first writing is that of zeros.
    ['in the first part', 5000, 1],
    ['in the middle', 11 * mebi + 5, 0],
    ['in the last byte', 24 * mebi - 1, 0],
  ])('stores a byte wrong once, %s, has that written again', async (_, at, skip) => {
    drive.faults.flip = { at, times: 1, skip };
    expect((await (await start()).done()).repairs).toBe(1);
    expect(drive.faults.flip.times).toBe(0);
    expect(differsAt(drive.bytes.subarray(0, 24 * mebi), await readFile(image))).toBeNull();
  });

  test('loses a byte between writing and reading back has that written again', async () => {
    drive.faults.slow = 60;
    const run = await start();
    await run.phase('flush');
    const at = 17 * mebi + 3;
    drive.bytes[at] = (drive.bytes[at] ?? 0) ^ 1;
    drive.faults.slow = 0;
    expect((await run.done()).repairs).toBe(1);
    expect(differsAt(drive.bytes.subarray(0, 24 * mebi), await readFile(image))).toBeNull();
  });

  test('stores a byte wrong every time is given up on, and the byte is named', async () => {
    const at = 11 * mebi + 5;
    drive.faults.flip = { at, times: Infinity };
    const problem = await (await start()).problem();
    expect(problem).toMatchObject({ code: 'stick-differs', raw: `first difference at byte ${at}` });
    expect(await hasHead()).toBe(false);
  });

  test('stores a byte of the first part wrong every time ends without that part', async () => {
    drive.faults.flip = { at: 5000, times: Infinity };
    const problem = await (await start()).problem();
    expect(problem).toMatchObject({ code: 'stick-differs', raw: 'first difference at byte 5000' });
    expect(await hasHead()).toBe(false);
  });

  test('keeps two places in one is found out although each of them can be mended', async () => {
    drive.faults.alias = { at: 20 * mebi, as: 9 * mebi, bytes: 65536 };
    const problem = await (await start()).problem();
    expect(problem).toMatchObject({ code: 'stick-differs', raw: `first difference at byte ${9 * mebi}` });
    expect(await hasHead()).toBe(false);
  });

  test.each([0, 4096, 700 * 1024])(
    'keeps a place together with one of the first part, at byte %i, is found out before that is written',
    async (as) => {
      drive.faults.alias = { at: 20 * mebi, as, bytes: 65536 };
      const problem = await (await start()).problem();
      expect(problem).toMatchObject({ code: 'stick-differs', raw: `first difference at byte ${20 * mebi}` });
      expect(await hasHead()).toBe(false);
    },
  );

  test('wipes a byte of the first part wrong gets the image all the same', async () => {
    drive.faults.flip = { at: 5000, times: 1 };
    await (await start()).done();
    expect(differsAt(drive.bytes.subarray(0, 24 * mebi), await readFile(image))).toBeNull();
  });

  test.each([
    ['drop', 40],
    // Wrapping comes from address lines that are missing, hence a power of two.
    ['wrap', 32],
  ] as const)('claims more than it holds (%s) is found out at once', async (beyond, held) => {
    drive.faults.fake = { bytes: held * mebi, beyond };
    const run = await start();
    expect(await run.problem()).toMatchObject({ code: 'drive-fake-capacity' });
    expect(drive.writes.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(4 * mebi);
    expect(await hasHead()).toBe(false);
  });

  test('fails while it is written ends with the first error and its place', async () => {
    drive.faults.fail = { on: 'write', at: 12 * mebi + 77 };
    const problem = await (await start()).problem();
    expect(problem).toMatchObject({ code: 'drive-write-failed' });
    expect(problem.detail).toContain(`byte ${12 * mebi}`);
    expect(problem.raw).toContain('EIO');
    expect(await hasHead()).toBe(false);
  });

  test.each(['write', 'verify'] as const)(
    'fails while it is read (%s) ends with the first error',
    async (action) => {
      if (action === 'verify') await (await start()).done();
      drive.faults.fail = { on: 'read', at: 12 * mebi + 77 };
      const problem = await (await start(action)).problem();
      expect(problem).toMatchObject({ code: 'drive-read-failed' });
      expect(problem.detail).toContain(`byte ${12 * mebi}`);
      // Verifying leaves what was there.
      expect(await hasHead()).toBe(action === 'verify');
    },
  );

  test('does not answer for a while is waited for, and that is told', async () => {
    drive.faults.slow = 60;
    const run = await start();
    await midway(run, 'write');
    drive.faults.slow = 11_500;
    const note = await run.next((answer) => answer.kind === 'note');
    drive.faults.slow = 0;
    expect(note).toMatchObject({ text: expect.stringMatching(/has not accepted data for 1\d s/) as string });
    expect((await run.done()).repairs).toBe(0);
  });
});

describe.skipIf(noFaults !== null)(`cancelling (${noFaults ?? 'on an emulated drive'})`, () => {
  test.each([
    ['write', 'stdin'],
    ['write', 'SIGTERM'],
    ['write', 'SIGINT'],
    ['verify', 'stdin'],
    ['verify', 'SIGTERM'],
  ] as const)(
    'in the %s phase by %s is answered at once and leaves nothing that boots',
    async (phase, by) => {
      drive.faults.slow = 60;
      const run = await start();
      await midway(run, phase);
      const begun = performance.now();
      if (by === 'stdin') run.cancel();
      else run.child.kill(by);
      const answer = await run.next(({ kind }) => kind === 'failed');
      expect(answer).toMatchObject({ problem: { code: 'cancelled' } });
      // The bound that is promised, 200 ms, is measured by the benchmark: here the machine may be busy.
      expect(performance.now() - begun).toBeLessThan(2000);
      expect(await run.ended).toBe(130);
      expect(run.answers.at(-1)).toBe(answer);
      expect(await hasHead()).toBe(false);
    },
  );

  test('is answered even while the drive does not', async () => {
    drive.faults.slow = 60;
    const run = await start();
    await midway(run, 'write');
    drive.faults.slow = 3000;
    const stuck = drive.writes.length;
    const begun = performance.now();
    run.cancel();
    await run.next(({ kind }) => kind === 'failed');
    expect(performance.now() - begun).toBeLessThan(2000);
    drive.faults.slow = 0;
    await run.ended;
    // What was under way ends; nothing is begun any more.
    expect(drive.writes.length - stuck).toBeLessThan(16);
    expect(await hasHead()).toBe(false);
  });

  test('a verify changes nothing', async () => {
    await (await start()).done();
    const before = Buffer.from(drive.bytes);
    drive.faults.slow = 60;
    const run = await start('verify');
    await midway(run, 'verify');
    run.cancel();
    expect(await run.problem()).toMatchObject({ code: 'cancelled' });
    expect(differsAt(drive.bytes, before)).toBeNull();
  });

  test('a writer that is killed leaves nothing that boots', async () => {
    drive.faults.slow = 60;
    const run = await start();
    await midway(run, 'verify');
    run.child.kill('SIGKILL');
    expect(await run.ended).toBeNull();
    expect(await hasHead()).toBe(false);
  });
});

describe.skipIf(noFaults !== null)(
  `an image that changes meanwhile (${noFaults ?? 'on an emulated drive'})`,
  () => {
    test('by getting shorter ends the write', async () => {
      drive.faults.slow = 60;
      const run = await start();
      await midway(run, 'write');
      await truncate(image, 20 * mebi + 100);
      const problem = await run.problem();
      expect(problem).toMatchObject({ code: 'image-truncated' });
      expect(problem.detail).toContain(String(20 * mebi + 100));
      await truncate(image, 24 * mebi);
      expect(await hasHead()).toBe(false);
    });

    test('by a single byte is not taken for the one that was built', async () => {
      drive.faults.slow = 60;
      const run = await start();
      await midway(run, 'write');
      const opened = await open(image, 'r+');
      await opened.write(Buffer.from('changed'), 0, 7, 22 * mebi);
      await opened.close();
      expect(await run.problem()).toMatchObject({ code: 'image-changed' });
      expect(await hasHead()).toBe(false);
    });

    test('before verifying is not taken for the one that was built either', async () => {
      await (await start()).done();
      const order = await makeOrder('verify', image, drive.path);
      const other = { ...order, image: { ...order.image, sha256: '0'.repeat(64) } };
      expect(await new WriterRun(writer.path, other).problem()).toMatchObject({ code: 'image-changed' });
    });
  },
);
