/** Receipts are kept for programs and for people, and what is no receipt is never taken for one. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assert, property, string } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { receiptPage } from '../../src/main/stick/receipt-page.ts';
import { keepReceipt, keptReceipts, receiptsFolder } from '../../src/main/stick/receipts.ts';
import type { Receipt } from '../../src/shared/contract.ts';

vi.mock('node:crypto', async (importActual) => {
  const actual = await importActual<typeof import('node:crypto')>();
  return { ...actual, randomBytes: vi.fn(actual.randomBytes) };
});

const receipt: Receipt = {
  schema: 1,
  action: 'write',
  image: {
    fileName: 'nixos-attic.iso',
    bytes: 1_234_567_890,
    sha256: 'ab'.repeat(32),
    volumeId: 'NIXOS_ATTIC',
    name: 'attic',
  },
  drive: {
    path: '/dev/sdb',
    vendor: 'SanDisk',
    model: 'Ultra',
    serial: '4C530001',
    bytes: 32_000_000_000,
    bus: 'usb',
  },
  startedAt: '2026-11-24T10:00:00.123Z',
  finishedAt: '2026-11-24T10:02:31.456Z',
  bytesWritten: 1_000_000_000,
  bytesKept: 234_567_890,
  bytesVerified: 1_234_567_890,
  writeMillis: 98_000,
  verifyMillis: 41_000,
  writeRate: 10_204_082,
  verifyRate: 30_111_412,
  repairs: 2,
  version: '0.1.0',
};

const count = (text: string) => text.split(/[<>]/).length;

let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'nixburn-receipts-'));
  folder = receiptsFolder(home);
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('The history', () => {
  test('holds nothing before there is anything', async () => {
    expect(await keptReceipts(folder)).toEqual([]);
  });

  test('gives back what was kept, the newest first, and keeps it to the person', async () => {
    const older = { ...receipt, finishedAt: '2026-11-23T10:00:00.000Z' };
    await keepReceipt(folder, receipt);
    await keepReceipt(folder, older);
    expect(await keptReceipts(folder)).toEqual([receipt, older]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder))
      expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  });

  test('keeps two of one second apart', async () => {
    await keepReceipt(folder, receipt);
    await keepReceipt(folder, receipt);
    expect(await keptReceipts(folder)).toHaveLength(2);
  });

  test('keeps two of one second apart also where chance gives both the same name', async () => {
    const chance = vi.mocked(randomBytes);
    const pairs = [[1], [1], [2]];
    const real = chance.getMockImplementation();
    chance.mockImplementation(((size: number) =>
      size === 2 ? Buffer.from([0, ...(pairs.shift() ?? [3])]) : Buffer.alloc(size, pairs.length)) as never);
    const other = { ...receipt, drive: { ...receipt.drive, serial: '4C530002' } };
    try {
      await keepReceipt(folder, receipt);
      const page = await keepReceipt(folder, other);
      expect(await readFile(page, 'utf8')).toBe(receiptPage(other));
    } finally {
      chance.mockImplementation(real as never);
    }
    const serials = (await keptReceipts(folder)).map(({ drive }) => drive.serial);
    expect(serials.toSorted()).toEqual(['4C530001', '4C530002']);
    expect(await readdir(folder)).toHaveLength(4);
  });

  test('passes over what is no receipt', async () => {
    const page = await keepReceipt(folder, receipt);
    await writeFile(path.join(folder, 'a.json'), '{"schema": 2}');
    await writeFile(path.join(folder, 'b.json'), 'no JSON at all');
    await writeFile(page.replace('.html', '-half.json.part'), JSON.stringify(receipt));
    expect(await keptReceipts(folder)).toEqual([receipt]);
  });

  test('has a page for each, named after its time', async () => {
    const page = await keepReceipt(folder, receipt);
    expect(path.basename(page)).toMatch(/^2026-11-24T10-02-31Z-[0-9a-f]{4}\.html$/);
    expect(await readFile(page, 'utf8')).toBe(receiptPage(receipt));
  });
});

describe('The page of a receipt', () => {
  test('says everything that was proved', () => {
    const page = receiptPage(receipt);
    for (const words of [
      'nixos-attic.iso',
      'NIXOS_ATTIC',
      'attic',
      'ab'.repeat(32),
      'SanDisk Ultra',
      '4C530001',
      '/dev/sdb, usb, 32 GB (32000000000 bytes)',
      '1 GB (1000000000 bytes) in 1 min 38 s, 10.2 MB/s',
      '(234567890 bytes)',
      '2 places',
      '(1234567890 bytes) in 41 s, 30.1 MB/s',
      '0.1.0',
    ])
      expect(page).toContain(words);
  });

  test('says that nothing was put into the slot, where that is so', () => {
    expect(receiptPage(receipt)).toContain('nothing: it holds the image alone');
    const slot = {
      name: 'attic',
      hostKey: 'SHA256:x',
      entries: ['hostname'],
      filledAt: '2026-11-24T10:02:31Z',
    };
    expect(receiptPage({ ...receipt, slot })).not.toContain('image alone');
    expect(receiptPage({ ...receipt, action: 'verify' })).not.toContain('image alone');
  });

  test('of a verify says nothing of writing', () => {
    const page = receiptPage({ ...receipt, action: 'verify', bytesWritten: 0, writeRate: null });
    expect(page).not.toContain('Written');
    expect(page).toContain('Read back and the same');
  });

  test('lets no name of a device or file become markup', () => {
    const plain = count(receiptPage(receipt));
    assert(
      property(string(), string(), (model, fileName) => {
        const page = receiptPage({
          ...receipt,
          image: { ...receipt.image, fileName },
          drive: { ...receipt.drive, model, vendor: model },
        });
        expect(count(page)).toBe(plain);
      }),
    );
  });
});
