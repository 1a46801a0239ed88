/** An empty FAT32 is what other people's tools take for one, on drives of every size. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { assert, integer, property } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isInstalled } from '../../scripts/set-up.mjs';
import { layOutFat32, type Fat32 } from '../../src/writer/fat32.ts';

const run = promisify(execFile);
const mebi = 1024 * 1024;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-fat32-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A sparse file with it on. */
async function fileOf(bytes: number, layout: Fat32): Promise<string> {
  const file = path.join(folder, 'stick.img');
  await writeFile(file, '');
  await truncate(file, bytes);
  const opened = await open(file, 'r+');
  for (const part of layout.parts) await opened.write(part.bytes, 0, part.bytes.length, part.offset);
  await opened.close();
  return file;
}

const tools = ['/sbin/fsck.vfat', '/sbin/sfdisk', 'mdir'].filter((tool) => !isInstalled(tool));

describe.skipIf(tools.length > 0)(
  `an empty FAT32 (${tools.join(', ') || 'checked by dosfstools and mtools'})`,
  () => {
    test.each([
      ['the smallest', 36 * mebi],
      ['a small one', 100 * mebi],
      ['another', 200 * mebi],
      ['4 GB', 4_000_000_000],
      ['odd', 7_999_999_999],
      ['16 GB', 15_502_147_584],
      ['32 GB', 32_010_928_128],
      ['128 GB', 128_035_676_160],
      ['1 TB', 1_000_204_886_016],
    ])('on a drive of %s', async (_, bytes) => {
      const layout = layOutFat32({ bytes, blockSize: 512, label: 'STICK', id: 0x1234abcd });
      if (layout === null) throw new Error('too small');
      expect(layout.bytes).toBeLessThanOrEqual(bytes);
      const file = await fileOf(bytes, layout);
      const table = await run('/sbin/sfdisk', ['--json', file]);
      const { partitiontable } = JSON.parse(table.stdout) as {
        partitiontable: { label: string; partitions: { start: number; size: number; type: string }[] };
      };
      expect(partitiontable.label).toBe('dos');
      const [partition] = partitiontable.partitions;
      expect(partition).toMatchObject({ start: 2048, type: 'c' });
      expect(((partition?.size ?? 0) + 2048) * 512).toBeGreaterThan(bytes - 2 * mebi);
      // fsck.vfat looks at whole files only: the partition as one.
      const inner = path.join(folder, 'partition.img');
      // As much of it as there is anything in.
      const some = ['bs=1M', 'skip=1', 'count=400', 'conv=sparse', 'status=none'];
      await run('dd', [`if=${file}`, `of=${inner}`, ...some]);
      await truncate(inner, (partition?.size ?? 0) * 512);
      const checked = await run('/sbin/fsck.vfat', ['-n', '-v', inner]);
      expect(checked.stdout).toContain('Checking for unused clusters');
      expect(checked.stdout).not.toMatch(/differ|wrong|bad|unclean|dirty/i);
      await run('mcopy', ['-i', inner, path.join(import.meta.dirname, 'fat32.test.ts'), '::'], {
        env: { ...process.env, MTOOLS_SKIP_CHECK: '1' },
      });
      const { stdout } = await run('mdir', ['-i', inner, '::']);
      expect(stdout).toContain('Volume in drive : is STICK');
      expect(stdout).toMatch(/fat32\.test\.ts|FAT32/i);
    });
  },
);

test.each([
  ['3 TB', 3_000_592_982_016, 512, 2 ** 41],
  ['8 TB', 8_001_563_222_016, 4096, 8_000_000_000_000],
  ['12 TB, of which it can have two thirds', 12_000_138_625_024, 4096, 8_796_000_000_000],
  ['20 TB', 20_000_588_955_648, 4096, 8_796_000_000_000],
])('a disk of %s gets one that is as large as can be', (_, bytes, blockSize, wanted) => {
  const layout = layOutFat32({ bytes, blockSize, label: 'DISK', id: 1 });
  const boot = layout?.parts[1]?.bytes;
  if (boot === undefined) throw new Error('none');
  const total = boot.readUInt32LE(32);
  const fat = boot.readUInt32LE(36);
  const perCluster = boot.readUInt8(13);
  const count = Math.floor((total - boot.readUInt16LE(14) - 2 * fat) / perCluster);
  expect(total * blockSize).toBeGreaterThan(wanted * 0.999);
  expect(count).toBeLessThanOrEqual(0x0f_ff_ff_f4);
  // Two entries at its beginning stand for no cluster.
  expect((fat * blockSize) / 4).toBeGreaterThanOrEqual(count + 2);
});

test('a drive that is too small gets none', () => {
  expect(layOutFat32({ bytes: 32 * mebi, blockSize: 512, label: 'X', id: 1 })).toBeNull();
  expect(layOutFat32({ bytes: 0, blockSize: 512, label: 'X', id: 1 })).toBeNull();
  expect(layOutFat32({ bytes: 200 * mebi, blockSize: 4096, label: 'X', id: 1 })).toBeNull();
});

test('on any drive its parts lie in it, in order, and a table has an entry for each cluster', () => {
  assert(
    property(integer({ min: 40, max: 4_000_000 }), integer({ min: 0, max: mebi - 1 }), (size, rest) => {
      for (const blockSize of [512, 4096]) {
        const bytes = size * mebi + rest;
        const layout = layOutFat32({ bytes, blockSize, label: 'STICK', id: 7 });
        if (layout === null) {
          expect(blockSize === 4096 && size < 300).toBe(true);
          continue;
        }
        expect(layout.bytes % mebi).toBe(0);
        expect(layout.bytes).toBeLessThanOrEqual(bytes);
        const ends = layout.parts.map((part) => part.offset + part.bytes.length);
        for (const [at, part] of layout.parts.entries())
          expect(part.offset).toBeGreaterThanOrEqual(ends[at - 1] ?? 0);
        expect(ends.at(-1)).toBeLessThanOrEqual(layout.bytes);
        const boot = layout.parts[1]?.bytes ?? Buffer.alloc(512);
        const [perCluster, reserved] = [boot.readUInt8(13), boot.readUInt16LE(14)];
        const [total, fat] = [boot.readUInt32LE(32), boot.readUInt32LE(36)];
        const count = Math.floor((total - reserved - 2 * fat) / perCluster);
        expect(fat * (blockSize / 4)).toBeGreaterThanOrEqual(count + 2);
        expect(count).toBeGreaterThanOrEqual(65_525);
        // The partition ends on the drive.
        expect(mebi + total * blockSize).toBeLessThanOrEqual(bytes);
      }
    }),
  );
});
