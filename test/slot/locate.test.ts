/** Finding the slot in real images, and in what is left of them: never a crash, never a place outside. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptySlot } from '../../src/main/flake/slot.ts';
import { sectorBytes, type SectorReader } from '../../src/main/image/iso9660.ts';
import { readSlot, writeSlot } from '../../src/main/slot/entries.ts';
import { slotBytes } from '../../src/main/slot/format.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import { counterexampleOf, numRuns } from '../property/runs.ts';
import { makeIso, memoryReader, slotId } from './iso.ts';

let folder: string;
let image: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-slot-'));
  image = await readFile(await makeIso(folder, 'plain'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As `image`, with a few bytes changed. */
const changed = (change: (copy: Buffer) => void) => {
  const copy = Buffer.from(image);
  change(copy);
  return findSlot(memoryReader(copy));
};

/** Where the directory record of the slot begins: its name has the length byte before it. */
const recordAt = () => image.indexOf('\u0007SLOT.;1', 'latin1') - 32;

describe('The slot', () => {
  test.each([
    ['with Rock Ridge and Joliet, as nixpkgs makes images', ['-R', '-J']],
    ['with the names of ISO 9660 alone', []],
    ['with names of level 3', ['-iso-level', '3', '-R']],
    ['with a partition table in front', ['-R', '-J', '--protective-msdos-label', '-partition_offset', '16']],
  ])('is found in an image %s', async (_, options) => {
    const bytes = await readFile(await makeIso(folder, `options-${options.length}`, undefined, options));
    const place = await findSlot(memoryReader(bytes));
    if (!place.ok) throw new Error(place.problem.raw);
    const { offset, id, volumeId, imageBytes } = place.value;
    expect({ id: Buffer.from(id), volumeId }).toEqual({ id: Buffer.from(slotId), volumeId: 'NIXOS_ATTIC' });
    expect(imageBytes).toBeLessThanOrEqual(bytes.length);
    expect(bytes.subarray(offset, offset + slotBytes).equals(Buffer.from(emptySlot(slotId)))).toBe(true);
  });

  test('is found on a drive that is larger than the image', async () => {
    const drive = Buffer.concat([image, Buffer.alloc(1_000_000, 0xff)]);
    expect(await findSlot(memoryReader(drive))).toEqual(await findSlot(memoryReader(image)));
  });

  test('is found where its payload is damaged: it can be filled anew', async () => {
    const place = await findSlot(memoryReader(image));
    if (!place.ok) throw new Error(place.problem.raw);
    expect(
      (await changed((copy) => copy.fill(0xaa, place.value.offset + 16, place.value.offset + 24))).ok,
    ).toBe(true);
    expect(
      (await changed((copy) => copy.fill(0xaa, place.value.offset + 64, place.value.offset + 9000))).ok,
    ).toBe(true);
  });

  test('is missing in an image that has none', async () => {
    const bytes = await readFile(await makeIso(folder, 'without', null));
    expect(await findSlot(memoryReader(bytes))).toMatchObject({ problem: { code: 'slot-missing' } });
  });

  test.each([0, 100, 16 * sectorBytes, 17 * sectorBytes])(
    'is not there in the first %i bytes',
    async (bytes) => {
      expect(await findSlot(memoryReader(image.subarray(0, bytes)))).toMatchObject({ ok: false });
    },
  );

  test('is not taken where it is of another size', async () => {
    const bytes = await readFile(
      await makeIso(folder, 'short', emptySlot(slotId).subarray(0, slotBytes - 1)),
    );
    expect(await findSlot(memoryReader(bytes))).toMatchObject({
      problem: { code: 'slot-unusable', raw: 'it has 262143 bytes, not 262144' },
    });
  });

  test('is not taken where the image breaks off inside it', async () => {
    const place = await findSlot(memoryReader(image));
    if (!place.ok) throw new Error(place.problem.raw);
    const short = image.subarray(0, place.value.offset + slotBytes - 1);
    expect(await findSlot(memoryReader(short))).toMatchObject({ ok: false });
  });

  test.each([
    ['one of several extents', 25, 0x80],
    ['interleaved', 26, 1],
    ['interleaved with gaps', 27, 1],
    ['behind an attribute record', 1, 1],
  ])('is not taken where it is %s', async (_, at, value) => {
    expect(await changed((copy) => copy.fill(value, recordAt() + at, recordAt() + at + 1))).toMatchObject({
      problem: { code: 'slot-missing' },
    });
  });

  test('is not taken where the directory points at something else', async () => {
    expect(await changed((copy) => copy.writeUInt32LE(20, recordAt() + 2))).toMatchObject({
      problem: { code: 'slot-unusable' },
    });
  });

  test('is not taken where it is of another version', async () => {
    const place = await findSlot(memoryReader(image));
    if (!place.ok) throw new Error(place.problem.raw);
    expect(await changed((copy) => copy.writeUInt32LE(2, place.value.offset + 8))).toMatchObject({
      problem: { code: 'slot-unusable', title: expect.stringContaining('another version') },
    });
  });
});

