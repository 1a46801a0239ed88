/** Carries out an order on one target: the steps of writing, in the order that leaves no half-bootable stick behind. */
import type { Target } from '../main/drives/list.ts';
import { done, failed, type Outcome } from '../shared/problem.ts';
import { compare, readBack, writeBody, type Plan } from './body.ts';
import { findMissingCapacity } from './capacity.ts';
import { checkTarget } from './check.ts';
import { chunkBytes, roundUp } from './chunks.ts';
import { shareOnDrive } from './earlier.ts';
import { HeldDrive, PracticeFile } from './ends.ts';
import { fakeCapacity, readBackDiffers, stickDiffers } from './explain.ts';
import { filledSlot } from './filled-slot.ts';
import { headBytes, isHeadClear, wipeEnds, wipeHead, writeHead } from './head.ts';
import { withTarget, type Switches } from './hold.ts';
import { patchBytes, withPatches, type OpenImage } from './image.ts';
import type { Result, Task } from './order.ts';
import type { Progress } from './progress.ts';

/**
 * Writes and verifies, or only verifies.
 *
 * @param opening the image that all targets share, or why it can not be used
 * @returns what was proved. Aborting makes it throw an AbortError; every failure of image or drive is a problem.
 */
export async function perform(
  task: Task,
  opening: Promise<Outcome<OpenImage>>,
  progress: Progress,
  switches: Switches,
): Promise<Outcome<Result>> {
  progress.begin('check', 0);
  const [image, checked] = await Promise.all([opening, checkTarget(task)]);
  if (!image.ok) return image;
  if (!checked.ok) return checked;
  return withTarget(task, checked.value, progress, switches, (end, target) => {
    const plan: Plan = {
      image: withPatches(image.value, patchBytes(task.target.patches ?? [])),
      target: end,
    };
    const isPlain = image.value.isPlain && (task.target.patches ?? []).length === 0;
    const how = { holdsSecrets: !isPlain, mayKeep: true };
    if (task.action === 'write') return writeAll(plan, target, how, progress, switches);
    return verifyAll(plan, isPlain, progress, switches.signal);
  });
}

/** How an image is written, and proved. */
interface How {
  /** A file must be kept from others. */
  holdsSecrets: boolean;
  /** Chunks that are there already may stay unwritten. */
  mayKeep: boolean;
  /** Reads back all but the first chunk; left out: compares it with the image, and mends it. */
  readBack?(onVerified: (bytes: number) => void): Promise<Outcome<{ repairs: number }>>;
}

