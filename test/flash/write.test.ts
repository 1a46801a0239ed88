/** The writer, as it is shipped, puts images on real block devices and files, and finds what is not as it should be. */
import { link, open, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { bytesAt, differsAt, flipByte, noLoops, Traces } from './loop.ts';
import { makeOrder, sha256Of, WriterRun } from './writer-run.ts';

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

describe.skipIf(noLoops !== null)(`on a loop device (${noLoops ?? 'real'})`, () => {
  test('writes an image, reads it back, and says what it proved', async () => {
    const image = await traces.image(folder, 20 * mebi + 2048);
    const loop = await traces.loop(40, folder, 32 * mebi);
    const run = new WriterRun(writer.path, await makeOrder('write', image, loop.path));
    const result = await run.done();
    expect(result).toMatchObject({ repairs: 0, sha256: await sha256Of(image) });
    expect(result.bytesWritten).toBe(20 * mebi + 2048);
    expect(result.bytesVerified).toBe(20 * mebi + 2048);
    expect(differsAt(await bytesAt(loop.path, 0, 20 * mebi + 2048), await readFile(image))).toBeNull();
    expect(run.phases).toEqual(['check', 'unmount', 'write', 'flush', 'verify', 'finish']);
  });

  test('tells how far it is, upwards only, ending at the total of each phase', async () => {
    const image = await traces.image(folder, 40 * mebi);
    const loop = await traces.loop(40, folder, 40 * mebi);
    const run = new WriterRun(writer.path, await makeOrder('write', image, loop.path));
    await run.done();
    for (const phase of ['write', 'verify']) {
      const told = run.answers.filter((answer) => answer.kind === 'progress' && answer.phase === phase);
      const bytes = told.map((answer) => (answer.kind === 'progress' ? answer.bytes : 0));
      expect(bytes).toEqual(bytes.toSorted((one, other) => one - other));
      // The first MiB comes last, in a phase of its own.
      expect(told.at(-1)).toMatchObject({ bytes: 39 * mebi, total: 39 * mebi });
    }
  });

  test.each([1, 511, 2048, mebi - 1, mebi, mebi + 1, 5 * mebi + 513])(
    'an image of %i bytes',
    async (bytes) => {
      const image = await traces.image(folder, bytes);
      const loop = await traces.loop(41, folder, 8 * mebi);
      await new WriterRun(writer.path, await makeOrder('write', image, loop.path)).done();
      expect(differsAt(await bytesAt(loop.path, 0, bytes), await readFile(image))).toBeNull();
      const verify = await new WriterRun(writer.path, await makeOrder('verify', image, loop.path)).done();
      expect(verify).toMatchObject({ bytesWritten: 0, bytesVerified: bytes });
    },
  );

  test('an image exactly as large as the drive', async () => {
    const image = await traces.image(folder, 8 * mebi);
    const loop = await traces.loop(41, folder, 8 * mebi);
    await new WriterRun(writer.path, await makeOrder('write', image, loop.path)).done();
    expect(differsAt(await bytesAt(loop.path, 0, 8 * mebi), await readFile(image))).toBeNull();
  });

  test('a drive with blocks of 4 KiB and an image that does not fill the last one', async () => {
    const image = await traces.image(folder, 3 * mebi + 2048);
    const loop = await traces.loop(42, folder, 8 * mebi, ['--sector-size', '4096']);
    await new WriterRun(writer.path, await makeOrder('write', image, loop.path)).done();
    expect(differsAt(await bytesAt(loop.path, 0, 3 * mebi + 2048), await readFile(image))).toBeNull();
    expect(differsAt(await bytesAt(loop.path, 3 * mebi + 2048, 2048), Buffer.alloc(2048))).toBeNull();
  });

  test('removes the old partition table at both ends', async () => {
    const image = await traces.image(folder, 2 * mebi);
    const loop = await traces.loop(43, folder, 16 * mebi);
    const device = await open(loop.path, 'r+');
    await device.write(Buffer.alloc(16 * mebi, 'EFI PART'), 0, 16 * mebi, 0);
    await device.sync();
    await device.close();
    await new WriterRun(writer.path, await makeOrder('write', image, loop.path)).done();
    expect(differsAt(await bytesAt(loop.path, 0, 2 * mebi), await readFile(image))).toBeNull();
    expect(differsAt(await bytesAt(loop.path, 15 * mebi, mebi), Buffer.alloc(mebi))).toBeNull();
  });

  test('lays changes over the image and reads those back as well', async () => {
    const image = await traces.image(folder, 6 * mebi);
    const loop = await traces.loop(44, folder, 8 * mebi);
    const patches = [
      { offset: 100, base64: Buffer.from('in the first chunk').toString('base64') },
      { offset: 2 * mebi - 5, base64: Buffer.from('across two chunks').toString('base64') },
      { offset: 6 * mebi - 3, base64: Buffer.from('end').toString('base64') },
    ];
    const order = await makeOrder('write', image, loop.path, { patches });
    const result = await new WriterRun(writer.path, order).done();
    const wanted = await readFile(image);
    for (const { offset, base64 } of patches) Buffer.from(base64, 'base64').copy(wanted, offset);
    expect(differsAt(await bytesAt(loop.path, 0, 6 * mebi), wanted)).toBeNull();
    expect(result.sha256).toBe(await sha256Of(image));
    const again = await makeOrder('verify', image, loop.path, { patches });
    expect(await new WriterRun(writer.path, again).done()).toMatchObject({ bytesVerified: 6 * mebi });
    const plain = new WriterRun(writer.path, await makeOrder('verify', image, loop.path));
    expect(await plain.problem()).toMatchObject({
      code: 'stick-differs',
      raw: 'first difference at byte 100',
    });
  });

  test.each([0, 1, 3 * mebi + 777, 6 * mebi - 1])(
    'verify finds a byte that was flipped at %i, and names it',
    async (offset) => {
      const image = await traces.image(folder, 6 * mebi);
      const loop = await traces.loop(45, folder, 8 * mebi);
      await new WriterRun(writer.path, await makeOrder('write', image, loop.path)).done();
      await flipByte(loop.path, offset);
      const run = new WriterRun(writer.path, await makeOrder('verify', image, loop.path));
      const problem = await run.problem();
      expect(problem).toMatchObject({ code: 'stick-differs', raw: `first difference at byte ${offset}` });
      expect(problem.detail).toContain(String(offset));
      expect(await run.ended).toBe(1);
    },
  );

  test('an image of which nobody knows the SHA-256 gets one', async () => {
    const image = await traces.image(folder, 2 * mebi);
    const loop = await traces.loop(46, folder, 8 * mebi);
    const order = await makeOrder('write', image, loop.path);
    const result = await new WriterRun(writer.path, {
      ...order,
      image: { ...order.image, sha256: null },
    }).done();
    expect(result.sha256).toBe(await sha256Of(image));
  });
});

describe('on an ordinary file', () => {
  test('makes the file, as large as the image in whole sectors', async () => {
    const image = await traces.image(folder, 3 * mebi + 2048 + 100);
    const stick = path.join(folder, 'stick.img');
    await new WriterRun(writer.path, await makeOrder('write', image, stick)).done();
    const written = await readFile(stick);
    expect(written.length).toBe(3 * mebi + 2048 + 512);
    expect(differsAt(written.subarray(0, 3 * mebi + 2148), await readFile(image))).toBeNull();
    expect((await stat(stick)).mode & 0o777).toBe(0o644);
    await new WriterRun(writer.path, await makeOrder('verify', image, stick)).done();
  });

  test('replaces what was in it, also where that was larger', async () => {
    const image = await traces.image(folder, 2 * mebi);
    const stick = path.join(folder, 'stick.img');
    await writeFile(stick, Buffer.alloc(5 * mebi, 7));
    const { ino } = await stat(stick);
    await new WriterRun(writer.path, await makeOrder('write', image, stick)).done();
    expect(differsAt(await readFile(stick), await readFile(image))).toBeNull();
    expect((await stat(stick)).ino).toBe(ino);
  });

  test('works where the file system knows no direct I/O', async () => {
    const image = await traces.image(folder, 2 * mebi + 1);
    const stick = `/dev/shm/nixburn-flash-${process.pid}.img`;
    traces.undoLater(async () => rm(stick, { force: true }));
    await new WriterRun(writer.path, await makeOrder('write', image, stick)).done();
    expect(differsAt((await readFile(stick)).subarray(0, 2 * mebi + 1), await readFile(image))).toBeNull();
  });

  test('verify says where a shorter file ends', async () => {
    const image = await traces.image(folder, 3 * mebi);
    const stick = path.join(folder, 'stick.img');
    await writeFile(stick, await readFile(image));
    await truncate(stick, 2 * mebi + 512);
    const run = new WriterRun(writer.path, await makeOrder('verify', image, stick));
    expect(await run.problem()).toMatchObject({
      code: 'stick-differs',
      raw: `first difference at byte ${2 * mebi + 512}`,
    });
  });

  test('verify makes no file where there is none', async () => {
    const image = await traces.image(folder, mebi);
    const stick = path.join(folder, 'stick.img');
    const run = new WriterRun(writer.path, await makeOrder('verify', image, stick));
    expect(await run.problem()).toMatchObject({ code: 'target-missing' });
    await expect(stat(stick)).rejects.toThrow('ENOENT');
  });

  test('never takes the image itself for the stick, not even by another name', async () => {
    const image = await traces.image(folder, mebi);
    const before = await sha256Of(image);
    const other = path.join(folder, 'other.img');
    await link(image, other);
    for (const target of [image, other]) {
      const run = new WriterRun(writer.path, await makeOrder('write', image, target));
      expect(await run.problem()).toMatchObject({ code: 'drive-holds-image' });
    }
    expect(await sha256Of(image)).toBe(before);
  });

  test('follows no symbolic link that main did not follow', async () => {
    const image = await traces.image(folder, mebi);
    const victim = path.join(folder, 'victim');
    await writeFile(victim, 'precious');
    const pointer = path.join(folder, 'link.img');
    await symlink(victim, pointer);
    const order = await makeOrder('write', image, path.join(folder, 'x.img'));
    const run = new WriterRun(writer.path, { ...order, targets: [{ kind: 'file', path: pointer }] });
    expect(await run.problem()).toMatchObject({ code: 'drive-changed' });
    expect(await readFile(victim, 'utf8')).toBe('precious');
  });

  test('refuses a folder', async () => {
    const image = await traces.image(folder, mebi);
    const order = await makeOrder('write', image, path.join(folder, 'x.img'));
    const run = new WriterRun(writer.path, { ...order, targets: [{ kind: 'file', path: folder }] });
    expect(await run.problem()).toMatchObject({ code: 'target-is-directory' });
  });
});

describe('an order', () => {
  test.each([
    ['that is no JSON', 'rm -rf /'],
    ['of another version', { version: 1 }],
    ['with a relative path', { image: { path: 'x.iso', bytes: 1, sha256: null } }],
    ['with a field that nobody knows', { force: true }],
  ])('%s is refused in words', async (_, part) => {
    const image = await traces.image(folder, mebi);
    const order = await makeOrder('write', image, path.join(folder, 'x.img'));
    const run = new WriterRun(writer.path, typeof part === 'string' ? part : { ...order, ...part });
    expect(await run.problem()).toMatchObject({ code: 'order-unusable' });
    expect(await run.ended).toBe(1);
    expect(run.answers).toHaveLength(1);
  });

  test('that never comes ends the writer', async () => {
    const run = new WriterRun(writer.path, null);
    run.cancel();
    expect(await run.problem()).toMatchObject({ code: 'order-unusable' });
  });
});
