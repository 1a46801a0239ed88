/** A stick that holds an earlier image gets only what differs, and is as safe at every moment as one that is written whole. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { noFaults, plugIn, type FaultyDrive } from './faulty-drive.ts';
import { differsAt, Traces } from './loop.ts';
import { makeOrder, WriterRun } from './writer-run.ts';

const mebi = 1024 * 1024;
const size = 40;
const traces = new Traces();
let writer: BuiltWriter;
let folder: string;
let drive: FaultyDrive;
let before: Buffer;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  if (noFaults !== null) return;
  folder = await traces.folder();
  before = randomBytes(size * mebi);
  // The primary volume descriptor of an ISO 9660.
  before.write('\u0001CD001\u0001', 32768, 'latin1');
  drive = await plugIn(traces, folder, 85, 64 * mebi);
  before.copy(drive.bytes);
});
afterEach(() => traces.undoAll());

/** The image with these chunks changed. */
async function changed(chunks: number[]): Promise<{ file: string; content: Buffer }> {
  const content = Buffer.from(before);
  for (const chunk of chunks) randomBytes(mebi).copy(content, chunk * mebi);
  const file = path.join(folder, 'image.iso');
  await writeFile(file, content);
  return { file, content };
}

async function start(file: string): Promise<WriterRun> {
  drive.writes.length = 0;
  const run = new WriterRun(writer.path, await makeOrder('write', file, drive.path));
  traces.undoLater(() => run.child.kill('SIGKILL'));
  return run;
}

/** The chunks that something was written to, the first one and what the search for missing capacity marks left out. */
function written(): number[] {
  const chunks = drive.writes.filter(([, length]) => length > 4096).map(([at]) => Math.floor(at / mebi));
  return [...new Set(chunks)].filter((chunk) => chunk > 0 && chunk < size).toSorted((a, b) => a - b);
}

describe.skipIf(noFaults !== null)(`a drive with an earlier image (${noFaults ?? 'emulated'})`, () => {
  test('gets the chunks that differ, and all of it is read back', async () => {
    const { file, content } = await changed([3, 4, 30]);
    const run = await start(file);
    const result = await run.done();
    expect(differsAt(drive.bytes.subarray(0, size * mebi), content)).toBeNull();
    // 16 and 32 MiB are places where the capacity is probed.
    expect(written()).toEqual([3, 4, 16, 30, 32]);
    expect(result).toMatchObject({
      bytesWritten: 6 * mebi,
      bytesKept: (size - 6) * mebi,
      bytesVerified: size * mebi,
    });
    expect(run.answers).toContainEqual(
      expect.objectContaining({ kind: 'note', text: expect.stringContaining('only what differs') as string }),
    );
    const told = run.answers.filter((answer) => answer.kind === 'progress' && answer.phase === 'write');
    expect(told.at(-1)).toMatchObject({ bytes: (size - 1) * mebi, total: (size - 1) * mebi });
  });

  test('loses its first block before anything else, and gets it back after everything else', async () => {
    const { file } = await changed([5]);
    await (await start(file)).done();
    expect(drive.writes[0]?.[0]).toBe(0);
    expect(drive.writes.at(-1)).toEqual([0, 4096]);
  });

  test('is written whole where too little is the same', async () => {
    const { file, content } = await changed(Array.from({ length: size - 6 }, (_, at) => at + 6));
    const result = await (await start(file)).done();
    expect(result).toMatchObject({ bytesWritten: size * mebi, bytesKept: 0 });
    expect(differsAt(drive.bytes.subarray(0, size * mebi), content)).toBeNull();
  });

  test('that is no ISO any more is written whole', async () => {
    drive.bytes.fill(0, 32768, 34816);
    const { file } = await changed([]);
    expect(await (await start(file)).done()).toMatchObject({ bytesKept: 0 });
  });

  test('loses a byte of what was kept before it is read back, and that is mended', async () => {
    drive.faults.slow = 30;
    const { file, content } = await changed([5]);
    const run = await start(file);
    await run.phase('flush');
    drive.bytes[20 * mebi + 7] = (drive.bytes[20 * mebi + 7] ?? 0) ^ 1;
    drive.faults.slow = 0;
    expect((await run.done()).repairs).toBe(1);
    expect(differsAt(drive.bytes.subarray(0, size * mebi), content)).toBeNull();
  });

  test('has places that can not be read, which are written', async () => {
    const { file, content } = await changed([]);
    drive.faults.fail = { on: 'read', at: 9 * mebi };
    const run = await start(file);
    await run.phase('flush');
    delete drive.faults.fail;
    await run.done();
    expect(written()).toContain(9);
    expect(differsAt(drive.bytes.subarray(0, size * mebi), content)).toBeNull();
  });

  test.each(['write', 'verify'] as const)(
    'is left without a beginning by a writer that dies in the %s phase',
    async (phase) => {
      drive.faults.slow = 30;
      const { file } = await changed([5]);
      const run = await start(file);
      await run.next(
        (answer) => answer.kind === 'progress' && answer.phase === phase && answer.bytes > 4 * mebi,
      );
      run.child.kill('SIGKILL');
      await run.ended;
      expect(differsAt(drive.bytes.subarray(0, mebi), Buffer.alloc(mebi))).toBeNull();
      // And the next one takes nothing on trust.
      drive.faults.slow = 0;
      expect(await (await start(file)).done()).toMatchObject({ bytesKept: 0 });
    },
  );
});
