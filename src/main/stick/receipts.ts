/** The history of sticks: each success leaves its receipt as a file for programs and as a page for people. */
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Receipt } from '../../shared/contract.ts';
import { makePrivate } from '../places.ts';
import { replaceFile } from '../replace-file.ts';
import { receiptPage } from './receipt-page.ts';

const bytes = z.number().int().nonnegative();
const millis = z.number().nonnegative();

/** What is read back is checked: a person may have changed it, and another version may have written it. */
const receiptFile: z.ZodType<Receipt> = z.object({
  schema: z.literal(1),
  action: z.enum(['write', 'verify']),
  image: z.object({
    fileName: z.string(),
    bytes,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    volumeId: z.string(),
    name: z.string().nullable(),
  }),
  drive: z.object({
    path: z.string(),
    vendor: z.string(),
    model: z.string(),
    serial: z.string(),
    bytes,
    bus: z.string(),
  }),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  bytesWritten: bytes,
  bytesKept: bytes,
  bytesVerified: bytes,
  writeMillis: millis,
  verifyMillis: millis,
  writeRate: bytes.nullable(),
  verifyRate: bytes.nullable(),
  repairs: z.number().int().nonnegative(),
  version: z.string(),
  slot: z
    .object({
      name: z.string(),
      hostKey: z.string(),
      entries: z.array(z.string()),
      filledAt: z.iso.datetime(),
    })
    .optional(),
});

/** Where the history lies, below the folder for what must not be lost. */
export function receiptsFolder(data: string): string {
  return path.join(data, 'receipts');
}

/**
 * Keeps a receipt as two files in `folder`, named after the time it was finished, e.g. `2026-11-24T10-02-31Z-4f1c.json` and
 * `.html`. The folder is the person's alone: serial numbers are nobody else's business.
 *
 * @returns the path of the page. Rejects on I/O errors, and then leaves neither file.
 */
export async function keepReceipt(folder: string, receipt: Receipt): Promise<string> {
  await makePrivate(folder);
  const time = receipt.finishedAt.replace(/\.\d+/, '').replaceAll(':', '-');
  const base = await freeName(path.join(folder, time));
  try {
    await replaceFile(`${base}.html`, receiptPage(receipt), 0o600);
    await replaceFile(`${base}.json`, `${JSON.stringify(receipt, null, 2)}\n`, 0o600);
  } catch (error) {
    await rm(`${base}.html`, { force: true });
    throw error;
  }
  return `${base}.html`;
}

/** A name that no other receipt has: many sticks may be finished within one second. Its page is there then, and empty. */
async function freeName(stem: string): Promise<string> {
  for (;;) {
    const base = `${stem}-${randomBytes(2).toString('hex')}`;
    try {
      await (await open(`${base}.html`, 'wx', 0o600)).close();
      return base;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The receipts in `folder`, the newest first. No folder: none. What is no receipt is passed over. */
export async function keptReceipts(folder: string): Promise<Receipt[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(names.map((name) => readReceipt(path.join(folder, name))));
  return found
    .filter((receipt) => receipt !== null)
    .toSorted((one, other) => lastChange(other).localeCompare(lastChange(one)));
}

/** A slot may be filled anew long after the image was written. */
function lastChange({ finishedAt, slot }: Receipt): string {
  return slot && slot.filledAt > finishedAt ? slot.filledAt : finishedAt;
}

async function readReceipt(file: string): Promise<Receipt | null> {
  try {
    return receiptFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
