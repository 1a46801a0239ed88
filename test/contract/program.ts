/** Starts Nixburn the three ways people start it, from the built bundles, with a home of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { build, isStale } from '../../scripts/build.mjs';
import type { Door, Reply } from '../../src/shared/contract.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const nixpkgs = `path:${path.join(root, 'test/fixtures/nixpkgs')}`;

/** The keys that recipes of these tests let in; nobody has the other half. */
export const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPnVHOqOgHrfk5ZkAdWf4u6wBdC0W5pNU4iNdIVT5Zg test';

/** What every start of Nix in these tests needs: no daemon, no network, and Debian's Nix without its collector. */
const nixEnvironment = {
  NIX_CONFIG:
    'experimental-features = nix-command flakes\nsandbox = false\nbuild-users-group =\nsubstituters =',
  GC_DONT_GC: '1',
};

/** A folder for everything that a test makes, Nixburn's own places included. */
export interface Home {
  folder: string;
  env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export async function makeHome(): Promise<Home> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-contract-'));
  return {
    folder,
    env: { ...process.env, ...nixEnvironment, NIXBURN_HOME: path.join(folder, 'home') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Ended {
  exit: number | null;
  stdout: string;
  stderr: string;
}

/** A command that runs: its output so far, and its end. */
export interface Running {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  ended: Promise<Ended>;
}

/** Starts `nixburn` in the home's folder, without a terminal. */
export function startCommand(home: Home, args: string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [path.join(root, 'bin/nixburn'), ...args], {
    cwd: home.folder,
    env: { ...home.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([exit]) => ({ exit: exit as number | null, ...output }));
  return { child, output, ended };
}

/** Runs `nixburn` to its end. */
export function runCommand(home: Home, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return startCommand(home, args, env).ended;
}

/** An open connection to a running program, as the page has it. */
export interface Window {
  door: Door;
  /** As closing the tab or the window: resolves once the program has ended and cleaned up. */
  close(): Promise<Ended>;
}

export interface WebHost extends Running {
  origin: string;
  host: string;
  /** The address that was printed. */
  url: string;
  stop(): Promise<Ended>;
}

/** Starts `nixburn serve` and waits for its address. */
export async function startWebHost(home: Home): Promise<WebHost> {
  const running = startCommand(home, ['serve', '--nixpkgs', nixpkgs]);
  const lines = createInterface({ input: running.child.stdout! });
  const [url] = (await Promise.race([
    once(lines, 'line'),
    running.ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ])) as [string];
  const { origin, host } = new URL(url);
  return {
    ...running,
    url,
    origin,
    host,
    stop() {
      running.child.kill('SIGINT');
      return running.ended;
    },
  };
}

/** Exchanges the token for the cookie. */
export async function signIn(host: WebHost): Promise<string> {
  const response = await fetch(host.url, { redirect: 'manual' });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** Opens the window of a web host as a browser does. */
export async function openWebWindow(home: Home): Promise<Window> {
  const host = await startWebHost(home);
  const cookie = await signIn(host);
  const socket = new WebSocket(`ws://${host.host}/door`, { headers: { cookie, origin: host.origin } });
  await once(socket, 'open');
  return {
    door: {
      send: (request) => socket.send(JSON.stringify(request)),
      onReply(listener) {
        const hear = (data: unknown) => listener(JSON.parse(String(data)) as Reply);
        socket.on('message', hear);
        return () => socket.off('message', hear);
      },
    },
    async close() {
      socket.close();
      return host.stop();
    },
  };
}

/** What the runner says, besides replies. */
type RunnerLine = { kind: string } & Record<string, unknown>;

export interface ElectronWindow extends Window {
  /** What was asked of Electron on the way to the window. */
  ready: RunnerLine;
  child: ChildProcess;
  /** Does something in the stand-in, and waits for its answer where it has one. */
  act(what: object, answer?: string): Promise<RunnerLine>;
}

/** The arguments and surroundings of a start of the desktop app. */
interface ElectronStart {
  args?: string[];
  env?: NodeJS.ProcessEnv;
}

function startElectron(home: Home, { args = [], env = {} }: ElectronStart) {
  const runner = path.join(import.meta.dirname, 'electron-runner.mjs');
  return spawn(process.execPath, [runner, `--nixpkgs=${nixpkgs}`, ...args], {
    cwd: home.folder,
    env: { ...home.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the desktop app with arguments with which it opens no window. */
export async function runElectron(home: Home, start: ElectronStart): Promise<Ended> {
  if (isStale()) await build();
  const child = startElectron(home, start);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [exit] = (await once(child, 'close')) as [number | null];
  return { exit, ...output };
}

/** Starts the bundle of Electron's main process against the stand-in, and waits for its window. */
export async function openElectronWindow(home: Home, start: ElectronStart = {}): Promise<ElectronWindow> {
  if (isStale()) await build();
  const child = startElectron(home, start);
  const output = { stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([exit]) => ({ exit: exit as number | null, ...output }));
  const listeners = new Set<(line: RunnerLine) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.stdout += `${line}\n`;
    for (const listener of listeners) listener(JSON.parse(line) as RunnerLine);
  });
  const next = (kind: string) =>
    new Promise<RunnerLine>((resolve, reject) => {
      const hear = (line: RunnerLine) => {
        if (line.kind !== kind) return;
        listeners.delete(hear);
        resolve(line);
      };
      listeners.add(hear);
      void ended.then(({ stderr }) => reject(new Error(`Electron's stand-in has ended: ${stderr}`)));
    });
  const tell = (what: object) => child.stdin.write(`${JSON.stringify(what)}\n`);
  const ready = await next('ready');
  return {
    ready,
    child,
    door: {
      send: (request) => tell({ kind: 'send', request }),
      onReply(listener) {
        const hear = (line: RunnerLine) => {
          if (line.kind === 'reply') listener(line['reply'] as Reply);
        };
        listeners.add(hear);
        return () => listeners.delete(hear);
      },
    },
    async act(what, answer) {
      const line = answer === undefined ? Promise.resolve({ kind: 'none' }) : next(answer);
      tell(what);
      return line;
    },
    async close() {
      tell({ kind: 'close' });
      return ended;
    },
  };
}

/** Runs a command on a terminal of its own, as `script` (bsdutils) makes one, and types after its question. */
export async function runOnTerminal(
  home: Home,
  args: string,
  typed: string,
): Promise<{ exit: number; screen: string }> {
  const command = `${process.execPath} ${path.join(root, 'bin/nixburn')} ${args}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: home.folder,
    env: { ...home.env, TERM: 'xterm', COLUMNS: '200' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let isTyped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (isTyped || !screen.includes('to go on: ')) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  const [exit] = (await once(child, 'close')) as [number];
  return { exit, screen };
}
