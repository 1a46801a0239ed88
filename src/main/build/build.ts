/** The job that makes an image of a flake: runs the builder, fetches the image, and leaves a whole file or none. */
import { randomBytes } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildEvent, BuildPhase, Image } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { inspectImage } from '../image/iso.ts';
import type { Builder, Built } from './builder.ts';
import { expectedDurations, rememberDurations } from './history.ts';
import { CopyFailure } from './image-copy.ts';
import { openLog } from './log-file.ts';
import { Pace } from './pace.ts';
import { ticking } from './ticking.ts';

/** What a build needs, wherever the image goes. */
export interface Making {
  /** The folder that holds the flake; absolute. A lock file that Nix writes is put there. */
  flakeDir: string;
  /** What people call the image: `nixos-attic.iso`. */
  fileName: string;
  builder: Builder;
  /** The host name of the recipe. */
  name: string | null;
  /** What earlier builds have taught: a file, and what makes builds take alike long. Left out: nothing is learnt. */
  history?: { file: string; kind: string } | undefined;
  /** The folder for the whole log. Left out: it is not kept. */
  logs?: string | undefined;
  /** A new file that the image is copied to, as `Builder.build` takes it. */
  into?: string;
}

export interface BuildInput extends Making {
  /** Where the image goes, its file name included; absolute. A file there is replaced, but only by a whole image. */
  out: string;
}

/** How often the bar moves by the time alone, in ms, while Nix says nothing. */
const tickMillis = 1_000;

/** Takes what was built to where it is wanted; `Own` is what it tells beside what a build tells. */
export type Bring<Own, Result> = (
  built: Built,
  signal: AbortSignal,
) => AsyncGenerator<BuildEvent | Own, Outcome<Result>, void>;

/** Something that no build tells. */
interface Other {
  kind: 'stick';
}

