/** The jobs that put an image on drives and that prove it is there: check, start the writer, listen, write receipts. */
import type { Drive, DriveEvent, Receipt, SourceImage, StickEvent } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import type { Order, Patch, Result } from '../../writer/order.ts';
import { targetDrive } from '../drives/list.ts';
import type { SlotFill } from '../slot/fill.ts';
import type { WriterPrograms } from './elevate.ts';
import { runWriter } from './run-writer.ts';
import { makeReceipt } from './receipt.ts';
import { keepReceipt } from './receipts.ts';

export interface SticksInput {
  image: SourceImage;
  /** Each as it was listed when the person chose it. */
  drives: Drive[];
  programs: WriterPrograms;
  /** Nixburn's own, for the receipt. */
  version: string;
  /** Bytes that take the place of the image's own, the same on all. */
  patches?: Patch[];
  /** What is put into the slot of each, in the order of `drives`; what is not used is forgotten. */
  fills?: SlotFill[];
  /** Absolute folder in which receipts are kept; left out: they are not. */
  receipts?: string;
}

/** The same for a single drive. */
export type StickInput = Omit<SticksInput, 'drives' | 'fills'> & {
  drive: Drive;
  fill?: SlotFill | undefined;
};

/**
 * Writes the image on all drives at once and reads it back from each. What was on a drive is lost from its `write` phase
 * on. None waits for another, and what befalls one leaves the others alone.
 *
 * @returns for each drive its receipt; otherwise why there is none: a rule (`drive-…`), another drive in that place
 *   (`drive-changed`), no permission (`elevation-…`), or what the writer met.
 */
export function writeSticks(
  input: SticksInput,
  signal: AbortSignal,
): AsyncGenerator<DriveEvent, Outcome<Outcome<Receipt>[]>, void> {
  return runAll('write', input, signal);
}

/** As `writeSticks`, for one. */
export function writeStick(
  input: StickInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
  return runOne('write', input, signal);
}

/** Compares the drive with the image, byte by byte, and changes nothing. Returns as `writeStick` does. */
export function verifyStick(
  input: StickInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
  return runOne('verify', input, signal);
}

async function* runAll(
  action: Receipt['action'],
  input: SticksInput,
  signal: AbortSignal,
): AsyncGenerator<DriveEvent, Outcome<Outcome<Receipt>[]>, void> {
  return done(yield* runOrder(action, input, signal));
}

async function* runOne(
  action: Receipt['action'],
  { drive, fill, ...input }: StickInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
  const fills = fill ? { fills: [fill] } : {};
  const running = runOrder(action, { ...input, ...fills, drives: [drive] }, signal);
  try {
    for (;;) {
      const next = await running.next();
      if (next.done) return next.value[0] ?? failed(driveChanged(drive));
      if ('event' in next.value) yield next.value.event;
    }
  } finally {
    await running.return([]);
  }
}

async function* runOrder(
  action: Receipt['action'],
  input: SticksInput,
  signal: AbortSignal,
): AsyncGenerator<DriveEvent, Outcome<Receipt>[], void> {
  let outcomes: Outcome<Receipt>[] = [];
  try {
    outcomes = yield* writeGroups(action, input, signal);
    return outcomes;
  } finally {
    // A host key that is on no stick is nobody's.
    for (const [at, fill] of (input.fills ?? []).entries()) if (isNotMade(outcomes[at])) await fill.forget();
  }
}

/**
 * Whether the stick surely does not have what was to be put into its slot. Of a writer that was left in the middle nobody
 * knows: a key too many in the known hosts does no harm, one too few locks somebody out.
 */
export function isNotMade(outcome: Outcome<unknown> | undefined): boolean {
  return outcome?.ok === false && !['writer-died', cancelled.code].includes(outcome.problem.code);
}

