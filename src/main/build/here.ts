/** Builds on this computer. */
import { access, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { BuildEvent } from '../../shared/contract.ts';
import { cancelled, done, failed, type Outcome } from '../../shared/problem.ts';
import {
  crashNote,
  experimental,
  groupNote,
  installable,
  isCrash,
  noImage,
  noNix,
  type Builder,
  type Built,
} from './builder.ts';
import { explainFailure } from './explain.ts';
import type { BuilderFacts } from './facts.ts';
import { copyImage, streamImage } from './image-copy.ts';
import { isListening } from './listening.ts';
import { NixLog } from './nix-log.ts';
import { readNixVersion } from './nix-version.ts';
import { ask, start, type Ended, type Running } from './process.ts';
import { scratchFolder } from './scratch.ts';
import { storeAccess } from './store-access.ts';

export interface LocalOptions {
  /** Environment variables for Nix, on top of Nixburn's own. */
  env?: Record<string, string>;
  /**
   * Machines that build for this one, in the words of Nix (`ssh-ng://root@host x86_64-linux`): its own distributed
   * builds. Nothing is then built here. Needs a trusted user, and that root can reach the machines.
   */
  distribute?: string;
}

/** An app started from a dock or a menu does not have the PATH of a login shell. */
export const nixFolders = [
  '/nix/var/nix/profiles/default/bin',
  path.join(os.homedir(), '.nix-profile/bin'),
  '/run/current-system/sw/bin',
];

/** This computer. */
export function localBuilder({ env: extra = {}, distribute }: LocalOptions = {}): Builder {
  const PATH = [extra['PATH'] ?? process.env['PATH'] ?? '', ...nixFolders].join(path.delimiter);
  const env = { ...extra, PATH };
  // Nix prefers to build here whatever can be built here, whoever else offers (NixOS/nix#10451).
  const more = distribute === undefined ? [] : ['--builders', distribute, '--max-jobs', '0'];
  return {
    name: 'this computer',
    remote: false,
    facts: async () => done(await localFacts(env)),
    build: (flakeDir, signal) => buildHere(flakeDir, env, more, signal),
  };
}

async function* buildHere(
  flakeDir: string,
  env: Record<string, string>,
  more: string[],
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Built>, void> {
  if (signal.aborted) return failed(cancelled);
  // The link keeps the image from the garbage collector until it has been copied.
  const made = await scratchFolder('nixburn-');
  if (!made.ok) return made;
  const folder = made.value;
  const release = () => rm(folder, { recursive: true, force: true });
  let built: Built | null = null;
  try {
    const link = path.join(folder, 'result');
    const args = [...experimental, 'build', installable, '--out-link', link, '--json'];
    args.push('--log-format', 'internal-json', ...more);
    const ended = yield* runUntilDone(args, flakeDir, env, signal);
    if (!ended.ok) return ended;
    const image = await findImage(ended.value.stdout);
    if (!image.ok) return image;
    const { file, bytes } = image.value;
    built = {
      bytes,
      lock: null,
      stream: (stop) => streamImage(file, stop),
      copyTo: (to, stop) => copyImage(file, to, stop),
      release,
    };
    return done(built);
  } finally {
    if (!built) await release();
  }
}

/** Runs Nix, and again where it failed for a reason that can be got round. */
async function* runUntilDone(
  args: string[],
  cwd: string,
  env: Record<string, string>,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<Ended>, void> {
  // Nix starts to work while it is asked who it is: most of the time it is new enough.
  const asked = ask('nix', ['--version'], env);
  let noted = false;
  const tried = new Set<string>();
  let [nowArgs, nowEnv] = [args, env];
  for (;;) {
    const log = new NixLog();
    const nix = startNix(nowArgs, cwd, nowEnv, signal);
    let ended: Ended | null = null;
    try {
      const { missing, stdout } = await asked;
      if (missing) return failed(noNix('this computer'));
      const version = readNixVersion(stdout);
      if (!version.ok) return version;
      if (version.value.note && !noted) yield { kind: 'note', text: version.value.note };
      noted = true;
      for await (const line of nix.lines) yield* log.read(line);
      ended = await nix.finish();
    } finally {
      // Also where nobody asks for the next event any more.
      if (!ended) await nix.finish();
    }
    if (signal.aborted) return failed(cancelled);
    if (ended.exitCode === 0) return done(ended);
    const why = explainFailure(log.failure(), ended);
    const collects = (env['GC_DONT_GC'] ?? process.env['GC_DONT_GC']) === undefined;
    if (isCrash(ended) && collects && !tried.has('crash')) {
      tried.add('crash');
      yield { kind: 'note', text: crashNote };
      nowEnv = { ...nowEnv, GC_DONT_GC: '1' };
    } else if (why.code === 'nix-group-missing' && process.getuid?.() === 0 && !tried.has(why.code)) {
      // So it is with Debian's nix-bin, whose group comes in another package: root then builds as root.
      tried.add(why.code);
      yield { kind: 'note', text: groupNote };
      nowArgs = [...args, '--option', 'build-users-group', ''];
    } else return failed(why);
  }
}

function startNix(args: string[], cwd: string, env: Record<string, string>, signal: AbortSignal): Running {
  const nix = start('nix', args, signal, {
    cwd,
    env,
    stdout: 'text',
    politely: ({ kill }) => kill('SIGINT'),
  });
  nix.stdin.end();
  return nix;
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

/** Nix's settings, as text; empty where Nix does not answer. `show-config` became `config show` in 2.20. */
async function nixConfig(env: Record<string, string>): Promise<Map<string, string>> {
  let answer = await ask('nix', [...experimental, 'config', 'show'], env);
  if (answer.exitCode !== 0) answer = await ask('nix', [...experimental, 'show-config'], env);
  const settings = new Map<string, string>();
  for (const line of answer.stdout.split('\n')) {
    const at = line.indexOf(' = ');
    if (at > 0) settings.set(line.slice(0, at).trim(), line.slice(at + 3).trim());
  }
  return settings;
}

async function localFacts(env: Record<string, string>): Promise<BuilderFacts> {
  const [version, config, pinged, store] = await Promise.all([
    ask('nix', ['--version'], env),
    nixConfig(env),
    ask('nix', [...experimental, 'store', 'ping'], env),
    storeAccess(),
  ]);
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  const machines = await readFile('/etc/nix/machines', 'utf8').catch(() => '');
  const builders = config.get('builders') ?? '';
  let place = '/nix/store';
  const isThere = () =>
    access(place).then(
      () => true,
      () => false,
    );
  while (!(await isThere())) place = path.dirname(place);
  const space = await statfs(place).catch(() => null);
  const binfmt = await readdir('/proc/sys/fs/binfmt_misc').catch(() => []);
  const trusted = /^Trusted: ([01])$/m.exec(pinged.stdout + pinged.stderr)?.[1];
  return {
    os: process.platform,
    native: `${machine}-${process.platform}`,
    extra: (config.get('extra-platforms') ?? '').split(' ').filter(Boolean),
    binfmt: binfmt.filter((name) => name.startsWith('qemu-')).map((name) => name.slice('qemu-'.length)),
    nix: version.missing ? null : version.stdout,
    freeBytes: space && space.bavail * space.bsize,
    store,
    trusted: process.getuid?.() === 0 || trusted === '1' ? true : trusted === undefined ? null : false,
    builders: builders.startsWith('@') ? machines : builders,
    linuxBuilder: process.platform === 'darwin' && (await isListening(linuxBuilderPort)),
    caches: await askCaches((config.get('substituters') ?? '').split(' ').filter(Boolean).slice(0, 4), env),
    user: userName(),
    clockMillis: Date.now(),
    host: null,
  };
}

/** Where `darwin.linux-builder` of nixpkgs listens for ssh (its option `virtualisation.darwin-builder.hostPort`). */
const linuxBuilderPort = 31_022;

/** An account without an entry in the list of users, as in a container, has no name. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

/** Asks the binary caches, as Nix itself would, whether they are there: with Nix's own proxy and certificates. */
async function askCaches(urls: string[], env: Record<string, string>): Promise<BuilderFacts['caches']> {
  const once = ['--option', 'connect-timeout', '5', '--option', 'download-attempts', '1'];
  return Promise.all(
    urls.map(async (url) => {
      const answer = await ask(
        'nix',
        [...experimental, 'store', 'ping', '--store', url, ...once],
        env,
        15_000,
      );
      return { url, reachable: answer.exitCode === 0 };
    }),
  );
}
