/** The job that makes an image of a flake: runs the builder, fetches the image, and leaves a whole file or none. */
import { randomBytes } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildEvent, Image } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { inspectImage } from '../image/iso.ts';
import type { Builder, Built } from './builder.ts';

export interface BuildInput {
  /** The folder that holds the flake; absolute. */
  flakeDir: string;
  /** What people call the image: `nixos-attic.iso`. */
  fileName: string;
  /** Where the image goes, its file name included; absolute. A file there is replaced, but only by a whole image. */
  out: string;
  builder: Builder;
  /** The host name of the recipe. */
  name: string | null;
}

/** Nix's share of the bar; the rest is for the copy. */
const nixShare = 0.95;

/** Builds, copies, and reads the copy's label. What goes wrong is a problem; nothing partial ever stays at `out`. */
export async function* buildImage(
  input: BuildInput,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Image>, void> {
  const refusal = await refuseTarget(input.out);
  if (refusal) return failed(refusal);
  yield { kind: 'phase', phase: 'evaluate' };
  yield { kind: 'progress', phase: 'evaluate', fraction: null, label: '' };
  const result = yield* scaled(input.builder.build(input.flakeDir, signal));
  if (!result.ok) return result;
  const part = path.join(path.dirname(input.out), `.nixburn-${randomBytes(6).toString('hex')}.part`);
  try {
    return yield* fetchImage(result.value, part, input, signal);
  } catch (error) {
    if (signal.aborted) return failed(cancelled);
    const explained = explainCopy(error, path.dirname(input.out));
    if (!explained) throw error;
    return failed(explained);
  } finally {
    await rm(part, { force: true });
    await result.value.release();
  }
}

async function* fetchImage(
  built: Built,
  part: string,
  input: BuildInput,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Image>, void> {
  yield { kind: 'phase', phase: 'copy' };
  const copy = built.copyTo(part, signal);
  let shown = -1;
  let next = await copy.next();
  try {
    for (; !next.done; next = await copy.next()) {
      const percent = built.bytes > 0 ? Math.min(100, Math.floor((next.value / built.bytes) * 100)) : 100;
      if (percent === shown) continue;
      shown = percent;
      const fraction = nixShare + ((1 - nixShare) * percent) / 100;
      yield { kind: 'progress', phase: 'copy', fraction, label: input.fileName };
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

/** Makes room for the copy at the end of the bar. */
async function* scaled<Result>(
  events: AsyncGenerator<BuildEvent, Result, void>,
): AsyncGenerator<BuildEvent, Result, void> {
  let next = await events.next();
  try {
    for (; !next.done; next = await events.next()) {
      const event = next.value;
      if (event.kind === 'progress' && event.fraction !== null)
        yield { ...event, fraction: event.fraction * nixShare };
      else yield event;
    }
  } finally {
    if (!next.done) await events.return(undefined as never);
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

/** Null for what nobody expects to happen. Codes: errno(3); TRANSFER_DAMAGED is builder.ts's own. */
function explainCopy(error: unknown, folder: string): Problem | null {
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
    case 'TRANSFER_DAMAGED':
      return problem('transfer-damaged', 'The image did not arrive whole.', {
        detail: 'What arrived from the builder is not what it sent.',
        remedy: 'Check the connection to the builder, then try again.',
        raw,
      });
    default:
      return null;
  }
}
