/** Images as xorriso really makes them, and files that are none. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectImage, readContent, readImage } from '../../src/main/image/iso.ts';
import {
  findFile,
  readBootModes,
  readExtent,
  readVolume,
  sectorBytes,
  type SectorReader,
} from '../../src/main/image/iso9660.ts';
import { numRuns } from '../property/runs.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-iso-'));
const at = (name: string) => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const recipe = { schema: 1, name: 'attic', keys: ['ssh-ed25519 AAAA me'] };
const isolinux = ['-b', 'isolinux.bin', '-c', 'boot.cat', '-no-emul-boot', '-boot-load-size', '4'];
const bios = [...isolinux, '-boot-info-table', '-isohybrid-mbr', '/usr/lib/ISOLINUX/isohdpfx.bin'];
const uefi = ['-e', 'efi.img', '-no-emul-boot', '-isohybrid-gpt-basdat'];

/** xorriso as NixOS calls it (`make-iso9660-image.sh`). */
function make(name: string, options: string[]): string {
  const file = at(name);
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-o', file, '-r', '-J', ...options, at('tree')], {
    stdio: 'pipe',
  });
  return file;
}

beforeAll(async () => {
  mkdirSync(at('tree/nixburn'), { recursive: true });
  await writeFile(at('tree/nixburn/recipe.json'), JSON.stringify(recipe));
  await writeFile(at('tree/nixburn/slot'), Buffer.alloc(262_144, 7));
  await writeFile(at('tree/efi.img'), Buffer.alloc(1_474_560, 1));
  execFileSync('cp', ['/usr/lib/ISOLINUX/isolinux.bin', at('tree/isolinux.bin')]);
  make('data.iso', ['-V', 'NIXOS_DATA']);
  make('bios.iso', ['-V', 'NIXOS_BIOS', ...bios]);
  make('uefi.iso', ['-V', 'NIXOS_UEFI', ...uefi]);
  const appended = ['-append_partition', '2', '0xef', at('tree/efi.img'), '-no-emul-boot'];
  make('drive.iso', ['-V', 'NIXOS_DRIVE', ...appended, '-e', '--interval:appended_partition_2:all::']);
  make('both.iso', ['-V', 'NIXOS_BOTH', ...bios, '-eltorito-alt-boot', ...uefi]);
  make('long.iso', ['-V', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ_01234']);
});

describe('An image', () => {
  test.each([
    ['data.iso', 'NIXOS_DATA', [], false],
    ['bios.iso', 'NIXOS_BIOS', ['bios'], true],
    // Without a program for the first sector, xorriso makes no partition table.
    ['uefi.iso', 'NIXOS_UEFI', ['uefi'], false],
    ['drive.iso', 'NIXOS_DRIVE', ['uefi'], true],
    ['both.iso', 'NIXOS_BOTH', ['bios', 'uefi'], true],
    ['long.iso', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ_01234', [], false],
  ])('%s tells its label and how it boots', async (name, volumeId, bootModes, hybrid) => {
    const seen = await inspectImage(at(name));
    const { size: bytes } = statSync(at(name));
    expect(seen).toEqual({ ok: true, value: { bytes, volumeId, bootModes, hybrid, recipe } });
  });

  test('is read whole for its checksum, with the bytes so far', async () => {
    const seen: number[] = [];
    const read = await readImage(at('both.iso'), undefined, (bytes) => seen.push(bytes));
    const contents = await readFile(at('both.iso'));
    const sha256 = createHash('sha256').update(contents).digest('hex');
    expect(read).toMatchObject({
      ok: true,
      value: { id: sha256, sha256, bytes: contents.length, fileName: 'both.iso', name: 'attic', recipe },
    });
    expect(seen.at(-1)).toBe(contents.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('is not read on when nobody wants it any more', async () => {
    const stop = new AbortController();
    const read = await readImage(at('both.iso'), stop.signal, () => stop.abort());
    expect(read).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
  });

  test('of somebody else has no recipe', async () => {
    mkdirSync(at('other'), { recursive: true });
    await writeFile(at('other/README'), 'hello');
    execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-o', at('other.iso'), '-V', 'OTHER', at('other')], {
      stdio: 'pipe',
    });
    expect(await readImage(at('other.iso'))).toMatchObject({
      ok: true,
      value: { recipe: null, name: null, volumeId: 'OTHER' },
    });
  });

  test.each(['not json', '{"schema":', '\u0000'.repeat(20), '"text"', 'null', '[1,2]'])(
    'with a recipe that makes no sense is an image all the same: %s',
    async (text) => {
      mkdirSync(at('odd/nixburn'), { recursive: true });
      await writeFile(at('odd/nixburn/recipe.json'), text);
      execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-o', at('odd.iso'), '-V', 'ODD', at('odd')], {
        stdio: 'pipe',
      });
      expect(await readImage(at('odd.iso'))).toMatchObject({ ok: true, value: { name: null } });
    },
  );

  test('with more behind its end than it says is fine: some tools pad', async () => {
    const file = make('padded.iso', ['-V', 'PADDED']);
    await appendFile(file, Buffer.alloc(4096));
    expect((await inspectImage(file)).ok).toBe(true);
  });
});

const refused = async (file: string) => {
  const seen = await readImage(file);
  return seen.ok ? null : seen.problem;
};

describe('What is no whole image is refused with the reason:', () => {
  test('one whose download broke off', async () => {
    const file = make('short.iso', ['-V', 'SHORT', ...bios]);
    const { length } = await readFile(file);
    await truncate(file, length - 300_000);
    expect(await refused(file)).toMatchObject({
      code: 'image-truncated',
      detail: expect.stringContaining(`has ${length - 300_000}`) as string,
    });
  });

  test('packed ones', async () => {
    const image = await readFile(at('data.iso'));
    const packed: [string, Buffer, RegExp][] = [
      ['data.iso.gz', gzipSync(image), /gzip/],
      ['data.iso.zst', Buffer.concat([Buffer.from('28b52ffd', 'hex'), Buffer.alloc(5000)]), /Zstandard/],
      ['data.iso.xz', Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(5000)]), /xz/],
      ['data.iso.bz2', Buffer.concat([Buffer.from('425a6839', 'hex'), Buffer.alloc(5000)]), /bzip2/],
      ['data.zip', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(5000)]), /zip/],
    ];
    for (const [name, contents, says] of packed) {
      await writeFile(at(name), contents);
      expect(await refused(at(name))).toMatchObject({
        code: 'image-packed',
        detail: expect.stringMatching(says) as string,
      });
    }
  });

  test('files of another kind', async () => {
    await writeFile(at('zeros'), Buffer.alloc(100_000));
    await writeFile(at('text'), 'hello');
    await writeFile(at('empty'), '');
    expect((await refused(at('zeros')))?.code).toBe('image-not-iso');
    expect((await refused(at('text')))?.code).toBe('image-not-iso');
    expect((await refused(at('empty')))?.code).toBe('image-empty');
  });

  test('what is no file', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect((await refused(at('tree')))?.code).toBe('image-is-folder');
    expect((await refused(at('pipe')))?.code).toBe('image-not-file');
    expect((await refused('/dev/null'))?.code).toBe('image-not-file');
    expect((await refused(at('nothing.iso')))?.code).toBe('image-missing');
    expect((await refused(at('text/x.iso')))?.code).toBe('image-missing');
  });
});

