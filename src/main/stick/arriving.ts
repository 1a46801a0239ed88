/**
 * The job that puts an image on a drive while it comes from where it was built, with no copy of it in between. What must be
 * known of it beforehand stands at its beginning, which is looked at before anything is written.
 */
import type { Drive, Receipt, StickEvent } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome } from '../../shared/problem.ts';
import type { ReceiveOrder } from '../../writer/order.ts';
import { CopyFailure, type HashedStream } from '../build/image-copy.ts';
import { targetDrive } from '../drives/list.ts';
import { readContent } from '../image/iso.ts';
import { sectorBytes, type SectorReader } from '../image/iso9660.ts';
import { slotPatchesAt, type FillInput, type SlotFill } from '../slot/fill.ts';
import { readSlotHeader } from '../slot/format.ts';
import { findSlotRun } from '../slot/locate.ts';
import { feedImage } from './feed.ts';
import { makeReceipt } from './receipt.ts';
import { runWriter } from './run-writer.ts';
import { driveChanged, isNotMade, keepOrSay, toTarget, type SticksInput } from './write.ts';

export interface ArrivingInput extends Pick<SticksInput, 'programs' | 'version' | 'receipts'> {
  image: { fileName: string; bytes: number; name: string | null };
  /** Comes whole, or throws. */
  stream(signal: AbortSignal, say: (note: string) => void): HashedStream;
  /** As it was listed when the person chose it. */
  drive: Drive;
  /** What goes into the slot; `header` is the beginning of the slot that was built in. Null: nothing. */
  fill: { input: FillInput; header: Uint8Array } | null;
}

/** The tables of an image lie in its first few hundred kilobytes. */
const beginningBytes = 4 * 1024 * 1024;

/**
 * Writes the image and reads it back. What was on the drive is lost from its `write` phase on.
 *
 * @returns the receipt; problems as those of `writeStick`, of where the image comes from, and of what is no image.
 */
export async function* writeArriving(
  { image, stream, drive, fill, programs, version, receipts }: ArrivingInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
  const startedAt = new Date();
  const now = await targetDrive(drive.path);
  if (!now.ok) return now;
  if (now.value.id !== drive.id) return failed(driveChanged(drive));
  const [refusal] = now.value.refusals;
  if (refusal !== undefined) return failed(refusal);
  const notes: string[] = [];
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const coming = stream(until, (note) => notes.push(note));
  let prepared: SlotFill | null = null;
  let outcome: Outcome<Receipt> | null = null;
  try {
    const beginning = await readBeginning(coming, Math.min(beginningBytes, image.bytes));
    const sectors = sectorsOf(beginning, image.bytes);
    const content = await readContent(sectors, image.fileName);
    if (!content.ok) return content;
    let whole = joined(beginning, coming);
    if (fill) {
      const place = await findSlotRun(sectors);
      if (!place.ok) return place;
      const header = readSlotHeader(fill.header);
      if (!header.ok) return header;
      const { offset } = place.value;
      const fills = await slotPatchesAt({ offset, id: header.value.id }, fill.input, [
        fill.input.recipe.name,
      ]);
      if (!fills.ok) return fills;
      prepared = fills.value[0] ?? null;
      whole = withSlot(whole, offset, fill.header);
    }
    const target = { ...toTarget(now.value), ...(prepared && { patches: prepared.content }) };
    const order: ReceiveOrder = { version: 2, action: 'receive', bytes: image.bytes, targets: [target] };
    const running = runWriter(programs, order, signal, undefined, (input, ended) => {
      // Once nobody takes it, where it comes from is not waited for: that may have nothing to say for minutes.
      ended.addEventListener('abort', () => stop.abort(), { once: true });
      return feedImage(whole, input, AbortSignal.any([ended, until]));
    });
    try {
      for (;;) {
        const next = await running.next();
        for (const text of notes.splice(0)) yield { kind: 'note', text };
        if (!next.done) {
          if ('event' in next.value) yield next.value.event;
          continue;
        }
        const result = next.value[0] ?? failed(cancelled);
        const times = { startedAt, finishedAt: new Date() };
        const source = { ...image, path: '', sha256: null, volumeId: content.value.volumeId };
        outcome = result.ok
          ? done({
              ...makeReceipt('write', source, now.value, result.value, times, version),
              ...(prepared && { slot: prepared.slot }),
            })
          : result;
        break;
      }
    } finally {
      await running.return([]);
    }
    const lost = outcome.ok && receipts !== undefined ? await keepOrSay(receipts, outcome.value) : null;
    if (lost !== null) yield { kind: 'note', text: lost };
    return outcome;
  } catch (error) {
    if (signal.aborted) return failed(cancelled);
    if (error instanceof CopyFailure) return failed(error.problem);
    throw error;
  } finally {
    stop.abort();
    await coming.return({ bytes: 0, sha256: '' });
    // A host key that is on no stick is nobody's.
    if (prepared && (outcome === null || isNotMade(outcome))) await prepared.forget();
  }
}

/** Reads so many bytes of it, or a little more. */
async function readBeginning(image: HashedStream, bytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let have = 0; have < bytes;) {
    const next = await image.next();
    if (next.done) break;
    parts.push(next.value);
    have += next.value.length;
  }
  return Buffer.concat(parts);
}

/** The sectors that have come so far, of an image of so many bytes. */
function sectorsOf(beginning: Buffer, bytes: number): SectorReader {
  return {
    bytes,
    read: async (first, count) => beginning.subarray(first * sectorBytes, (first + count) * sectorBytes),
  };
}

/** All of it again: what has been read of it, and the rest. */
async function* joined(beginning: Buffer, rest: HashedStream): HashedStream {
  yield beginning;
  return yield* rest;
}

/** Passes on what comes, if the slot in it is the one that was built in: what is put there must not go anywhere else. */
async function* withSlot(image: HashedStream, offset: number, header: Uint8Array): HashedStream {
  const found = Buffer.alloc(header.length);
  let at = 0;
  let next = await image.next();
  try {
    for (; !next.done; next = await image.next()) {
      const from = Math.max(at, offset);
      const to = Math.min(at + next.value.length, offset + header.length);
      if (from < to) found.set(next.value.subarray(from - at, to - at), from - offset);
      at += next.value.length;
      if (at >= offset + header.length && !found.equals(header)) throw new CopyFailure(otherSlot);
      yield next.value;
    }
  } finally {
    if (!next.done) await image.return({ bytes: 0, sha256: '' });
  }
  return next.value;
}

const otherSlot = problem(
  'slot-unusable',
  'The place for secrets on this image is not the one that was built in.',
  {
    detail: 'Nothing usable was written.',
    remedy: 'Build the image first, then write it.',
  },
);
