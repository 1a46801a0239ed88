/**
 * Starts Nix, ssh and the small programs beside them: the only file of the build that does, so that stopping a process
 * is solved once. No part of a command line is ever a shell's text; every argument stands for itself.
 */
import { spawn } from 'node:child_process';
import { PassThrough, pipeline, Readable, type Writable } from 'node:stream';
import { execa } from 'execa';
import { linesOf } from './lines.ts';
import { guardGroup, signalGroup } from './process-group.ts';

/** How a program ended. */
export interface Ended {
  exitCode: number | null;
  /** e.g. `SIGKILL`; null where it ended by itself. */
  signal: string | null;
  /** The program itself could not be found. */
  missing: boolean;
  stdout: string;
}

/** A program that was started in a process group of its own: one signal reaches it and its helpers, and nobody else. */
export interface Running {
  stdin: Writable;
  stdout: Readable;
  /** Its stderr; to be read by one reader, to its end. */
  lines: AsyncGenerator<string, void, void>;
  kill(signal: NodeJS.Signals): void;
  /** Settles when it has ended, whoever still holds its streams. */
  exited: Promise<void>;
  /** Waits until it has ended and everything that it started is gone; stops it where it has not. */
  finish(): Promise<Ended>;
}

interface StartOptions {
  cwd?: string;
  /** On top of Nixburn's own. */
  env?: Record<string, string>;
  /** `text`: stdout is collected for `finish`. `stream`: the caller reads it. Else an open file that takes it. */
  stdout: 'text' | 'stream' | { fd: number };
  /** Asks the program to end, once `signal` aborts and when `finish` is called too early. */
  politely(running: Running): void;
}

/**
 * Starts a program that takes long. It is stopped in 3 s at most once `signal` aborts. Not by execa: that reads and
 * throws away what nobody is reading yet, and an image must not lose its first bytes.
 */
export function start(
  program: string,
  args: string[],
  signal: AbortSignal,
  { cwd, env = {}, stdout, politely }: StartOptions,
): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: process.platform !== 'win32',
    stdio: ['pipe', typeof stdout === 'object' ? stdout.fd : 'pipe', 'pipe'],
    windowsHide: true,
  });
  let said = '';
  const { stdin } = child;
  if (!stdin || !child.stderr) throw new Error('a program was started without its pipes');
  const written = child.stdout ?? Readable.from([]);
  const [output, errors] = [stdout === 'stream' ? kept(written) : written, kept(child.stderr)];
  if (stdout === 'text') output.setEncoding('utf8').on('data', (text: string) => (said += text));
  // Whoever writes to a program that has ended, or reads from it, learns it from how it ended.
  for (const stream of [stdin, output, errors]) stream.on('error', () => undefined);
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ exitCode: null, signal: null, missing: error.code === 'ENOENT', stdout: '' }),
    );
    child.once('close', (exitCode, by) => resolve({ exitCode, signal: by, missing: false, stdout: said }));
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const running: Running = {
    stdin,
    stdout: output,
    lines: linesUntilStopped(errors, signal),
    kill: (by) => signalGroup(child.pid, by),
    exited,
    async finish() {
      // What nobody has read of a program that has ended would keep its stream open until patience ends.
      void exited.then(() => running.lines.return());
      await guard.finish();
      return ended;
    },
  };
  const guard = guardGroup(child, [output, errors], ended, signal, () => politely(running));
  return running;
}

/**
 * What a child writes, kept until somebody reads it: once a child has ended, Node itself reads its pipes and throws away what
 * nobody has read yet, which would be why a build failed, or the end of an image.
 */
function kept(pipe: Readable): Readable {
  return pipeline(pipe, new PassThrough(), () => undefined);
}

async function* linesUntilStopped(stream: Readable, signal: AbortSignal): AsyncGenerator<string, void, void> {
  try {
    yield* linesOf(stream);
  } catch (error) {
    // The guard closes the stream under us where something still holds its other end.
    if (!signal.aborted && !stream.destroyed) throw error;
  }
}

/** Runs a program that answers at once. Never rejects. `millis` is the longest it may take. */
export async function ask(
  program: string,
  args: string[],
  env: Record<string, string> = {},
  millis = 20_000,
): Promise<Ended & { stderr: string }> {
  const options = { env, reject: false, stdin: 'ignore', timeout: millis } as const;
  const { exitCode, signal, stdout, stderr, code } = await execa(program, args, options);
  return { exitCode: exitCode ?? null, signal: signal ?? null, missing: code === 'ENOENT', stdout, stderr };
}

/**
 * Packs a folder with tar.
 *
 * @returns the archive; null where it is larger than `limit` bytes; what tar said where it failed.
 */
export async function packFolder(
  folder: string,
  limit: number,
): Promise<{ archive: Uint8Array } | { tooLarge: true } | { said: string }> {
  const packed = await execa('tar', ['-C', folder, '-cf', '-', '.'], {
    reject: false,
    encoding: 'buffer',
    maxBuffer: limit,
    stdin: 'ignore',
    // Without this variable, macOS adds a hidden file beside every file.
    env: { COPYFILE_DISABLE: '1' },
  });
  if (packed.isMaxBuffer) return { tooLarge: true };
  if (packed.exitCode === 0) return { archive: packed.stdout };
  return { said: new TextDecoder().decode(packed.stderr).slice(0, 2000) };
}