/** A reader of an image in memory, that counts what it is asked for. */
function readerOf(image: Uint8Array): SectorReader & { asked: number } {
  return {
    bytes: image.length,
    asked: 0,
    async read(first, count) {
      this.asked += count;
      return image.subarray(Math.min(image.length, first * sectorBytes), (first + count) * sectorBytes);
    },
  };
}

describe('The sectors', () => {
  test('find a file by its names, in whatever case and however a strict program has cut them', async () => {
    const reader = readerOf(await readFile(at('both.iso')));
    const volume = await readVolume(reader);
    const extent = await findFile(reader, volume!.root, ['nixburn', 'slot']);
    expect(extent?.bytes).toBe(262_144);
    expect((await readExtent(reader, extent!)).every((byte) => byte === 7)).toBe(true);
    expect(await findFile(reader, volume!.root, ['NIXBURN', 'RECIPE.JSON'])).not.toBeNull();
    expect(await findFile(reader, volume!.root, ['nixburn'])).toBeNull();
    expect(await findFile(reader, volume!.root, ['nixburn', 'slot', 'x'])).toBeNull();
  });

  test('agree with what the kernel’s own tools say of the label', async () => {
    const said = execFileSync('blkid', ['-o', 'value', '-s', 'LABEL', at('both.iso')], { encoding: 'utf8' });
    expect((await readVolume(readerOf(await readFile(at('both.iso')))))?.volumeId).toBe(said.trim());
  });

  test('of a damaged image never crash, hang or make us read without end', async () => {
    const whole = await readFile(at('both.iso'));
    // The part that says where everything is: descriptors, path tables, directories, boot catalogue.
    const head = 64 * sectorBytes;
    const change = fc.record({
      at: fc.oneof(fc.nat(head), fc.integer({ min: 16 * sectorBytes, max: 32 * sectorBytes }), fc.nat(512)),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.constantFrom(Uint8Array.of(0xff, 0xff, 0xff, 0xff), Uint8Array.of(0, 0, 0, 0), Uint8Array.of(1)),
      ),
    });
    const length = fc.oneof(fc.constant(whole.length), fc.nat(whole.length), fc.nat(40 * sectorBytes));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), length, async (changes, bytes) => {
        const image = Uint8Array.from(whole.subarray(0, bytes));
        for (const one of changes)
          image.set(one.bytes.subarray(0, Math.max(0, bytes - one.at)), Math.min(one.at, bytes));
        const reader = readerOf(image);
        const content = await readContent(reader, 'damaged.iso');
        await readBootModes(reader);
        expect(reader.asked).toBeLessThan(4096);
        const words = content.ok ? content.value.volumeId : content.problem.title;
        expect(words.length).toBeLessThanOrEqual(200);
      }),
      { numRuns },
    );
  });

  test('of a directory that contains itself lead nowhere', async () => {
    const image = Uint8Array.from(await readFile(at('both.iso')));
    const volume = await readVolume(readerOf(image));
    const names = Array.from({ length: 50 }, () => '\u0000');
    expect(await findFile(readerOf(image), volume!.root, [...names, 'slot'])).toBeNull();
  });
});