/** Builds, copies, and reads the copy's label. What goes wrong is a problem; nothing partial ever stays at `out`. */
export async function* buildImage(
  input: BuildInput,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Image>, void> {
  const refusal = await refuseTarget(input.out);
  if (refusal) return failed(refusal);
  const into = path.join(path.dirname(input.out), `.nixburn-${randomBytes(6).toString('hex')}.part`);
  try {
    return yield* buildAndBring<never, Image>(
      { ...input, into },
      (built, stop) => fetchImage(built, into, input, stop),
      signal,
    );
  } finally {
    await rm(into, { force: true });
  }
}

/** Builds, and has `bring` take away what was built, which is safe from its builder's garbage collector meanwhile. */
export async function* buildAndBring<Own extends Other, Result>(
  input: Making,
  bring: Bring<Own, Result>,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent | Own, Outcome<Result>, void> {
  const { history } = input;
  const earlier = history ? await expectedDurations(history.file, history.kind) : null;
  const pace = new Pace(earlier, performance.now());
  const log = input.logs === undefined ? null : await openLog(input.logs, input.fileName, new Date());
  const seen = new Set<BuildPhase | 'stick'>();
  // Stops everything also where nobody asks for the next event any more.
  const left = new AbortController();
  let outcome: Outcome<Result> | null = null;
  try {
    const steps = ticking(make(input, bring, AbortSignal.any([signal, left.signal])), tickMillis, () =>
      left.abort(),
    );
    outcome = yield* paced(steps, pace, (event) => {
      if (event.kind === 'log') log?.write(event.line);
      if (event.kind === 'phase') seen.add(event.phase);
      if (event.kind === 'stick') seen.add('stick');
    });
  } finally {
    log?.close();
  }
  // Who stopped a build does not ask how it went.
  if (!outcome.ok && outcome.problem.code === cancelled.code) await log?.remove();
  else if (!outcome.ok && log) yield { kind: 'note', text: `The whole log is in ${log.path}` };
  // Only a build that had everything to do teaches how long that takes; and a stick takes its own time.
  if (outcome.ok && history && seen.has('image') && !seen.has('stick'))
    await rememberDurations(history.file, history.kind, pace.durations(performance.now())).catch(
      () => undefined,
    );
  return outcome;
}

async function* make<Own, Result>(
  input: Making,
  bring: Bring<Own, Result>,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent | Own, Outcome<Result>, void> {
  yield { kind: 'phase', phase: 'evaluate' };
  yield { kind: 'progress', phase: 'evaluate', fraction: null, label: '' };
  let built: Built | null = null;
  try {
    const result = yield* input.builder.build(input.flakeDir, signal, input.into);
    if (!result.ok) return result;
    built = result.value;
    if (built.lock !== null) await writeFile(path.join(input.flakeDir, 'flake.lock'), built.lock);
    return yield* bring(built, signal);
  } catch (error) {
    if (signal.aborted) return failed(cancelled);
    const explained = explainCopy(error, path.dirname(input.into ?? input.flakeDir));
    if (!explained) throw error;
    return failed(explained);
  } finally {
    await built?.release();
  }
}

async function* fetchImage(
  built: Built,
  part: string,
  input: BuildInput,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Image>, void> {
  yield { kind: 'phase', phase: 'copy' };
  const notes: string[] = [];
  const copy = built.copyTo(part, signal, (note) => notes.push(note));
  const started = performance.now();
  let shown = -1;
  let next = await copy.next();
  try {
    for (; !next.done; next = await copy.next()) {
      for (const text of notes.splice(0)) yield { kind: 'note', text };
      const percent = built.bytes > 0 ? Math.min(100, Math.floor((next.value / built.bytes) * 100)) : 100;
      if (percent === shown) continue;
      shown = percent;
      const bytesPerSecond = Math.round(next.value / Math.max(0.001, (performance.now() - started) / 1000));
      yield {
        kind: 'progress',
        phase: 'copy',
        fraction: percent / 100,
        label: input.fileName,
        bytesPerSecond,
      };
    }
  } finally {
    // Also where nobody asks for the next event any more: closes the files.
    if (!next.done) await copy.return({ bytes: 0, sha256: '' });
  }
  const { sha256, bytes } = next.value;
  const inspected = await inspectImage(part);
  if (!inspected.ok) return inspected;
  const { volumeId, bootModes } = inspected.value;
  signal.throwIfAborted();
  await rename(part, input.out);
  const { out, fileName, name } = input;
  return done({ id: sha256, path: out, fileName, bytes, sha256, volumeId, bootModes, name });
}

/** Turns the progress within phases into that of the whole, and lets it go on by the time while Nix says nothing. */
async function* paced<Own extends Other, Result>(
  steps: AsyncGenerator<BuildEvent | Own | 'tick', Result, void>,
  pace: Pace,
  onEvent: (event: BuildEvent | Own) => void,
): AsyncGenerator<BuildEvent | Own, Result, void> {
  let last: Extract<BuildEvent, { kind: 'progress' }> | null = null;
  let shown = '';
  const scale = (event: Extract<BuildEvent, { kind: 'progress' }>): BuildEvent | null => {
    const { fraction, remainingMillis } = pace.at(event.phase, event.fraction, performance.now());
    const { label, bytesPerSecond } = event;
    const seconds = remainingMillis === null ? null : Math.round(remainingMillis / 1000);
    const next = `${event.phase} ${fraction?.toFixed(3)} ${label} ${seconds} ${bytesPerSecond}`;
    if (next === shown) return null;
    shown = next;
    return { ...event, fraction, ...(remainingMillis !== null && { remainingMillis }) };
  };
  let next = await steps.next();
  try {
    for (; !next.done; next = await steps.next()) {
      const event = next.value;
      if (event !== 'tick') {
        onEvent(event);
        // From here on the build itself goes on no more.
        if (event.kind === 'stick') last = null;
        else if (event.kind === 'progress') last = event;
        if (event.kind !== 'progress') {
          yield event;
          continue;
        }
      }
      const progress = last && scale(last);
      if (progress) yield progress;
    }
  } finally {
    if (!next.done) await steps.return(undefined as never);
  }
  return next.value;
}

async function refuseTarget(out: string): Promise<Problem | null> {
  const folder = path.dirname(out);
  const remedy = 'Choose another place for the image.';
  const parent = await stat(folder).catch(() => null);
  if (!parent?.isDirectory())
    return problem('target-folder-missing', 'The folder for the image does not exist.', {
      detail: folder,
      remedy: 'Make the folder, or choose another place for the image.',
    });
  const existing = await stat(out).catch(() => null);
  if (existing?.isDirectory())
    return problem('target-is-folder', 'There is a folder where the image should go.', {
      detail: out,
      remedy,
    });
  if (existing && !existing.isFile())
    return problem('target-not-file', 'What is there is no ordinary file.', { detail: out, remedy });
  return null;
}

/** Why an image could not get into `folder`. Null for what nobody expects to happen. Codes: errno(3). */
export function explainCopy(error: unknown, folder: string): Problem | null {
  if (error instanceof CopyFailure) return error.problem;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const raw = error instanceof Error ? error.message : '';
  const another = 'Choose another place for the image.';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem('target-full', 'There is not enough room for the image.', {
        detail: `The disk with ${folder} is full.`,
        remedy: 'Free some space there, or choose another place for the image.',
        raw,
      });
    case 'EFBIG':
      return problem('target-too-small-files', 'The image is too large for the file system there.', {
        detail: 'FAT holds no file of 4 GB or more.',
        remedy: another,
        raw,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return problem('target-denied', 'You may not write there.', { detail: folder, remedy: another, raw });
    case 'EIO':
      return problem('copy-io-error', 'The image could not be copied.', {
        detail: 'The disk reported an error.',
        remedy: 'Check the disk, or choose another place for the image.',
        raw,
      });
    default:
      return null;
  }
}
