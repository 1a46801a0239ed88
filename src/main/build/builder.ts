/**
 * Runs Nix, here or on a Linux machine over SSH: the only file of the build that starts a process, so that stopping
 * one is solved once. No part of a command line is ever a shell's text here; every argument stands for itself.
 */
import { access, mkdtemp, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import type { BuildEvent } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { explainFailure } from './explain.ts';
import { readRemoteFacts, type BuilderFacts } from './facts.ts';
import { parseHost } from './host.ts';
import { copyImage, saveStream, type HashedCopy } from './image-copy.ts';
import { linesOf } from './lines.ts';
import { NixLog } from './nix-log.ts';
import { readNixVersion } from './nix-version.ts';
import { guardGroup, signalGroup } from './process-group.ts';
import { mark, remoteCommand, remoteScripts } from './remote-script.ts';
import { storeAccess } from './store-access.ts';

/** Where Nix runs. */
export interface Builder {
  /** For people: `this computer`, or the host as the person wrote it. */
  readonly name: string;
  /** What the machine can do, for the list that is shown before a build. Changes nothing. */
  facts(): Promise<Outcome<BuilderFacts>>;
  /**
   * Builds the installer image of the flake in `flakeDir` (absolute). Stops Nix and everything that it started when
   * `signal` aborts, in 12 seconds at most. The result must be released.
   */
  build(flakeDir: string, signal: AbortSignal): AsyncGenerator<BuildEvent, Outcome<Built>, void>;
}

/** An image that Nix has made, still on the builder and safe from its garbage collector until it is released. */
export interface Built {
  bytes: number;
  /** Copies it to a new local file. Rejects with the system's error (ENOSPC …), and once `signal` aborts. */
  copyTo(file: string, signal: AbortSignal): HashedCopy;
  release(): Promise<void>;
}

/** How a program ended. */
interface Ended {
  exitCode: number | null;
  signal: string | null;
  /** The program itself could not be found. */
  missing: boolean;
  stdout: string;
}

const installable = 'path:.#nixosConfigurations.installer.config.system.build.isoImage';
const experimental = ['--extra-experimental-features', 'nix-command flakes'];

/** An app started from a dock or a menu does not have the PATH of a login shell. */
const nixFolders = [
  '/nix/var/nix/profiles/default/bin',
  path.join(os.homedir(), '.nix-profile/bin'),
  '/run/current-system/sw/bin',
];

const noNix = (where: string): Problem =>
  problem('nix-missing', `Nix is not installed on ${where}.`, {
    detail: 'Nixburn builds the image with Nix, and could not find the program `nix`.',
    remedy: 'Install Nix from https://nixos.org/download, or choose a Linux builder that has it.',
  });

const crashNote = 'Nix itself crashed. Nixburn tries once more with its memory collector switched off.';
const groupNote = (group: string) =>
  `The build users group “${group}” does not exist here, so the build runs as root itself.`;

/**
 * This computer.
 *
 * @param extra environment variables for Nix, on top of Nixburn's own.
 */
export function localBuilder(extra: Record<string, string> = {}): Builder {
  const PATH = [extra['PATH'] ?? process.env['PATH'] ?? '', ...nixFolders].join(path.delimiter);
  const env = { ...extra, PATH };
  return {
    name: 'this computer',
    facts: async () => done(await localFacts(env)),
    build: (flakeDir, signal) => buildHere(flakeDir, env, signal),
  };
}

/**
 * A Linux machine over SSH. Uses the system's ssh with the person's own configuration and known hosts, and never asks
 * for a password.
 *
 * @param host `ssh://user@host[:port]`, or a name from the ssh configuration.
 * @param sshArgs more options for ssh.
 */
export function sshBuilder(host: string, sshArgs: string[] = []): Outcome<Builder> {
  const parsed = parseHost(host);
  if (!parsed.ok) return parsed;
  const args = [...sshDefaults, ...sshArgs, ...parsed.value.sshArgs];
  return done({
    name: parsed.value.name,
    facts: () => remoteFacts(host, args),
    build: (flakeDir, signal) => buildThere(host, args, flakeDir, signal),
  });
}

// ---- here ----

async function* buildHere(
  flakeDir: string,
  env: Record<string, string>,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Built>, void> {
  const asked = await ask('nix', ['--version'], env);
  if (asked.missing) return failed(noNix('this computer'));
  const version = readNixVersion(asked.stdout);
  if (!version.ok) return version;
  if (version.value.note) yield { kind: 'note', text: version.value.note };
  const group = await missingGroup(env);
  if (group) yield { kind: 'note', text: groupNote(group) };

  // The link keeps the image from the garbage collector until it has been copied.
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nixburn-'));
  const release = () => rm(folder, { recursive: true, force: true });
  let built: Built | null = null;
  try {
    const link = path.join(folder, 'result');
    const args = [...experimental, 'build', installable, '--out-link', link, '--json'];
    args.push('--log-format', 'internal-json', ...(group ? ['--option', 'build-users-group', ''] : []));
    let log = new NixLog();
    let ended = yield* runNix(args, flakeDir, env, log, signal);
    if (isCrash(ended) && !signal.aborted && (env['GC_DONT_GC'] ?? process.env['GC_DONT_GC']) === undefined) {
      yield { kind: 'note', text: crashNote };
      log = new NixLog();
      ended = yield* runNix(args, flakeDir, { ...env, GC_DONT_GC: '1' }, log, signal);
    }
    if (ended.exitCode !== 0)
      return failed(signal.aborted ? cancelled : explainFailure(log.failure(), ended));
    const image = await findImage(ended.stdout);
    if (!image.ok) return image;
    const { file, bytes } = image.value;
    built = { bytes, copyTo: (to, stop) => copyImage(file, to, stop), release };
    return done(built);
  } finally {
    if (!built) await release();
  }
}

/** Nix is given a process group of its own: one signal reaches it and its helpers (git, ssh), and nobody else. */
async function* runNix(
  args: string[],
  cwd: string,
  env: Record<string, string>,
  log: NixLog,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Ended, void> {
  if (signal.aborted) return { exitCode: null, signal: null, missing: false, stdout: '' };
  const child = execa('nix', args, {
    cwd,
    env,
    reject: false,
    detached: true,
    stdin: 'ignore',
    buffer: { stdout: true, stderr: false },
  });
  const guard = guardGroup(child, signal, () => signalGroup(child.pid, 'SIGINT'));
  try {
    for await (const line of linesOf(child.stderr)) yield* log.read(line);
  } catch (error) {
    // The guard closes the stream under us where something still holds its other end.
    if (!signal.aborted) throw error;
  } finally {
    await guard.finish();
  }
  const { exitCode, signal: by, stdout } = await child;
  return { exitCode: exitCode ?? null, signal: by ?? null, missing: false, stdout };
}

const buildResult = z.array(z.object({ outputs: z.object({ out: z.string().startsWith('/') }) })).length(1);

/** Looks for the one .iso in the output. Its name is the release's business, so it is never guessed. */
async function findImage(stdout: string): Promise<Outcome<{ file: string; bytes: number }>> {
  const folder = path.join(buildResult.parse(JSON.parse(stdout))[0]!.outputs.out, 'iso');
  const names = await readdir(folder).catch(() => []);
  const [name, ...others] = names.filter((one) => one.endsWith('.iso'));
  if (name === undefined || others.length > 0) return failed(noImage(names.join('\n')));
  const file = path.join(folder, name);
  return done({ file, bytes: (await stat(file)).size });
}

const noImage = (raw: string): Problem =>
  problem('no-image', 'Nix built the flake, but there is no image in it.', {
    detail: 'Exactly one .iso file was expected in the result.',
    remedy: 'Check what the extra module does to the image.',
    raw,
  });

/** Debian's Nix 2.8 crashes in its memory collector on the real nixpkgs; 139 is what a shell makes of SIGSEGV. */
function isCrash(ended: Ended): boolean {
  return ended.signal === 'SIGSEGV' || ended.exitCode === 139;
}

/** Nix's settings, as text; empty where Nix does not answer. `show-config` became `config show` in 2.20. */
async function nixConfig(env: Record<string, string>): Promise<Map<string, string>> {
  let answer = await ask('nix', [...experimental, 'config', 'show'], env);
  if (answer.exitCode !== 0) answer = await ask('nix', [...experimental, 'show-config'], env);
  const settings = new Map<string, string>();
  for (const line of answer.stdout.split('\n')) {
    const [name, value] = line.split(' = ', 2);
    if (name !== undefined) settings.set(name.trim(), (value ?? '').trim());
  }
  return settings;
}

/**
 * The build group that Nix will want and not find: root, without the daemon, then can build nothing at all. So it is
 * with Debian's nix-bin, whose group comes in another package. Null where nothing is missing.
 */
async function missingGroup(env: Record<string, string>): Promise<string | null> {
  const remote = env['NIX_REMOTE'] ?? process.env['NIX_REMOTE'] ?? '';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  if (!['', 'auto', 'local'].includes(remote)) return null;
  const name = (await nixConfig(env)).get('build-users-group');
  if (!name) return null;
  const found = await ask('getent', ['group', name], env);
  // getent(1) exits with 2 where there is no such group; a group without members is as useless.
  return found.exitCode === 2 || found.stdout.endsWith(':') ? name : null;
}

async function localFacts(env: Record<string, string>): Promise<BuilderFacts> {
  const version = await ask('nix', ['--version'], env);
  const config = await nixConfig(env);
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  const machines = await readFile('/etc/nix/machines', 'utf8').catch(() => '');
  const builders = config.get('builders') ?? '';
  let place = '/nix/store';
  while (
    !(await access(place).then(
      () => true,
      () => false,
    ))
  )
    place = path.dirname(place);
  const space = await statfs(place).catch(() => null);
  return {
    os: process.platform,
    systems: [`${machine}-${process.platform}`, ...(config.get('extra-platforms') ?? '').split(' ')].filter(
      Boolean,
    ),
    nix: version.missing ? null : version.stdout,
    freeBytes: space && space.bavail * space.bsize,
    store: await storeAccess(),
    hasBuilders: builders.startsWith('@') ? machines.trim() !== '' : builders !== '',
  };
}

// ---- over SSH ----

const sshDefaults = ['-T', '-x', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];
sshDefaults.push('-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=4');

/** A flake is a few kilobytes of text; something far larger is the wrong folder. */
const archiveLimit = 64 * 1024 * 1024;

async function* buildThere(
  host: string,
  sshArgs: string[],
  flakeDir: string,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Built>, void> {
  const archive = await pack(flakeDir);
  if (!archive.ok) return archive;
  for (const collector of ['on', 'off'] as const) {
    const log = new NixLog();
    const session = yield* startSession(host, sshArgs, archive.value, collector, log, signal);
    if ('built' in session) return done(session.built);
    if (signal.aborted) return failed(cancelled);
    if (session.problem) return failed(session.problem);
    if (collector === 'off' || !isCrash(session.ended))
      return failed(explainFailure(log.failure(), session.ended));
    yield { kind: 'note', text: crashNote };
  }
  throw new Error('not reached');
}

type Session = { built: Built } | { ended: Ended; problem: Problem | null };

/** One ssh session, up to the moment where the image begins to come (see remote-script.ts), or to its end. */
async function* startSession(
  host: string,
  sshArgs: string[],
  archive: Uint8Array,
  collector: 'on' | 'off',
  log: NixLog,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Session, void> {
  const args = [String(archive.length), installable, collector === 'off' ? '1' : '0'];
  const command = remoteCommand(remoteScripts.build, args);
  const child = execa('ssh', [...sshArgs, command], {
    reject: false,
    detached: process.platform !== 'win32',
    buffer: false,
    stdin: 'pipe',
    encoding: 'buffer',
  });
  let connected = false;
  let trouble: Problem | null = null;
  // The far end takes the end of its stdin for "stop", and ends only when nothing of it is left there.
  const hangUp = () => {
    child.stdin.end();
    if (!connected) signalGroup(child.pid, 'SIGTERM');
  };
  const guard = guardGroup(child, signal, hangUp);
  child.stdin.on('error', () => undefined);
  child.stdin.write(archive);
  let built: Built | null = null;
  try {
    const lines = linesOf(child.stderr)[Symbol.asyncIterator]();
    for (;;) {
      const next = await lines.next();
      if (next.done) break;
      if (!next.value.startsWith(mark)) {
        yield* log.read(next.value);
        continue;
      }
      connected = true;
      const [word = '', ...rest] = next.value.slice(mark.length).split(' ');
      const what = rest.join(' ');
      if (word === 'version') {
        const version = readNixVersion(what);
        if (version.ok && version.value.note) yield { kind: 'note', text: version.value.note };
        if (!version.ok) {
          trouble = version.problem;
          hangUp();
        }
      } else if (word === 'no-group') yield { kind: 'note', text: groupNote(what) };
      else if (word === 'no-nix') trouble = noNix(host);
      else if (word === 'no-image') trouble = noImage('');
      else if (word === 'no-room') trouble = noRoom(host);
      else if (word === 'image') {
        const [bytes, sha256 = ''] = rest;
        child.stderr.resume();
        const copyTo = (to: string, stop: AbortSignal) =>
          receive(child.stdout, { bytes: Number(bytes), sha256 }, to, stop);
        const release = () => {
          child.stdout.destroy();
          return guard.finish();
        };
        built = { bytes: Number(bytes), copyTo, release };
        return { built };
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (!built) await guard.finish();
  }
  const { exitCode, signal: by, code } = await child;
  const ended = { exitCode: exitCode ?? null, signal: by ?? null, missing: code === 'ENOENT', stdout: '' };
  return { ended, problem: trouble ?? (ended.missing ? noSsh : null) };
}

/** Takes the image from the session, and believes it only if it is what the builder says that it sent. */
async function* receive(
  from: AsyncIterable<Uint8Array>,
  sent: { bytes: number; sha256: string },
  to: string,
  signal: AbortSignal,
): HashedCopy {
  const got = yield* saveStream(from, to, signal);
  if (got.bytes !== sent.bytes || got.sha256 !== sent.sha256)
    throw Object.assign(new Error(`got ${got.bytes} of ${sent.bytes} bytes`), { code: 'TRANSFER_DAMAGED' });
  return got;
}

async function pack(folder: string): Promise<Outcome<Uint8Array>> {
  // Without this variable, macOS adds a hidden file beside every file.
  const packed = await execa('tar', ['-C', folder, '-cf', '-', '.'], {
    reject: false,
    encoding: 'buffer',
    maxBuffer: archiveLimit,
    stdin: 'ignore',
    env: { COPYFILE_DISABLE: '1' },
  });
  if (packed.exitCode === 0 && !packed.isMaxBuffer) return done(packed.stdout);
  return failed(
    problem('flake-not-packed', 'The flake could not be packed for the builder.', {
      detail: packed.isMaxBuffer ? 'Its folder is larger than 64 MB.' : '',
      remedy: 'Check the folder of the flake, then try again.',
      raw: new TextDecoder().decode(packed.stderr).slice(0, 2000),
    }),
  );
}

async function remoteFacts(host: string, sshArgs: string[]): Promise<Outcome<BuilderFacts>> {
  const answer = await ask('ssh', [...sshArgs, remoteCommand(remoteScripts.facts, [])], {}, 60_000);
  if (answer.missing) return failed(noSsh);
  if (answer.exitCode === 0) return done(readRemoteFacts(answer.stdout));
  const log = new NixLog();
  for (const line of answer.stderr.split('\n')) log.read(line);
  return failed({ ...explainFailure(log.failure(), answer), detail: `The builder is ${host}.` });
}

const noSsh = problem('ssh-missing', 'The program `ssh` is not installed on this computer.', {
  remedy: 'Install OpenSSH, then try again.',
});

const noRoom = (host: string): Problem =>
  problem('builder-folder', `The builder ${host} could not take the flake.`, {
    detail: 'Its folder for temporary files is full or may not be written.',
    remedy: 'Free some space in /tmp on the builder, then try again.',
  });

// ---- processes ----

/** Runs a program that answers at once. Never rejects. `millis` is the longest it may take. */
async function ask(
  program: string,
  args: string[],
  env: Record<string, string>,
  millis = 20_000,
): Promise<Ended & { stderr: string }> {
  const options = { env, reject: false, stdin: 'ignore', timeout: millis } as const;
  const { exitCode, signal, stdout, stderr, code } = await execa(program, args, options);
  return { exitCode: exitCode ?? null, signal: signal ?? null, missing: code === 'ENOENT', stdout, stderr };
}
