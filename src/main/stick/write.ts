/** The jobs that put an image on a drive and that prove it is there: check, start the writer, listen, write a receipt. */
import type { Drive, Receipt, SourceImage, StickEvent } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import type { Order, Patch } from '../../writer/order.ts';
import { targetDrive } from '../drives/list.ts';
import { runWriter } from './elevate.ts';
import { makeReceipt } from './receipt.ts';

export interface StickInput {
  image: SourceImage;
  /** As it was listed when the person chose it. */
  drive: Drive;
  programs: {
    /** Absolute path of the built writer. */
    writer: string;
  };
  /** Nixburn's own, for the receipt. */
  version: string;
  /** Bytes that take the place of the image's own. */
  patches?: Patch[];
}

/**
 * Writes the image and reads it back. What was on the drive is lost from the `write` phase on.
 *
 * @returns the receipt; otherwise why there is none: a rule (`drive-…`), another drive in that place
 *   (`drive-changed`), no permission (`elevation-…`), or what the writer met.
 */
export function writeStick(
  input: StickInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
  return runOrder('write', input, signal);
}

/** Compares the drive with the image, byte by byte, and changes nothing. Returns as `writeStick` does. */
export function verifyStick(
  input: StickInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
  return runOrder('verify', input, signal);
}

async function* runOrder(
  action: Receipt['action'],
  { image, drive, programs, version, patches = [] }: StickInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
  const startedAt = new Date();
  const now = await targetDrive(drive.path, image.path);
  if (!now.ok) return now;
  if (now.value.id !== drive.id) return failed(driveChanged(drive));
  const [refusal] = now.value.refusals;
  // The writer applies the rules too; here they save a person the password.
  if (action === 'write' && refusal !== undefined) return failed(refusal);
  const order: Order = {
    version: 1,
    action,
    image: { path: image.path, bytes: image.bytes, sha256: image.sha256 },
    target: toTarget(now.value),
    patches,
  };
  const result = yield* runWriter(programs.writer, order, signal);
  if (!result.ok) return result;
  const times = { startedAt, finishedAt: new Date() };
  return done(makeReceipt(action, image, now.value, result.value, times, version));
}

function toTarget({ kind, path, serial, bytes, diskSequence }: Drive): Order['target'] {
  return kind === 'file' ? { kind: 'file', path } : { kind: 'block', path, serial, bytes, diskSequence };
}

function driveChanged(drive: Drive) {
  return problem('drive-changed', `${drive.path} is not the drive that you chose.`, {
    detail: 'It was unplugged or changed since, and another drive may have its name now.',
    remedy: 'Look at the list of drives and choose again.',
  });
}
