/** The writer fills the slot of finished sticks, real block devices and files: that, all of that, and nothing else. */
import { chmod, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readSlot, slotPayload } from '../../src/main/slot/entries.ts';
import { slotBytes } from '../../src/main/slot/format.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import type { PersonaliseOrder } from '../../src/writer/order.ts';
import { builtWriter, type BuiltWriter } from '../flash/built-writer.ts';
import { noFaults, plugIn } from '../flash/faulty-drive.ts';
import { bytesAt, differsAt, makePartition, mounted, noLoops, Traces, untouched } from '../flash/loop.ts';
import { makeOrder, makeTarget, WriterRun } from '../flash/writer-run.ts';
import { makeIso, memoryReader, slotId } from './iso.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let writer: BuiltWriter;
let folder: string;
let iso: string;
let image: Buffer;
let offset: number;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  folder = await traces.folder();
  iso = await makeIso(folder, 'image');
  image = await readFile(iso);
  const place = await findSlot(memoryReader(image));
  if (!place.ok) throw new Error(place.problem.raw);
  ({ offset } = place.value);
  if (offset % 4096 !== 2048) throw new Error('the slot begins with a block');
});
afterEach(() => traces.undoAll());

const entries = new Map([
  ['wifi/1.nmconnection', '[wifi-security]\npsk=correct horse\n'],
  ['hostname', 'attic\n'],
]);

async function orderFor(target: string, more: Partial<PersonaliseOrder> = {}): Promise<PersonaliseOrder> {
  const payload = slotPayload(entries);
  if (!payload.ok) throw new Error(payload.problem.title);
  const targets = [await makeTarget(target)];
  return { version: 2, action: 'personalise', targets, payload: payload.value.toString('base64'), ...more };
}

function start(order: unknown): WriterRun {
  const started = new WriterRun(writer.path, order);
  traces.undoLater(() => started.child.kill('SIGKILL'));
  return started;
}

/** A loop device with the image on it and something after it. */
async function stick(number: number, args: string[] = []): Promise<{ path: string; before: Buffer }> {
  const loop = await traces.loop(number, folder, 2 * mebi, args);
  const before = Buffer.alloc(2 * mebi, 'x');
  image.copy(before);
  await writeFile(loop.path, before);
  return { path: loop.path, before };
}

/** The same with a partition behind the image, mounted there without changing it: not every kernel knows ISO 9660. */
async function mountedStick(number: number, place: string): Promise<{ path: string; before: Buffer }> {
  const loop = await traces.loop(number, folder, 16 * mebi, ['-P']);
  await writeFile(loop.path, image);
  await traces.mount(await makePartition(loop, traces), place, untouched);
  return { path: loop.path, before: await bytesAt(loop.path, 0, 16 * mebi) };
}

/** Everything but the slot is as it was, and that holds the entries. */
function expectFilled(after: Buffer, before: Buffer): void {
  expect(after.length).toBe(before.length);
  const slot = readSlot(after.subarray(offset, offset + slotBytes));
  if (!slot.ok) throw new Error(slot.problem.raw);
  expect([...slot.value.entries]).toEqual([...entries]);
  expect(Buffer.from(slot.value.id).equals(Buffer.from(slotId))).toBe(true);
  before.copy(after, offset, offset, offset + slotBytes);
  expect(differsAt(after, before)).toBeNull();
}

