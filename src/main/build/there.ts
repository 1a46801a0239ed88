/** Builds on a Linux machine over SSH: sends the flake, follows Nix there, takes the image away, also after a cut. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuildEvent } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import {
  crashNote,
  groupNote,
  installable,
  isCrash,
  noImage,
  noNix,
  type Builder,
  type Built,
} from './builder.ts';
import { explainFailure } from './explain.ts';
import { readRemoteFacts, type BuilderFacts } from './facts.ts';
import { readHostKey, unknownHostKey } from './host-key.ts';
import { CopyFailure, saveStream, type HashedStream } from './image-copy.ts';
import { NixLog } from './nix-log.ts';
import { readNixVersion } from './nix-version.ts';
import { ask, packFolder, start, type Ended, type Running } from './process.ts';
import { mark, patience, remoteCommand, remoteScripts, signs } from './remote-script.ts';
import { noSsh, quickCiphers, sshArguments, sshEnvironment, sshTarget, type SshTarget } from './ssh.ts';

/** A flake is a few kilobytes of text; something far larger is the wrong folder. */
const archiveLimit = 64 * 1024 * 1024;

/** How often a build is taken up again after the connection broke off, while what was built is kept there. */
const mostLosses = 2;

/** Waits between attempts to go on with an image, in ms. Each byte that comes starts them anew. */
const waits = [0, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000];

const lostNote =
  'The connection to the builder broke off. Nixburn connects again; what is built already is kept there.';

/**
 * A Linux machine over SSH. Uses the system's ssh with the person's own configuration, keys, agent, jump hosts and
 * known hosts, and never asks for a password.
 *
 * @param host `user@host[:port]`, `ssh://…`, or a name from the ssh configuration.
 * @param options more options for ssh.
 * @param aes both ends have processors with instructions for AES, as every x86_64 since 2010; a small board may not.
 */
export function sshBuilder(host: string, options: string[] = [], aes = false): Outcome<Builder> {
  const found = sshTarget(host, options);
  if (!found.ok) return found;
  const target = found.value;
  return done({
    name: host,
    remote: true,
    facts: () => remoteFacts(target),
    async *build(flakeDir, signal) {
      const quick = aes ? await quickCiphers(target) : [];
      return yield* buildThere({ ...target, options: [...target.options, ...quick] }, flakeDir, signal);
    },
  });
}