/** Numbers at which programs go wrong. */
const oddNumbers = [
  0, 1, 16, 17, 33, 34, 255, 2047, 2048, 2049, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** Fields that lead somewhere: block size, size of the volume, the root's extent, the records of folder and slot. */
function aimedPlaces(): number[] {
  const folderRecord = image.indexOf('\u0007NIXBURN', 'latin1') - 32;
  const primary = 16 * sectorBytes;
  return [
    ...[0, 1, 6, 80, 84, 128, 156, 158, 166, 881].map((at) => primary + at),
    ...[recordAt(), folderRecord].flatMap((at) =>
      [0, 1, 2, 6, 10, 14, 25, 26, 27, 32, 33].map((more) => at + more),
    ),
  ];
}

/** Changes to an image, most of them where the structure is: a file's contents teach nothing. */
function mutations() {
  const place = fc.oneof(
    { arbitrary: fc.integer({ min: 16 * sectorBytes, max: 30 * sectorBytes }), weight: 8 },
    { arbitrary: fc.integer({ min: 0, max: image.length - 4 }), weight: 1 },
  );
  const aimed = fc.constantFrom(...aimedPlaces());
  const number = fc.oneof(fc.constantFrom(...oddNumbers), fc.nat(0xffffffff), fc.nat(300));
  const width = fc.constantFrom(1, 2, 4);
  return fc.record({
    changes: fc.array(fc.record({ at: fc.oneof(place, aimed), number, width }), {
      minLength: 1,
      maxLength: 6,
    }),
    bytes: fc.oneof(
      { arbitrary: fc.constant(image.length), weight: 4 },
      { arbitrary: fc.nat(image.length), weight: 1 },
    ),
  });
}

/** With these a counterexample becomes as small as it can be. */
const runs = Math.max(numRuns, 3000);

/** Reads from memory, and counts. */
function counting(bytes: Buffer): { reader: SectorReader; bytesRead(): number } {
  let read = 0;
  const { read: readSectors } = memoryReader(bytes);
  return {
    bytesRead: () => read,
    reader: {
      bytes: bytes.length,
      read: async (first, count) => {
        const part = await readSectors(first, count);
        read += part.length;
        return part;
      },
    },
  };
}

interface Damage {
  changes: { at: number; number: number; width: number }[];
  /** What is left of the image. */
  bytes: number;
}

/** Searches a damaged image, and mends it again: copying it each time would take most of the time. */
async function search(
  copy: Buffer,
  { changes, bytes }: Damage,
): Promise<'found' | 'refused' | 'read too much' | 'no words' | 'outside'> {
  const before: { at: number; old: Buffer }[] = [];
  for (const { at, number, width } of changes) {
    before.push({ at, old: Buffer.from(copy.subarray(at, at + width)) });
    copy.writeUIntLE(number % 256 ** width, at, width);
  }
  const { reader, bytesRead } = counting(copy.subarray(0, bytes));
  try {
    const place = await findSlot(reader);
    // Descriptors, two folders, a header: however large a damaged image says that they are.
    if (bytesRead() > 3 * 1024 * 1024) return 'read too much';
    if (!place.ok) return place.problem.title === '' ? 'no words' : 'refused';
    const { offset } = place.value;
    const isInside = offset % sectorBytes === 0 && offset + slotBytes <= bytes;
    const isSlot = copy.toString('latin1', offset, offset + 12) === 'NIXBURN\0\u0001\0\0\0';
    return isInside && isSlot ? 'found' : 'outside';
  } finally {
    for (const { at, old } of before.toReversed()) old.copy(copy, at);
  }
}

/** Numbers below `limit` in an order that is the same each time (Marsaglia, "Xorshift RNGs", 2003). */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Each time, and cheaply: without anything that could make a counterexample smaller. */
const many = 100_000;

describe('With damaged images of all kinds', () => {
  test(`a hundred thousand of them are searched, and nothing is found that is no slot`, async () => {
    const copy = Buffer.from(image);
    const next = numbersFrom(0x6e69786e);
    const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
    const aims = aimedPlaces();
    const ends = new Map<string, number>();
    for (let at = 0; at < many; at += 1) {
      const changes = Array.from({ length: 1 + next(4) }, () => ({
        at: next(3) === 0 ? 16 * sectorBytes + next(14 * sectorBytes) : pick(aims),
        number: next(2) === 0 ? pick(oddNumbers) : next(0xffffffff),
        width: pick([1, 2, 4]),
      }));
      const end = await search(copy, { changes, bytes: next(5) === 0 ? next(image.length) : image.length });
      if (end !== 'found' && end !== 'refused') throw new Error(`${end}: ${JSON.stringify(changes)}`);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    // The damage is neither so great nor so small that nothing was tried.
    for (const end of ['found', 'refused']) expect(ends.get(end)).toBeGreaterThan(many / 20);
    expect(copy.equals(image)).toBe(true);
  });

  test('twenty thousand damaged slots are read, and nothing is taken that stands in no table', () => {
    const names = ['wifi/1.nmconnection', 'ssh/authorized_keys', 'hostname'];
    const slot = writeSlot(slotId, new Map(names.map((name) => [name, `${name}\n`.repeat(40)])));
    if (!slot.ok) throw new Error(slot.problem.title);
    const next = numbersFrom(0x736c6f74);
    const copy = Buffer.from(slot.value);
    // Of the archive: what is behind it is zeros.
    const used = 64 + names.length * 1536 + 1024;
    const clean = Buffer.from(copy.subarray(0, used));
    let taken = 0;
    for (let run = 0; run < many / 5; run += 1) {
      const changes = Array.from({ length: 1 + next(4) }, () => [next(used), next(256)] as const);
      for (const [at, byte] of changes) copy[at] = byte;
      const read = readSlot(next(4) === 0 ? copy : resealed(copy));
      clean.copy(copy);
      if (!read.ok && read.problem.code === 'slot-unusable') continue;
      const keys = read.ok ? [...read.value.entries.keys()] : [];
      const isFine = read.ok && keys.every((name) => tableNames.test(name));
      if (!isFine) throw new Error(`${JSON.stringify(changes)}: ${JSON.stringify(keys)}`);
      taken += 1;
    }
    expect(taken).toBeGreaterThan(many / 250);
  });

  test('the search ends, and what it finds is a slot inside the image', async () => {
    const copy = Buffer.from(image);
    let found = 0;
    const property = fc.asyncProperty(mutations(), async (damage) => {
      const end = await search(copy, damage);
      if (end === 'found') found += 1;
      return end === 'found' || end === 'refused';
    });
    const { failed, counterexample, seed, errorInstance } = await fc.check(property, { numRuns: runs });
    expect(failed ? { counterexample, seed, errorInstance } : null).toBeNull();
    // The damage is not so great that nothing was tried.
    expect(found).toBeGreaterThan(runs / 50);
  });

  test('what is read from a slot stands in the table', () => {
    const names = ['wifi/1.nmconnection', 'ssh/authorized_keys', 'hostname'];
    const slot = writeSlot(slotId, new Map(names.map((name) => [name, `${name}\n`.repeat(40)])));
    if (!slot.ok) throw new Error(slot.problem.title);
    const payload = 64 + names.length * 1536 + 1024;
    const place = fc.oneof(fc.nat(63), fc.integer({ min: 64, max: payload }));
    const changes = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 });
    const property = fc.property(changes, fc.boolean(), (all, isSealed) => {
      const copy = Buffer.from(slot.value);
      for (const [at, byte] of all) copy[at] = byte;
      // As if whoever damaged it had computed the checksum anew: the archive itself is what is tried then.
      const sealed = isSealed ? resealed(copy) : copy;
      const read = readSlot(sealed);
      if (!read.ok) return read.problem.code === 'slot-unusable';
      const { entries, ignored } = read.value;
      return entries.size + ignored.length <= 3 && [...entries.keys()].every((name) => tableNames.test(name));
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});

const tableNames =
  /^(wifi\/(\d\d?\.nmconnection|wpa_supplicant\.conf)|ssh\/(authorized_keys|ssh_host_ed25519_key(\.pub)?)|hostname|root\.hash)$/;

function resealed(slot: Buffer): Buffer {
  const length = Math.min(slot.readUInt32LE(16), slotBytes - 64);
  slot.writeUInt32LE(length, 16);
  createHash('sha256')
    .update(slot.subarray(64, 64 + length))
    .digest()
    .copy(slot, 32);
  return slot;
}