describe.skipIf(noLoops !== null)(`The slot of a drive (${noLoops ?? 'real'})`, () => {
  test.each([
    ['512 bytes', []],
    ['4 KiB, which the slot does not begin at', ['--sector-size', '4096']],
  ])('with blocks of %s is filled in place, and read back', async (_, args) => {
    const { path: device, before } = await stick(120, args);
    const run = start(await orderFor(device));
    const result = await run.done();
    expect(result).toMatchObject({
      bytesWritten: slotBytes,
      bytesVerified: slotBytes,
      repairs: 0,
      slot: { id: 'a1020304050607f8', volumeId: 'NIXOS_ATTIC' },
    });
    expect(run.phases).toEqual(['check', 'unmount', 'write', 'flush', 'verify']);
    expectFilled(await bytesAt(device, 0, before.length), before);
  });

  test('is filled again and again, whatever became of it', async () => {
    const { path: device, before } = await stick(120);
    expect(await start(await orderFor(device)).done()).toMatchObject({ repairs: 0 });
    // Half of a write that was cut off.
    const broken = await bytesAt(device, 0, before.length);
    broken.fill(0xaa, offset + 4096, offset + 90_000);
    await writeFile(device, broken);
    await start(await orderFor(device)).done();
    expectFilled(await bytesAt(device, 0, before.length), before);
  });

  test('is filled where the desktop has mounted the stick', async () => {
    const { path: device, before } = await mountedStick(121, '/media/nixburn-slot-stick');
    await start(await orderFor(device)).done();
    expect(await mounted(['/media/nixburn-slot-stick'])).toEqual([]);
    expectFilled(await bytesAt(device, 0, before.length), before);
  });

  test('is left alone where the system has mounted the stick', async () => {
    const { path: device, before } = await mountedStick(121, '/var/nixburn-slot-stick');
    expect(await start(await orderFor(device)).problem()).toMatchObject({ code: 'drive-holds-system' });
    expect(await mounted(['/var/nixburn-slot-stick'])).toHaveLength(1);
    expect(differsAt(await bytesAt(device, 0, before.length), before)).toBeNull();
  });

  test('is left alone where another drive is in its place', async () => {
    const { path: device, before } = await stick(122);
    const order = await orderFor(device);
    const [target] = order.targets;
    const other = { ...target, serial: 'another' } as PersonaliseOrder['targets'][number];
    expect(await start({ ...order, targets: [other] }).problem()).toMatchObject({ code: 'drive-changed' });
    expect(differsAt(await bytesAt(device, 0, before.length), before)).toBeNull();
  });

  test.each<[string, (before: Buffer) => Buffer, string]>([
    ['is empty', (before) => before.fill(0), 'not-an-image'],
    ['holds something else', (before) => before.fill('noise'), 'not-an-image'],
    [
      'holds an image whose slot is of another version',
      (before) => (before.writeUInt32LE(2, offset + 8), before),
      'slot-unusable',
    ],
    [
      'holds an image whose slot begins with something else',
      (before) => before.fill(0, offset, offset + 8),
      'slot-unusable',
    ],
  ])('that %s is refused, and not a byte is written', async (_, change, code) => {
    const { path: device, before } = await stick(123);
    const changed = change(before);
    await writeFile(device, changed);
    expect(await start(await orderFor(device)).problem()).toMatchObject({ code });
    expect(differsAt(await bytesAt(device, 0, changed.length), changed)).toBeNull();
  });

  test('is not filled by whoever gave up before it began', async () => {
    const { path: device, before } = await stick(124);
    const run = start(await orderFor(device));
    run.cancel();
    const status = await run.ended;
    const after = await bytesAt(device, 0, before.length);
    // Whichever came first, nothing is half done.
    if (status === 130) expect(differsAt(after, before)).toBeNull();
    else expectFilled(after, before);
    expect([0, 130]).toContain(status);
  });

  test('takes a payload to the last byte, and no more', async () => {
    const { path: device, before } = await stick(125);
    const payload = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');
    await start(await orderFor(device, { payload: payload(262_080) })).done();
    expect(await start(await orderFor(device, { payload: payload(262_083) })).problem()).toMatchObject({
      code: 'order-unusable',
    });
    const after = await bytesAt(device, 0, before.length);
    before.copy(after, offset, offset, offset + slotBytes);
    expect(differsAt(after, before)).toBeNull();
  });
});

describe.skipIf(noFaults !== null)(`On a drive that misbehaves (${noFaults ?? 'real'})`, () => {
  test('nothing is written outside the slot’s own blocks', async () => {
    const drive = await plugIn(traces, folder, 126, 2 * mebi);
    image.copy(drive.bytes);
    drive.writes.length = 0;
    await start(await orderFor(drive.path)).done();
    expect(drive.writes.length).toBeGreaterThan(0);
    for (const [position, length] of drive.writes) {
      expect(position).toBeGreaterThanOrEqual(Math.floor(offset / 4096) * 4096);
      expect(position + length).toBeLessThanOrEqual(Math.ceil((offset + slotBytes) / 4096) * 4096);
    }
  });

  test('a byte that comes back wrong is written again', async () => {
    const drive = await plugIn(traces, folder, 126, 2 * mebi);
    const before = Buffer.from(drive.bytes);
    image.copy(drive.bytes);
    image.copy(before);
    drive.faults = { flip: { at: offset + 100, times: 1 } };
    expect(await start(await orderFor(drive.path)).done()).toMatchObject({ repairs: 1 });
    expectFilled(Buffer.from(drive.bytes), before);
  });

  test('a byte that never comes back right is named, and the stick would refuse the slot', async () => {
    const drive = await plugIn(traces, folder, 126, 2 * mebi);
    image.copy(drive.bytes);
    drive.faults = { flip: { at: offset + 100, times: 1000 } };
    const problem = await start(await orderFor(drive.path)).problem();
    expect(problem).toMatchObject({
      code: 'stick-differs',
      raw: `first difference at byte ${offset + 100}`,
    });
    expect(readSlot(drive.bytes.subarray(offset, offset + slotBytes))).toMatchObject({
      problem: { code: 'slot-unusable' },
    });
  });

  test('an error of the drive is a sentence', async () => {
    const drive = await plugIn(traces, folder, 126, 2 * mebi);
    image.copy(drive.bytes);
    drive.faults = { fail: { on: 'write', at: offset + 5000 } };
    expect(await start(await orderFor(drive.path)).problem()).toMatchObject({ code: 'drive-write-failed' });
  });
});

