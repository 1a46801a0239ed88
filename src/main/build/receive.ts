/** Takes an image from a builder over SSH: every byte once, hashed, and from where it was when the connection breaks off. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { problem, type Problem } from '../../shared/problem.ts';
import type { Built } from './builder.ts';
import { explainFailure } from './explain.ts';
import { CopyFailure, countBytes, saveStream, type HashedCopy, type HashedStream } from './image-copy.ts';
import { NixLog } from './nix-log.ts';
import { remoteCommand, remoteScripts } from './remote-script.ts';
import { openSession, readMark, type Session } from './session.ts';
import type { SshTarget } from './ssh.ts';

/** Waits between attempts to go on with an image, in ms. Each byte that comes starts them anew. */
const waits = [0, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000];

/** What a session says of the image before it begins to send it. */
export interface SentImage {
  bytes: number;
  lock: string | null;
}

/**
 * The image that a session has begun to send.
 *
 * @param landing the file that it goes straight into, where there is one; only `copyTo` to that file makes sense then.
 */
export function receiveImage(
  target: SshTarget,
  session: Session,
  { bytes, lock }: SentImage,
  token: string,
  landing: Landing | null,
): Built {
  let current = session;
  const hangUp = () => current.hangUp();
  const stream: Built['stream'] = async function* (signal, say = () => undefined): HashedStream {
    const hash = createHash('sha256');
    signal.addEventListener('abort', hangUp, { once: true });
    try {
      let sum = sumOf(current);
      let at = 0;
      for (let failures = 0; ;) {
        const before = at;
        const pieces = landing ? landedPieces(landing, at, bytes, current, signal) : piecesOf(current);
        for await (const chunk of pieces) {
          signal.throwIfAborted();
          hash.update(chunk);
          at += chunk.length;
          yield chunk;
          if (at >= bytes) break;
        }
        signal.throwIfAborted();
        const sent = at >= bytes ? await sum : null;
        if (sent !== null) {
          const sha256 = hash.digest('hex');
          if (at !== bytes || sent !== sha256) throw new CopyFailure(damaged(at, bytes));
          return { bytes, sha256 };
        }
        if (at > before) failures = 0;
        await current.close();
        if (landing) await findRoom(landing, at);
        // Where everything has come and only its checksum is missing, a session that sends nothing more brings it.
        if (failures === 0)
          say(`The connection broke off at ${Math.floor((at / bytes) * 100)} %. Going on from there.`);
        const next = await reconnect(target, token, at, signal, failures, landing);
        failures = next.failures;
        current = next.session;
        sum = sumOf(current);
      }
    } finally {
      signal.removeEventListener('abort', hangUp);
    }
  };
  return {
    bytes,
    lock,
    stream,
    copyTo: (to, signal, say) =>
      landing ? countLanded(landing, stream(signal, say)) : saveStream(stream(signal, say), to, signal),
    async release() {
      await current.close();
      await landing?.handle.close();
    },
  };
}

/** A new file into which ssh itself writes: the image then passes through one program less. */
export interface Landing {
  file: string;
  handle: FileHandle;
}

/** Opens a new file for an image, written at its end wherever that is. Rejects with the system's error. */
export async function openLanding(file: string): Promise<Landing> {
  return { file, handle: await open(file, process.platform === 'win32' ? 'wx+' : 'ax+', 0o644) };
}

/** What has landed so far, read behind the writer. Ends where all is there, or where nothing more can come. */
async function* landedPieces(
  { handle }: Landing,
  from: number,
  bytes: number,
  session: Session,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  let over = false;
  void session.exited.then(() => (over = true));
  const buffer = Buffer.allocUnsafe(landingChunk);
  for (let at = from; at < bytes;) {
    // What ssh wrote last is there by the time that it has ended, and not before.
    const wasOver = over;
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    at += bytesRead;
    if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    else if (wasOver) return;
    else await sleep(lookMillis, undefined, { signal });
  }
}

const landingChunk = 4 * 1024 * 1024;

/** How long to wait before looking again for what ssh has written, in ms. */
const lookMillis = 20;

/** Meets the error that ssh has met when it could write no more: a full disk. */
async function findRoom({ handle }: Landing, at: number): Promise<void> {
  await handle.write(Uint8Array.of(0), 0, 1, at);
  await handle.truncate(at);
}

async function* countLanded({ handle }: Landing, stream: HashedStream): HashedCopy {
  const hashed = yield* countBytes(stream);
  await handle.sync();
  return hashed;
}

/** Pieces of stdout; a connection that breaks off is an end like any other. */
async function* piecesOf(session: Session): AsyncGenerator<Uint8Array, void, void> {
  try {
    // The far end must still hear that all is done, which it does not where ssh meets a closed pipe before.
    for await (const chunk of session.stdout.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch {
    // How much has come is all that counts.
  }
}

/** Waits for the checksum, which comes beside the image. Null where the connection broke off before. */
async function sumOf(session: Session): Promise<string | null> {
  for (;;) {
    const next = await session.lines.next();
    if (next.done) return null;
    const said = readMark(next.value);
    if (said?.word === 'sum') return said.rest;
  }
}

/** Opens another session that sends the rest. Throws where that makes no sense any more. */
async function reconnect(
  target: SshTarget,
  token: string,
  offset: number,
  signal: AbortSignal,
  failures: number,
  landing: Landing | null,
): Promise<{ session: Session; failures: number }> {
  for (let tries = failures; ; tries++) {
    const wait = waits[tries];
    if (wait === undefined) throw new CopyFailure(imageLost(target, ''));
    await sleep(wait, undefined, { signal });
    const command = remoteCommand(remoteScripts.fetch, [token, String(offset)]);
    const session = openSession(target, command, token, signal, new Uint8Array(), landing?.handle ?? null);
    const log = new NixLog();
    let isSending = false;
    try {
      while (!isSending) {
        const next = await session.lines.next();
        if (next.done) break;
        const said = readMark(next.value);
        if (said) session.state.connected = true;
        else log.read(next.value);
        if (said?.word === 'ready') await session.clear(offset);
        if (said?.word === 'gone') throw new CopyFailure(imageGone(target));
        isSending = said?.word === 'image';
      }
    } finally {
      if (!isSending) await session.close();
    }
    if (isSending) return { session, failures: tries + 1 };
    const ended = await session.close();
    signal.throwIfAborted();
    const why = explainFailure(log.failure(), ended);
    // Waiting does not help against these.
    if (['ssh-denied', 'host-key-changed', 'host-key-unknown'].includes(why.code)) throw new CopyFailure(why);
  }
}

// ---- words ----

function imageLost(target: SshTarget, raw: string): Problem {
  return problem('transfer-lost', `The image could not be fetched from ${target.name}.`, {
    detail: 'The connection broke off and did not come back. The image is kept there for a day.',
    remedy: 'Check your network, then build again: nothing has to be built anew.',
    raw,
  });
}

function imageGone(target: SshTarget): Problem {
  return problem('transfer-gone', `${target.name} has removed the image before all of it had come.`, {
    remedy: 'Build again.',
  });
}

function damaged(got: number, wanted: number): Problem {
  return problem('transfer-damaged', 'The image did not arrive whole.', {
    detail: 'What arrived from the builder is not what it sent.',
    remedy: 'Check the connection to the builder, then try again.',
    raw: `got ${got} of ${wanted} bytes`,
  });
}
