/** Asks Nix for a value, or for what it thinks of a text: like building, but it takes seconds and leaves nothing behind. */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cancelled, done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { explainFailure } from './explain.ts';
import { nixFolders } from './here.ts';
import { NixLog } from './nix-log.ts';
import { start } from './process.ts';

/** How a program of Nix ended. */
export interface Asked {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface AskOptions {
  signal: AbortSignal;
  /** The longest it may take, in ms. */
  millis: number;
  /** For the program's stdin. */
  input?: string | undefined;
  /** A file that takes stdout in place of the answer. */
  toFile?: string | undefined;
}

/**
 * Runs one program of Nix to its end, whatever its exit status. It has a process group of its own, so that stopping it
 * stops its helpers (git, ssh), too.
 *
 * @returns `nix-missing`, `nix-too-slow` or `cancelled` where there is no end to speak of. Rejects with the system's
 *   error where `toFile` can not be written.
 */
export async function askNix(
  program: 'nix' | 'nix-instantiate',
  args: string[],
  { signal, millis, input, toFile }: AskOptions,
): Promise<Outcome<Asked>> {
  if (signal.aborted) return failed(cancelled);
  const PATH = [process.env['PATH'] ?? '', ...nixFolders].join(path.delimiter);
  const deadline = AbortSignal.timeout(millis);
  const stop = AbortSignal.any([signal, deadline]);
  const running = start(program, args, stop, {
    env: { PATH },
    stdout: toFile === undefined ? 'text' : 'stream',
    politely: ({ kill }) => {
      if (stop.aborted) kill('SIGINT');
    },
  });
  running.stdin.end(input ?? '');
  try {
    // A disk that is full shows long before the log has ended: it is kept until then, and not lost to nobody.
    const unsaved = toFile === undefined ? null : savingTrouble(running.stdout, toFile);
    const said: string[] = [];
    for await (const line of running.lines) said.push(line);
    const trouble = await unsaved;
    const { missing, exitCode, stdout } = await running.finish();
    if (signal.aborted) return failed(cancelled);
    if (deadline.aborted) return failed(tooSlow);
    if (missing) return failed(noNix);
    if (trouble) throw trouble;
    return done({ exitCode, stdout, stderr: said.join('\n') });
  } finally {
    await running.finish();
  }
}

/** What went wrong while a stream was written to a file; null where all of it is there. */
async function savingTrouble(stream: Readable, file: string): Promise<Error | null> {
  return pipeline(stream, createWriteStream(file, { mode: 0o600 })).then(
    () => null,
    (error: Error) => error,
  );
}

const features = ['--extra-experimental-features', 'nix-command flakes'];

/** `nix …` with what flakes need; its log can be read by `explainNix`. */
export function askFlake(args: string[], options: AskOptions): Promise<Outcome<Asked>> {
  return askNix('nix', [...features, ...args, '--log-format', 'internal-json'], options);
}

/** What a failed `askFlake` means, in words. */
export function explainNix(asked: Asked) {
  return explainFailure(readLog(asked), { exitCode: asked.exitCode, signal: null });
}

/** Nix's own error, without the trace that leads to it. */
export function nixError(asked: Asked): string {
  const [error = ''] = readLog(asked).errors;
  const lines = error.split('\n');
  const last = lines.findLastIndex((line) => /^\s*error: ./.test(line));
  return lines
    .slice(Math.max(0, last))
    .join('\n')
    .replace(/^\s*error:\s*/, '')
    .trim();
}

function readLog({ stderr }: Asked) {
  const log = new NixLog();
  for (const line of stderr.split('\n')) log.read(line);
  return log.failure();
}

const noNix = problem('nix-missing', 'Nix is not installed on this computer.', {
  detail: 'Nixburn asks Nix about packages and modules, and could not find it.',
  remedy: 'Install Nix from https://nixos.org/download.',
});

const tooSlow = problem('nix-too-slow', 'Nix did not answer in time.', {
  detail: 'It may be waiting for the network.',
  remedy: 'Check the connection, then try again.',
});
