/** An image that is written while it arrives: right to the last byte, or no stick at all, whatever breaks on the way. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { targetDrive } from '../../src/main/drives/list.ts';
import { writeArriving } from '../../src/main/stick/arriving.ts';
import { makeIso } from '../slot/iso.ts';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { bytesAt, differsAt, flipByte, noLoops, Traces } from './loop.ts';
import { makeTarget, sha256Of, WriterRun } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let writer: BuiltWriter;
let folder: string;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  folder = await traces.folder();
});
afterEach(() => traces.undoAll());

const sumOf = (image: Buffer) => createHash('sha256').update(image).digest('hex');

interface Sent {
  bytes: number;
  patches?: { offset: number; base64: string }[];
}

/** A writer that waits for an image. */
async function awaiting(target: string, { bytes, patches }: Sent): Promise<WriterRun> {
  const found = await makeTarget(target);
  const order = {
    version: 2,
    action: 'receive',
    bytes,
    targets: [{ ...found, ...(patches && { patches }) }],
  };
  return new WriterRun(writer.path, order);
}

/** Sends all of it, in pieces of no size in particular, and its sum. */
async function send(run: WriterRun, image: Buffer, sum: string): Promise<void> {
  for (let at = 0; at < image.length;) {
    const piece = image.subarray(at, at + 1 + Math.floor(Math.random() * 700_000));
    at += piece.length;
    const isTaken = run.child.stdin?.write(piece);
    if (isTaken === false) await new Promise((resolve) => run.child.stdin?.once('drain', resolve));
  }
  run.child.stdin?.write(`${sum}\n`);
}

test.each([1, 511, mebi, mebi + 1, 9 * mebi + 2048])('into a file, %i bytes', async (bytes) => {
  const image = randomBytes(bytes);
  const target = path.join(folder, 'stick.img');
  const run = await awaiting(target, { bytes });
  const sum = sumOf(image);
  await send(run, image, sum);
  expect(await run.done()).toMatchObject({
    sha256: sum,
    bytesWritten: bytes,
    bytesVerified: bytes,
    repairs: 0,
  });
  expect(differsAt((await readFile(target)).subarray(0, bytes), image)).toBeNull();
});

test('what is this stick’s own takes the place of the image’s bytes, and the file is nobody else’s', async () => {
  const image = randomBytes(4 * mebi);
  const own = randomBytes(300_000);
  const offset = 2 * mebi - 150_000;
  const target = path.join(folder, 'stick.img');
  const run = await awaiting(target, {
    bytes: image.length,
    patches: [{ offset, base64: own.toString('base64') }],
  });
  await send(run, image, sumOf(image));
  await run.done();
  own.copy(image, offset);
  expect(differsAt(await readFile(target), image)).toBeNull();
  expect((await stat(target)).mode & 0o777).toBe(0o600);
});

test('another sum than that of what came: nothing that boots is left', async () => {
  const image = randomBytes(3 * mebi);
  const target = path.join(folder, 'stick.img');
  const run = await awaiting(target, { bytes: image.length });
  await send(run, image, '0'.repeat(64));
  expect((await run.problem()).code).toBe('image-damaged');
  expect((await readFile(target)).subarray(0, mebi).every((byte) => byte === 0)).toBe(true);
});

test.each([0, 1000, mebi, 2 * mebi + 77, 3 * mebi])(
  'the channel that ends after %i bytes cancels, and nothing that boots is left',
  async (bytes) => {
    const image = randomBytes(3 * mebi);
    const target = path.join(folder, 'stick.img');
    const run = await awaiting(target, { bytes: image.length });
    await run.phase('check');
    run.child.stdin?.end(image.subarray(0, bytes));
    expect((await run.problem()).code).toBe('cancelled');
    expect(await run.ended).toBe(130);
    const left = await readFile(target).catch(() => Buffer.alloc(0));
    expect(left.subarray(0, mebi).every((byte) => byte === 0)).toBe(true);
  },
);

test('a writer that dies is told at once, also while the image is waited for', async () => {
  const iso = await makeIso(folder, 'image');
  const image = await readFile(iso);
  const node = path.join(folder, 'dies');
  await writeFile(node, '#!/bin/sh\nread -r order\necho "out of memory" >&2\nexit 1\n', { mode: 0o755 });
  const drive = await targetDrive(path.join(folder, 'stick.img'));
  if (!drive.ok) throw new Error(drive.problem.title);
  let isOver = false;
  const writing = writeArriving(
    {
      image: { fileName: 'image.iso', bytes: image.length, name: null },
      // As from a builder whose connection hangs.
      async *stream(signal) {
        yield image;
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('hung up'))),
        );
        return { bytes: 0, sha256: '' };
      },
      drive: drive.value,
      fill: null,
      programs: { writer: 'writer.mjs', node, launcher: null },
      version: '0',
    },
    new AbortController().signal,
  );
  const ended = (async () => {
    for (;;) {
      const next = await writing.next();
      if (next.done) return next.value;
    }
  })();
  void ended.then(() => (isOver = true));
  await vi.waitFor(() => expect(isOver).toBe(true), { timeout: 5000 });
  expect(await ended).toMatchObject({ problem: { code: 'writer-died', raw: 'out of memory' } });
});

describe.skipIf(noLoops !== null)(`on a loop device (${noLoops ?? 'real'})`, () => {
  test('all of it is there, and only as much was told as was stored', async () => {
    const image = randomBytes(20 * mebi + 2048);
    const loop = await traces.loop(48, folder, 32 * mebi);
    const run = await awaiting(loop.path, { bytes: image.length });
    await send(run, image, sumOf(image));
    expect(await run.done()).toMatchObject({ bytesVerified: image.length });
    expect(differsAt(await bytesAt(loop.path, 0, image.length), image)).toBeNull();
    expect(run.phases).toEqual(['check', 'unmount', 'write', 'flush', 'verify', 'finish']);
  });

  test('a drive that is too small is refused before anything on it is touched', async () => {
    const loop = await traces.loop(48, folder, 8 * mebi);
    const before = await sha256Of(loop.file);
    const run = await awaiting(loop.path, { bytes: 9 * mebi });
    expect((await run.problem()).code).toBe('drive-too-small');
    expect(await sha256Of(loop.file)).toBe(before);
  });

  test('a byte that changes on the drive behind its back is found, and the stick does not boot', async () => {
    const image = randomBytes(6 * mebi);
    const loop = await traces.loop(48, folder, 8 * mebi);
    const run = await awaiting(loop.path, { bytes: image.length });
    const sum = sumOf(image);
    for (let at = 0; at < 5 * mebi; at += mebi) run.child.stdin?.write(image.subarray(at, at + mebi));
    // Everything but the last chunk has been given to the drive; the second is changed under the writer.
    await vi.waitFor(
      async () =>
        expect(
          differsAt(await bytesAt(loop.path, mebi, 4 * mebi), image.subarray(mebi, 5 * mebi)),
        ).toBeNull(),
      { timeout: 20_000 },
    );
    await flipByte(loop.path, mebi + 5);
    run.child.stdin?.write(image.subarray(5 * mebi));
    run.child.stdin?.write(`${sum}\n`);
    const found = await run.problem();
    expect(found.code).toBe('stick-differs');
    expect(found.detail).toContain('could not be written again');
    expect((await bytesAt(loop.path, 0, mebi)).every((byte) => byte === 0)).toBe(true);
  });
});