describe('The slot of a file', () => {
  test('is filled in place, and the file is its owner’s alone from then on', async () => {
    await chmod(iso, 0o644);
    const { ino } = await stat(iso);
    await start(await orderFor(iso)).done();
    expectFilled(await readFile(iso), image);
    const found = await stat(iso);
    expect([found.mode & 0o777, found.ino]).toEqual([0o600, ino]);
  });

  test('is filled where it ends the file in the middle of a block', async () => {
    await truncate(iso, offset + slotBytes);
    const before = await readFile(iso);
    // The volume says where it ends, too.
    before.writeUInt32LE(before.length / 2048, 16 * 2048 + 80);
    await writeFile(iso, before);
    expect(before.length % 4096).toBe(2048);
    await start(await orderFor(iso)).done();
    expectFilled(await readFile(iso), before);
  });

  test('is not made where there is no file', async () => {
    const none = path.join(folder, 'none.iso');
    const order = await orderFor(iso, { targets: [{ kind: 'file', path: none }] });
    expect(await start(order).problem()).toMatchObject({ code: 'not-an-image' });
    expect((await stat(none).catch(() => null))?.size ?? 0).toBe(0);
  });
});

describe('A stick of its own', () => {
  test('is written with its own slot, several from one image, and each is verified', async () => {
    const places = [path.join(folder, 'one.img'), path.join(folder, 'two.img')];
    const fills = [Buffer.alloc(slotBytes, 1), Buffer.alloc(slotBytes, 2)];
    const order = await makeOrder('write', iso, places);
    for (const [at, target] of order.targets.entries())
      target.patches = [{ offset, base64: fills[at]!.toString('base64') }];
    await start(order).ends();
    for (const [at, place] of places.entries()) {
      const after = await readFile(place);
      expect(after.subarray(offset, offset + slotBytes).equals(fills[at]!)).toBe(true);
      image.copy(after, offset, offset, offset + slotBytes);
      expect(differsAt(after, image)).toBeNull();
      expect((await stat(place)).mode & 0o777).toBe(0o600);
    }
    expect(differsAt(await readFile(iso), image)).toBeNull();
  });

  test('is the same as its image to whoever verifies it, and a damaged slot is not', async () => {
    const place = path.join(folder, 'one.img');
    await start(await makeOrder('write', iso, place)).done();
    await start(await orderFor(place)).done();
    const verify = start(await makeOrder('verify', iso, place));
    await verify.done();
    expect(verify.answers).toContainEqual(
      expect.objectContaining({ kind: 'note', text: expect.stringContaining('filled') as unknown }),
    );
    const bytes = await readFile(place);
    bytes[offset + 700]! ^= 1;
    await writeFile(place, bytes);
    const problem = await start(await makeOrder('verify', iso, place)).problem();
    expect(problem.code).toBe('stick-differs');
  });

  test.each([
    ['behind the payload', slotBytes - 1],
    ['in the flags, which nobody reads yet', 12],
    ['in the number that is reserved', 20],
  ])('is not the same where a byte of the filled slot differs %s', async (_, at) => {
    const place = path.join(folder, 'one.img');
    await start(await makeOrder('write', iso, place)).done();
    await start(await orderFor(place)).done();
    const bytes = await readFile(place);
    bytes[offset + at]! ^= 1;
    await writeFile(place, bytes);
    expect(await start(await makeOrder('verify', iso, place)).problem()).toMatchObject({
      code: 'stick-differs',
      raw: `first difference at byte ${offset + at}`,
    });
  });

  test('with the slot of another image is not the same', async () => {
    const place = path.join(folder, 'one.img');
    await start(await makeOrder('write', iso, place)).done();
    await start(await orderFor(place)).done();
    const bytes = await readFile(place);
    bytes[offset + 24]! ^= 1;
    await writeFile(place, bytes);
    expect(await start(await makeOrder('verify', iso, place)).problem()).toMatchObject({
      code: 'stick-differs',
    });
  });
});