async function* buildThere(
  target: SshTarget,
  flakeDir: string,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Built>, void> {
  const archive = await pack(flakeDir);
  if (!archive.ok) return archive;
  const token = randomBytes(12).toString('hex');
  let withoutCollector = false;
  for (let losses = 0; ;) {
    const log = new NixLog();
    const size = String(archive.value.length);
    const command = [size, installable, withoutCollector ? '1' : '0', token];
    const session = openSession(target, remoteCommand(remoteScripts.build, command), signal, archive.value);
    let image: Image | null = null;
    let trouble: Problem | null = null;
    try {
      const followed = yield* follow(session, target, log);
      image = followed.image;
      trouble = followed.trouble;
    } finally {
      if (!image) await session.close();
    }
    if (image) return done(builtThere(target, session, image, token));
    const ended = await session.close();
    if (signal.aborted) return failed(cancelled);
    if (trouble) return failed(trouble);
    if (ended.missing) return failed(noSsh);
    if (session.state.connected && isLost(ended)) {
      if (losses++ === mostLosses) return failed(builderLost(target, log));
      yield { kind: 'note', text: lostNote };
      continue;
    }
    if (!withoutCollector && isCrash(ended)) {
      withoutCollector = true;
      yield { kind: 'note', text: crashNote };
      continue;
    }
    return failed(await explainSession(target, log, ended));
  }
}

/** What a session says of the image before it begins to send it. */
interface Image {
  bytes: number;
  lock: string | null;
}

/** Passes on what Nix says, up to the moment where the image begins to come, or to the end of the session. */
async function* follow(
  session: Session,
  target: SshTarget,
  log: NixLog,
): AsyncGenerator<BuildEvent, { image: Image | null; trouble: Problem | null }, void> {
  let trouble: Problem | null = null;
  let lock: string | null = null;
  for (;;) {
    const next = await session.lines.next();
    if (next.done) return { image: null, trouble };
    const said = readMark(next.value);
    if (!said) {
      yield* log.read(next.value);
      continue;
    }
    session.state.connected = true;
    switch (said.word) {
      case 'version': {
        const version = readNixVersion(said.rest);
        if (version.ok && version.value.note) yield { kind: 'note', text: version.value.note };
        if (!version.ok) {
          trouble = version.problem;
          session.hangUp();
        }
        break;
      }
      case 'no-group':
        yield { kind: 'note', text: groupNote };
        break;
      case 'no-nix':
        trouble = noNix(target.name);
        break;
      case 'no-image':
        trouble = noImage('');
        break;
      case 'no-room':
        trouble = noRoom(target.name);
        break;
      case 'lock':
        lock = Buffer.from(said.rest, 'base64').toString('utf8');
        break;
      case 'image':
        return { image: { bytes: Number(said.rest), lock }, trouble: null };
    }
  }
}

function readMark(line: string): { word: string; rest: string } | null {
  if (!line.startsWith(mark)) return null;
  const said = line.slice(mark.length);
  const space = said.indexOf(' ');
  return space < 0 ? { word: said, rest: '' } : { word: said.slice(0, space), rest: said.slice(space + 1) };
}

// ---- the image ----

function builtThere(target: SshTarget, session: Session, { bytes, lock }: Image, token: string): Built {
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
        for await (const chunk of piecesOf(current)) {
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
        // Where everything has come and only its checksum is missing, a session that sends nothing more brings it.
        if (failures === 0)
          say(`The connection broke off at ${Math.floor((at / bytes) * 100)} %. Going on from there.`);
        const next = await reconnect(target, token, at, signal, failures);
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
    copyTo: (to, signal, say) => saveStream(stream(signal, say), to, signal),
    async release() {
      await current.close();
    },
  };
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
): Promise<{ session: Session; failures: number }> {
  for (let tries = failures; ; tries++) {
    const wait = waits[tries];
    if (wait === undefined) throw new CopyFailure(imageLost(target, ''));
    await sleep(wait, undefined, { signal });
    const command = remoteCommand(remoteScripts.fetch, [token, String(offset)]);
    const session = openSession(target, command, signal, new Uint8Array());
    const log = new NixLog();
    for (;;) {
      const next = await session.lines.next();
      if (next.done) break;
      const said = readMark(next.value);
      if (said) session.state.connected = true;
      else log.read(next.value);
      if (said?.word === 'gone') {
        await session.close();
        throw new CopyFailure(imageGone(target));
      }
      if (said?.word === 'image') return { session, failures: tries + 1 };
    }
    const ended = await session.close();
    signal.throwIfAborted();
    const why = explainFailure(log.failure(), ended);
    // Waiting does not help against these.
    if (['ssh-denied', 'host-key-changed', 'host-key-unknown'].includes(why.code)) throw new CopyFailure(why);
  }
}

// ---- sessions ----

interface Session {
  lines: Running['lines'];
  stdout: Running['stdout'];
  /** `connected`: the script there has begun to speak. */
  state: { connected: boolean };
  /** Says that all is done, or that nobody wants it any more: the far end stops and forgets. */
  hangUp(): void;
  close(): Promise<Ended>;
}

function openSession(target: SshTarget, command: string, signal: AbortSignal, input: Uint8Array): Session {
  const state = { connected: false };
  let beat: NodeJS.Timeout | undefined;
  let ended: Promise<Ended> | undefined;
  const hangUp = ({ stdin, stdout, kill }: Running) => {
    clearInterval(beat);
    if (!stdin.writableEnded) stdin.end(signs.done);
    // The script is not there yet that would understand; and no name server may hold us up.
    if (!state.connected) kill('SIGTERM');
    // What nobody reads any more would keep ssh from ending.
    stdout.resume();
  };
  const running = start('ssh', sshArguments(target, [command]), signal, {
    env: sshEnvironment,
    stdout: 'stream',
    politely: hangUp,
  });
  running.stdin.write(input);
  beat = setInterval(() => running.stdin.write(signs.alive), patience.beat);
  beat.unref();
  return {
    lines: running.lines,
    stdout: running.stdout,
    state,
    hangUp: () => hangUp(running),
    close() {
      hangUp(running);
      ended ??= running.finish();
      return ended;
    },
  };
}

/** 255 is ssh's own exit status, never Nix's. */
function isLost(ended: Ended): boolean {
  return ended.exitCode === 255 || ended.signal !== null;
}

async function pack(folder: string): Promise<Outcome<Uint8Array>> {
  const packed = await packFolder(folder, archiveLimit);
  if ('archive' in packed) return done(packed.archive);
  return failed(
    problem('flake-not-packed', 'The flake could not be packed for the builder.', {
      detail: 'tooLarge' in packed ? 'Its folder is larger than 64 MB.' : '',
      remedy: 'Check the folder of the flake, then try again.',
      raw: 'said' in packed ? packed.said : '',
    }),
  );
}

async function remoteFacts(target: SshTarget): Promise<Outcome<BuilderFacts>> {
  const args = sshArguments(target, [remoteCommand(remoteScripts.facts, [])]);
  const answer = await ask('ssh', args, sshEnvironment, 90_000);
  if (answer.missing) return failed(noSsh);
  if (answer.exitCode === 0) return done(readRemoteFacts(answer.stdout, target.name));
  const log = new NixLog();
  for (const line of answer.stderr.split('\n')) log.read(line);
  return failed(await explainSession(target, log, answer));
}

// ---- words ----

async function explainSession(target: SshTarget, log: NixLog, ended: Ended): Promise<Problem> {
  const why = explainFailure(log.failure(), ended);
  if (why.code === 'host-key-unknown') {
    const key = await readHostKey(target);
    return key.ok ? unknownHostKey(key.value) : { ...key.problem, code: why.code };
  }
  const ofSsh = why.code.startsWith('ssh-') || why.code.startsWith('host-key');
  return ofSsh && why.detail === '' ? { ...why, detail: `The builder is ${target.name}.` } : why;
}

function builderLost(target: SshTarget, log: NixLog): Problem {
  return problem('builder-lost', `The connection to ${target.name} broke off again and again.`, {
    detail: 'What was built already is kept there.',
    remedy: 'Check your network, then build again.',
    raw: log.failure().lines.slice(-20).join('\n'),
  });
}

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

const noRoom = (host: string): Problem =>
  problem('builder-folder', `The builder ${host} could not take the flake.`, {
    detail: 'Its folder for temporary files is full or may not be written.',
    remedy: 'Free some space in /tmp on the builder, then try again.',
  });