async function* writeGroups(
  action: Receipt['action'],
  { image, drives, programs, version, patches = [], fills = [], receipts }: SticksInput,
  signal: AbortSignal,
): AsyncGenerator<DriveEvent, Outcome<Receipt>[], void> {
  const startedAt = new Date();
  const found = await Promise.all(drives.map((drive) => asChosen(action, drive, image)));
  const outcomes: (Outcome<Receipt> | null)[] = found.map((one) => (one.ok ? null : one));
  for (const [drive, outcome] of outcomes.entries()) if (outcome !== null) yield { drive, outcome };
  const places = found.flatMap((one, place) => (one.ok ? [{ place, drive: one.value }] : []));

  /** Turns what was proved on a drive into its end. */
  const end = async function* (place: number, drive: Drive, result: Outcome<Result>) {
    if (outcomes[place] !== null) return;
    const times = { startedAt, finishedAt: new Date() };
    const slot = fills[place]?.slot;
    const outcome = result.ok
      ? done({
          ...makeReceipt(action, image, drive, result.value, times, version),
          ...(slot === undefined ? {} : { slot }),
        })
      : result;
    outcomes[place] = outcome;
    const lost = outcome.ok && receipts !== undefined ? await keepOrSay(receipts, outcome.value) : null;
    if (lost !== null) yield { drive: place, event: { kind: 'note' as const, text: lost } };
    yield { drive: place, outcome };
  };

  // Files need no rights, and what root makes would be root's own: they are left to a writer without.
  for (const isFile of [true, false]) {
    const group = places.filter(({ drive }) => (drive.kind === 'file') === isFile);
    if (group.length === 0) continue;
    const order: Order = {
      version: 2,
      action,
      image: { path: image.path, bytes: image.bytes, sha256: image.sha256 },
      targets: group.map(({ drive, place }) => withPatches(toTarget(drive), fills[place]?.content)),
      patches,
    };
    const running = runWriter(programs, order, signal);
    try {
      for (;;) {
        const next = await running.next();
        if (next.done) {
          for (const [at, { place, drive }] of group.entries())
            yield* end(place, drive, next.value[at] ?? failed(cancelled));
          break;
        }
        const { target } = next.value;
        const one = group[target];
        if (one === undefined) continue;
        if ('event' in next.value) yield { drive: one.place, event: next.value.event };
        else yield* end(one.place, one.drive, next.value.outcome);
      }
    } finally {
      await running.return([]);
    }
  }
  return outcomes.map((outcome) => outcome ?? failed(cancelled));
}

/** The stick is none the worse for a receipt that could not be kept: that is told, and no failure. */
export async function keepOrSay(folder: string, receipt: Receipt): Promise<string | null> {
  return keepReceipt(folder, receipt).then(
    () => null,
    (error: unknown) => `The receipt could not be kept in ${folder}: ${String(error)}`,
  );
}

/** The drive as it is now, if it is still the one that was chosen and no rule forbids it. */
async function asChosen(
  action: Receipt['action'],
  drive: Drive,
  image: SourceImage,
): Promise<Outcome<Drive>> {
  const now = await targetDrive(drive.path, image.path);
  if (!now.ok) return now;
  if (now.value.id !== drive.id) return failed(driveChanged(drive));
  const [refusal] = now.value.refusals;
  // The writer applies the rules too; here they save a person the password.
  return action === 'write' && refusal !== undefined ? failed(refusal) : now;
}

function withPatches(
  target: Order['targets'][number],
  patches: Patch[] | undefined,
): Order['targets'][number] {
  return patches ? { ...target, patches } : target;
}

export function toTarget({ kind, path, serial, bytes, diskSequence }: Drive): Order['targets'][number] {
  return kind === 'file' ? { kind: 'file', path } : { kind: 'block', path, serial, bytes, diskSequence };
}

/** Another drive than the one that was chosen. */
export function driveChanged(drive: Drive): Problem {
  return problem('drive-changed', `${drive.path} is not the drive that you chose.`, {
    detail: 'It was unplugged or changed since, and another drive may have its name now.',
    remedy: 'Look at the list of drives and choose again.',
  });
}