export async function writeAll(
  plan: Plan,
  target: Target,
  { holdsSecrets, mayKeep, readBack: readBackSums }: How,
  progress: Progress,
  { signal, seal }: Switches,
): Promise<Outcome<Result>> {
  const { image } = plan;
  const { bytes } = image;
  const rest = Math.max(0, bytes - chunkBytes);
  const started = performance.now();
  progress.begin('write', rest);
  let mode: 'all' | 'differing' = 'all';
  if (plan.target instanceof HeldDrive) {
    const share = mayKeep ? await shareOnDrive(plan, signal) : null;
    if (share !== null && share >= enoughInCommon) {
      mode = 'differing';
      progress.note('An earlier image is on this drive: only what differs is written.');
    }
    await wipeEnds(plan.target, target.drive.bytes);
    signal.throwIfAborted();
    const missing = await findMissingCapacity(plan.target, target.drive.bytes, signal);
    if (missing !== null) return failed(fakeCapacity(plan.target.path, missing));
  } else if (plan.target instanceof PracticeFile) {
    if (holdsSecrets) await plan.target.keepPrivate();
    // Emptied first, so that no byte of what was in the file before can be taken for one of the image.
    await plan.target.resize(0);
    await plan.target.resize(roundUp(bytes, plan.target.blockSize));
  }
  const patience = setTimeout(() => image.startHashing(), hashAfterMillis);
  const body = await writeBody(plan, mode, (more) => progress.add(more), signal).finally(() =>
    clearTimeout(patience),
  );
  if (!body.ok) return body;
  image.startHashing();
  progress.begin('flush', 0);
  await plan.target.flush();
  signal.throwIfAborted();
  const flushed = performance.now();

  progress.begin('verify', rest);
  const verified = readBackSums
    ? await readBackSums((more) => progress.add(more))
    : await verifyBody(plan, progress, signal);
  if (!verified.ok) return verified;
  if (plan.target instanceof HeldDrive && !(await isHeadClear(plan))) {
    // Either it was not wiped right, or that is where the drive keeps another place too: then that one is lost with it now.
    await wipeHead(plan.target, headBytes(plan));
    beginOnceMore(plan, progress);
    const again = readBackSums
      ? await readBackSums((more) => progress.add(more))
      : await compareOnceMore(plan, progress, signal);
    if (!again.ok) return again;
  }
  // Until the image is known to be the right one there is no beginning, and nothing boots.
  const sha256 = await image.sha256();
  if (!sha256.ok) return sha256;
  signal.throwIfAborted();

  seal();
  progress.begin('finish', 0);
  const head = await writeHead(plan);
  if (!head.ok) return head;
  // Direct I/O wrote whole pages; QEMU wants whole sectors, and a comparison with the image no more than that.
  if (plan.target instanceof PracticeFile) {
    await plan.target.resize(roundUp(bytes, 512));
    await plan.target.flush();
  }
  return done({
    bytesWritten: body.value.written + bytes - rest,
    bytesKept: body.value.kept,
    bytesVerified: bytes,
    writeMillis: Math.round(flushed - started),
    verifyMillis: Math.round(performance.now() - flushed),
    repairs: verified.value.repairs + head.value.repairs,
    sha256: sha256.value,
  });
}

/** The share of chunks that must be there already to make reading them first worth its time: reading is that much faster. */
const enoughInCommon = 0.3;

/**
 * How long writing goes on before the image is hashed beside it. A drive that takes all of it in that time is faster than
 * hashing, which would only take the processor from it; on any slower one a wrong image is found out as soon.
 */
const hashAfterMillis = 1000;

/**
 * Reads back all but the first chunk, in a phase that has begun. After a repair everything is read once more: on a drive
 * that stores two places in one, mending the second breaks the first, which was found to be right before.
 */
async function verifyBody(
  plan: Plan,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome<{ repairs: number }>> {
  const first = await readBack(plan, (more) => progress.add(more), signal);
  if (!first.ok || first.value.repairs === 0) return first;
  beginOnceMore(plan, progress);
  const again = await compareOnceMore(plan, progress, signal);
  return again.ok ? first : again;
}

function beginOnceMore({ image }: Plan, progress: Progress): void {
  progress.note('A part of the drive had to be written again. Reading all of it back once more.');
  progress.begin('verify', Math.max(0, image.bytes - chunkBytes));
}

async function compareOnceMore(plan: Plan, progress: Progress, signal: AbortSignal): Promise<Outcome<null>> {
  const problem = await compare(plan, 1, readBackDiffers, (more) => progress.add(more), signal);
  return problem === null ? done(null) : failed(problem);
}

/** @param isPlain whether the order says nothing of what is not the image's own: then the slot may be filled with anything. */
async function verifyAll(
  plan: Plan,
  isPlain: boolean,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome<Result>> {
  const started = performance.now();
  plan.image.startHashing();
  progress.begin('verify', plan.image.bytes);
  const filled = isPlain ? await filledSlot(plan) : [];
  if (filled.length > 0)
    progress.note(
      'The slot for secrets was filled on this stick. That part was checked by its own checksum.',
    );
  const image = withPatches(plan.image, filled);
  const problem = await compare(
    { ...plan, image },
    0,
    stickDiffers(image.bytes),
    (more) => progress.add(more),
    signal,
  );
  if (problem !== null) return failed(problem);
  const sha256 = await image.sha256();
  if (!sha256.ok) return sha256;
  return done({
    bytesWritten: 0,
    bytesKept: 0,
    bytesVerified: image.bytes,
    writeMillis: 0,
    verifyMillis: Math.round(performance.now() - started),
    repairs: 0,
    sha256: sha256.value,
  });
}
