/** The jobs that make an ordinary stick again of an installer stick, and that keep what is on a stick as a file. */
import { open, rm } from 'node:fs/promises';
import type { Drive, SavedStick, StickEvent } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import type { RestoreOrder, Result, SaveOrder } from '../../writer/order.ts';
import { targetDrive } from '../drives/list.ts';
import type { WriterPrograms } from './elevate.ts';
import { runWriter } from './run-writer.ts';
import { driveChanged, toTarget } from './write.ts';

export interface RestoreInput {
  /** As it was listed when the person chose it. */
  drive: Drive;
  /** What the stick is called: at most 11 of A–Z, 0–9, _ and -. */
  label: string;
  programs: WriterPrograms;
}

/**
 * Gives a drive one empty partition that every computer reads (FAT32). What was on it is lost from the `write` phase on.
 *
 * @returns nothing; otherwise why not: `label-not-usable`, `target-is-file` for a practice stick, or as `writeStick`.
 */
export async function* restoreStick(
  { drive, label, programs }: RestoreInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<null>, void> {
  const name = stickLabel(label);
  if (!name.ok) return name;
  const target = await blockTarget(drive, () => true);
  if (!target.ok) return target;
  const order: RestoreOrder = { version: 2, action: 'restore', targets: [target.value], label: name.value };
  const ended = yield* one(programs, order, signal);
  return ended.ok ? done(null) : ended;
}

/** What a stick will be called, in the letters that FAT has; `label-not-usable` where they do not do. */
export function stickLabel(label: string): Outcome<string> {
  const name = label.trim().toUpperCase();
  return /^[A-Z0-9][A-Z0-9_-]{0,10}$/.test(name) ? done(name) : failed(badLabel);
}

export interface SaveInput {
  drive: Drive;
  /** Absolute path of a file that is not there yet. */
  file: string;
  programs: WriterPrograms;
}

/**
 * Copies all of a drive into a new file. The drive is unmounted and not changed.
 *
 * @returns what was saved; otherwise why not: `file-exists`, `file-not-made`, or as `verifyStick`, and then there is no file.
 */
export async function* saveStick(
  { drive, file, programs }: SaveInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<SavedStick>, void> {
  // Reading needs no switch to be off.
  const target = await blockTarget(drive, (code) => code !== 'drive-read-only');
  if (!target.ok) return target;
  const made = await makeEmpty(file);
  if (!made.ok) return made;
  let isWhole = false;
  try {
    const order: SaveOrder = { version: 2, action: 'save', targets: [target.value], file };
    const ended = yield* one(programs, order, signal);
    if (!ended.ok) return ended;
    isWhole = true;
    return done({ path: file, bytes: ended.value.bytesWritten, sha256: ended.value.sha256 });
  } finally {
    if (!isWhole) await rm(file, { force: true });
  }
}

async function* one(
  programs: WriterPrograms,
  order: RestoreOrder | SaveOrder,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Result>, void> {
  const running = runWriter(programs, order, signal);
  try {
    for (;;) {
      const next = await running.next();
      if (next.done) {
        const [outcome] = next.value;
        if (outcome === undefined) throw new Error('the writer said nothing of its target');
        return outcome;
      }
      if ('event' in next.value) yield next.value.event;
    }
  } finally {
    await running.return([]);
  }
}

type Target = RestoreOrder['targets'][number];

/** The drive as it is now, if it is still the one that was chosen and no rule that binds forbids it. */
async function blockTarget(drive: Drive, binds: (code: string) => boolean): Promise<Outcome<Target>> {
  const now = await targetDrive(drive.path);
  if (!now.ok) return now;
  if (now.value.id !== drive.id) return failed(driveChanged(drive));
  const refusal = now.value.refusals.find(({ code }) => binds(code));
  // The writer applies the rules too; here they save a person the password.
  if (refusal !== undefined) return failed(refusal);
  const target = toTarget(now.value);
  return target.kind === 'block' ? done(target) : failed(isFile);
}

/** Made by this process and not by the writer, which is root: so nothing is written where this person may not write. */
async function makeEmpty(file: string): Promise<Outcome<null>> {
  try {
    await (await open(file, 'wx', 0o600)).close();
    return done(null);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      return failed(
        problem('file-exists', `There is a file ${file} already.`, {
          remedy: 'Choose another name.',
          raw: message,
        }),
      );
    }
    return failed(
      problem('file-not-made', `${file} could not be made.`, {
        remedy: 'Choose a folder in which you may write.',
        raw: message,
      }),
    );
  }
}

const badLabel = problem('label-not-usable', 'A stick can not be called that.', {
  remedy: 'Use up to 11 letters, digits, _ or -, and begin with a letter or a digit.',
});

const isFile = problem('target-is-file', 'A practice stick is an ordinary file, and no drive.', {
  remedy: 'Copy the file to keep it, or delete it.',
});
