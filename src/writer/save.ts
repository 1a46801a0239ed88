/** Copies a whole drive into a file that whoever asked for it has made: this program makes no file of its own as root. */
import { createHash } from 'node:crypto';
import { constants, type promises as fs } from 'node:fs';
import { done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { checkTarget } from './check.ts';
import { alignedBuffer, chunkBytes } from './chunks.ts';
import { openOr, readFully, TransferError, type End } from './ends.ts';
import { withTarget, type Switches } from './hold.ts';
import type { Result, SaveOrder, Task } from './order.ts';
import type { Progress } from './progress.ts';

/**
 * @returns how many bytes there were, and their SHA-256; `file-not-yours` where the file is not one to be written;
 *   otherwise as `perform`.
 */
export async function save(
  { targets, file }: SaveOrder,
  progress: Progress,
  switches: Switches,
): Promise<Outcome<Result>> {
  const [target] = targets;
  if (target === undefined) throw new Error('an order without a target');
  // The file counts as the image: a drive that holds it must not be unmounted.
  const task: Task = { action: 'save', image: { path: file }, target };
  progress.begin('check', 0);
  const checked = await checkTarget(task);
  if (!checked.ok) return checked.problem.code === 'drive-holds-image' ? failed(onItself(file)) : checked;
  return withTarget(task, checked.value, progress, switches, async (end, { drive }) => {
    const handle = await openOr(file, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    try {
      const wrong = await whyNot(handle, file);
      if (wrong !== null) return failed(wrong);
      return await copy(end, drive.bytes, { handle, path: file }, progress, switches.signal);
    } finally {
      await handle.close();
    }
  });
}

function onItself(file: string): Problem {
  return problem('drive-holds-image', `${file} would be on the drive that is saved.`, {
    detail: 'It can not hold itself.',
    remedy: 'Choose a folder on another disk.',
  });
}

/** An empty file of the person for whom this runs, under one name only: so it gives nobody what they could not have. */
async function whyNot(handle: fs.FileHandle, path: string): Promise<Problem | null> {
  const found = await handle.stat();
  // Set by pkexec and by sudo to whoever asked; not there where root itself did, or where there are no such numbers.
  const asked = process.env['PKEXEC_UID'] ?? process.env['SUDO_UID'];
  const owner = asked === undefined ? process.getuid?.() : Number(asked);
  const isTheirs = owner === undefined || found.uid === owner;
  if (found.isFile() && found.size === 0 && found.nlink === 1 && isTheirs) return null;
  return problem('file-not-yours', `${path} is not an empty file of yours.`, {
    detail: 'Only such a file is written to, since this is done with an administrator’s rights.',
    remedy: 'Choose another name.',
  });
}

async function copy(
  end: End,
  bytes: number,
  file: { handle: fs.FileHandle; path: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome<Result>> {
  const started = performance.now();
  const hash = createHash('sha256');
  const zeros = Buffer.alloc(chunkBytes);
  const buffers = [alignedBuffer(chunkBytes), alignedBuffer(chunkBytes)];
  const read = (position: number) =>
    readFully(end, bufferAt(buffers, position), Math.min(chunkBytes, bytes - position), position);
  progress.begin('verify', bytes);
  let next = read(0);
  for (let position = 0; position < bytes; position += chunkBytes) {
    const have = await next;
    signal.throwIfAborted();
    const content = bufferAt(buffers, position).subarray(0, have);
    if (have < Math.min(chunkBytes, bytes - position)) return failed(endedEarly(end.path, position + have));
    if (position + chunkBytes < bytes) {
      next = read(position + chunkBytes);
      // Awaited in its turn; until then a failure must not count as unnoticed.
      next.catch(() => undefined);
    }
    hash.update(content);
    // What is empty takes no room.
    if (!content.equals(zeros.subarray(0, have))) await put(file, content, position);
    progress.add(have);
  }
  progress.begin('finish', 0);
  await store(file, bytes);
  return done({
    bytesWritten: bytes,
    bytesKept: 0,
    bytesVerified: 0,
    writeMillis: Math.round(performance.now() - started),
    verifyMillis: 0,
    repairs: 0,
    sha256: hash.digest('hex'),
  });
}

function bufferAt(buffers: Buffer[], position: number): Buffer {
  return buffers[(position / chunkBytes) % 2] as Buffer;
}

interface Output {
  handle: fs.FileHandle;
  path: string;
}

async function put({ handle, path }: Output, content: Buffer, position: number): Promise<void> {
  for (let have = 0; have < content.length;) {
    try {
      have += (await handle.write(content, have, content.length - have, position + have)).bytesWritten;
    } catch (error) {
      throw new TransferError('write', path, position + have, error);
    }
  }
}

async function store({ handle, path }: Output, bytes: number): Promise<void> {
  try {
    await handle.truncate(bytes);
    await handle.sync();
  } catch (error) {
    throw new TransferError('flush', path, null, error);
  }
}

function endedEarly(path: string, bytes: number): Problem {
  return problem('drive-read-failed', `${path} ended before it should.`, {
    detail: `It gave ${bytes} bytes and no more.`,
    remedy: 'Try another port or reader; if it happens again, the drive is broken.',
  });
}
