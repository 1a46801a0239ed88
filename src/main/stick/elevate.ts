/** Starts the writer, as root where the target is a drive; the only place that does, and it never builds a shell line. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { execa } from 'execa';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { findProgram } from '../find-program.ts';
import type { programs } from '../programs.ts';
import type { AnyOrder } from '../../writer/order.ts';
import {
  askpassScript,
  elevationMissing,
  linuxCommand,
  macCommand,
  refusalOf,
  windowsCommand,
  type Command,
  type Wanted,
} from './elevation.ts';

/** Where the writer is, what runs it, and what asks for the password under its own name; see `programs.ts`. */
export type WriterPrograms = Pick<typeof programs, 'writer' | 'node' | 'launcher'>;

/** The system that rights are asked of; tests give another one than this. */
export interface System {
  platform: NodeJS.Platform;
  /** Whether nobody needs to be asked. */
  isAdministrator(): Promise<boolean>;
  /** Folders that programs are looked for in, the first one first. */
  folders: string[];
  /** Where a pipe of that name is. */
  pipe(name: string): string;
}

export const thisSystem: System = {
  platform: process.platform,
  isAdministrator,
  // NixOS first: the pkexec in its package is not setuid and only the wrapper works.
  get folders() {
    return ['/run/wrappers/bin', ...(process.env['PATH'] ?? '').split(path.delimiter)];
  },
  pipe: (name) => `\\\\.\\pipe\\${name}`,
};

/** A writer that runs, or is about to. */
export interface Writer {
  input: Writable;
  output: Readable;
  /** Ends one that has not begun: while a password is being asked for, nobody reads `input`. */
  kill(): void;
  /** Why it ended without a last word. */
  lastSigh(): Promise<Problem>;
  /** To be called at the end, whatever it was. */
  letGo(): Promise<void>;
}

/**
 * Starts it. Where a password must be asked for it is not there before that is given, and nobody limits the time.
 *
 * @returns a problem `elevation-…` where nobody can be asked.
 */
export async function startWriter(
  programs: WriterPrograms,
  order: AnyOrder,
  system: System = thisSystem,
): Promise<Outcome<Writer>> {
  const wanted = { node: programs.node, writer: programs.writer, settings: writerSettings(order) };
  const isFree = order.targets.every(({ kind }) => kind === 'file') || (await system.isAdministrator());
  if (isFree) {
    const { node: file, writer, settings } = wanted;
    // Whoever became root on the way here is told by these; it is not for the writer to go by them.
    const env = { ...settings, PKEXEC_UID: undefined, SUDO_UID: undefined };
    return done(talk(launch({ file, args: [writer], env }), null, async () => undefined));
  }
  switch (system.platform) {
    case 'linux':
      return startOnLinux(wanted, programs.launcher, order, system);
    case 'darwin':
      return startOnMac(wanted, system);
    case 'win32':
      return startOnWindows(wanted, system);
    default:
      return failed(elevationMissing(system.platform));
  }
}

async function startOnLinux(
  wanted: Wanted,
  launcher: string | null,
  order: AnyOrder,
  system: System,
): Promise<Outcome<Writer>> {
  const pkexec = await findProgram('pkexec', system.folders);
  if (pkexec === null) return failed(elevationMissing('linux'));
  const command = linuxCommand(pkexec, wanted, launcher === null ? null : [launcher, threads(order)]);
  return done(talk(launch(command), 'linux', async () => undefined));
}

/** What asks for the password is a file of its own for as long as that takes, in a folder that is this person's alone. */
async function startOnMac(wanted: Wanted, system: System): Promise<Outcome<Writer>> {
  const sudo = await findProgram('sudo', system.folders);
  if (sudo === null) return failed(elevationMissing('darwin'));
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-'));
  const askpass = path.join(folder, 'askpass');
  await writeFile(askpass, askpassScript, { mode: 0o700, flag: 'wx' });
  const child = launch(macCommand(sudo, wanted, askpass));
  return done(talk(child, 'darwin', () => rm(folder, { recursive: true, force: true })));
}

/** The writer comes to us: a pipe with a name that nobody can guess waits for it. */
async function startOnWindows(wanted: Wanted, system: System): Promise<Outcome<Writer>> {
  const powershell = await findProgram('powershell.exe', system.folders);
  if (powershell === null) return failed(elevationMissing('win32'));
  const name = system.pipe(`nixburn-${randomUUID()}`);
  const input = new PassThrough();
  const output = new PassThrough();
  const server = createServer((socket) => {
    // One comes, and no other.
    server.close();
    socket.on('error', () => output.end());
    socket.pipe(output);
    input.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(name, resolve));
  const child = launch(windowsCommand(powershell, wanted, name));
  // Where it never came there is nothing to wait for.
  void child.finally(() => {
    if (server.listening) output.end();
  });
  const letGo = async () => {
    if (server.listening) server.close();
  };
  return done({ ...talk(child, 'win32', letGo), input, output });
}

function launch({ file, args, env }: Omit<Command, 'env'> & { env: Record<string, string | undefined> }) {
  return execa(file, args, {
    env,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: { stdout: false, stderr: true },
    maxBuffer: 100_000,
    reject: false,
  });
}

type Child = ReturnType<typeof launch>;

/** @param asked the system that was asked for the rights; null where none was */
function talk(child: Child, asked: NodeJS.Platform | null, letGo: () => Promise<void>): Writer {
  // The writer may be gone before it has read its order; that it is gone shows by itself.
  child.stdin.on('error', () => undefined);
  return {
    input: child.stdin,
    output: child.stdout,
    kill: () => {
      if (asked !== null) child.kill('SIGTERM');
    },
    async lastSigh() {
      const { exitCode, stderr } = await child;
      return (asked === null ? null : refusalOf(asked, exitCode, stderr)) ?? died(exitCode, stderr);
    },
    letGo,
  };
}

function died(exitCode: number | undefined, stderr: string): Problem {
  return problem('writer-died', 'The program that writes the drive ended unexpectedly.', {
    detail: 'The drive holds no usable image.',
    remedy: 'Start again; if it happens again, report it with the technical details.',
    raw: stderr.slice(-2000) || `exit status ${exitCode ?? 'unknown'}`,
  });
}

/** What the writer's environment must say. */
function writerSettings(order: AnyOrder): Record<string, string> {
  return {
    UV_THREADPOOL_SIZE: threads(order),
    // From the source tree Electron's program is the Node that we have: told so, it opens no window.
    ...(process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
  };
}

/** Each drive keeps up to four of Node's threads waiting; one that is stuck must not keep the others from theirs. */
function threads(order: AnyOrder): string {
  return String(4 + 4 * order.targets.length);
}

async function isAdministrator(): Promise<boolean> {
  if (process.platform !== 'win32') return process.getuid?.() === 0;
  // Asks for what only an administrator is told, and changes nothing.
  const asked = await execa('fsutil', ['dirty', 'query', process.env['SystemDrive'] ?? 'C:'], {
    reject: false,
    stdio: 'ignore',
  });
  return asked.exitCode === 0;
}
