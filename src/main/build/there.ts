/** Builds on a Linux machine over SSH: sends the flake, follows Nix there, takes the image away, also after a cut. */
import { randomBytes } from 'node:crypto';
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
import { NixLog } from './nix-log.ts';
import { readNixVersion } from './nix-version.ts';
import { ask, packFolder, type Ended } from './process.ts';
import { openLanding, receiveImage, type Landing, type SentImage } from './receive.ts';
import { remoteCommand, remoteScripts } from './remote-script.ts';
import { openSession, readMark, type Session } from './session.ts';
import { noSsh, quickCiphers, sshArguments, sshEnvironment, sshTarget, type SshTarget } from './ssh.ts';

/** A flake is a few kilobytes of text; something far larger is the wrong folder. */
const archiveLimit = 64 * 1024 * 1024;

/** How often a build is taken up again after the connection broke off, while what was built is kept there. */
const mostLosses = 2;

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
    async *build(flakeDir, signal, into) {
      const archive = await pack(flakeDir);
      if (!archive.ok) return archive;
      const quick = aes ? await quickCiphers(target) : [];
      const landing = into === undefined ? null : await openLanding(into);
      let built: Outcome<Built> | null = null;
      try {
        const quickly = { ...target, options: [...target.options, ...quick] };
        built = yield* buildThere(quickly, archive.value, landing, signal);
      } finally {
        // An image that was built closes it itself.
        if (!built?.ok) await landing?.handle.close();
      }
      return built;
    },
  });
}

async function* buildThere(
  target: SshTarget,
  archive: Uint8Array,
  landing: Landing | null,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Built>, void> {
  const token = randomBytes(12).toString('hex');
  let withoutCollector = false;
  for (let losses = 0; ;) {
    const log = new NixLog();
    const size = String(archive.length);
    const command = [size, installable, withoutCollector ? '1' : '0', token];
    const session = openSession(
      target,
      remoteCommand(remoteScripts.build, command),
      token,
      signal,
      archive,
      landing?.handle ?? null,
    );
    let image: SentImage | null = null;
    let trouble: Problem | null = null;
    try {
      const followed = yield* follow(session, target, log);
      image = followed.image;
      trouble = followed.trouble;
    } finally {
      if (!image) await session.close();
    }
    if (image) return done(receiveImage(target, session, image, token, landing));
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

/** Passes on what Nix says, up to the moment where the image begins to come, or to the end of the session. */
async function* follow(
  session: Session,
  target: SshTarget,
  log: NixLog,
): AsyncGenerator<BuildEvent, { image: SentImage | null; trouble: Problem | null }, void> {
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
      case 'ready':
        await session.clear(0);
        break;
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

const noRoom = (host: string): Problem =>
  problem('builder-folder', `The builder ${host} could not take the flake.`, {
    detail: 'Its folder for temporary files is full or may not be written.',
    remedy: 'Free some space in /tmp on the builder, then try again.',
  });
