/** Starts the writer, as root where the target is a drive; the only place that does, and it never builds a shell line. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { StickEvent } from '../../shared/contract.ts';
import {
  assertNever,
  cancelled,
  done,
  failed,
  problem,
  type Outcome,
  type Problem,
} from '../../shared/problem.ts';
import type { programs } from '../programs.ts';
import { answerSchema, type AnyOrder, type Result } from '../../writer/order.ts';

/** How long a writer may take to end, once cancelled or done, before the job ends without it. */
const patienceMillis = 2000;

/** Where the writer is, what runs it, and what asks for the password under its own name; see `programs.ts`. */
export type WriterPrograms = Pick<typeof programs, 'writer' | 'node' | 'launcher'>;

/** What befalls one of an order's targets, which are counted from 0, and in the end how it ended. */
export type TargetEvent =
  { target: number; event: StickEvent } | { target: number; outcome: Outcome<Result> };

/**
 * Runs the writer on one order and passes on what it tells. Waits without limit while a password is being typed.
 * Aborting closes the writer's stdin, which it takes as cancel.
 *
 * @returns for each target what the writer proved or met; `elevation-…` where it may not be started; `writer-died` where
 *   it ended without a last word.
 */
export async function* runWriter(
  writer: WriterPrograms,
  order: AnyOrder,
  signal: AbortSignal,
): AsyncGenerator<TargetEvent, Outcome<Result>[], void> {
  const all = (what: Problem) => order.targets.map(() => failed(what));
  if (signal.aborted) return all(cancelled);
  const command = await commandFor(writer, order);
  if (!command.ok) return all(command.problem);
  const { file, args, isElevated } = command.value;
  const child = execa(file, args, {
    env: writerSettings(order),
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: { stdout: false, stderr: true },
    maxBuffer: 100_000,
    reject: false,
  });
  const cancel = () => {
    child.stdin.end();
    // While pkexec asks for the password nobody reads stdin. Once it is root this is refused, and not needed.
    if (isElevated) child.kill('SIGTERM');
  };
  const lastWord = new AbortController();
  const ended = new AbortController();
  const impatient = losePatience(AbortSignal.any([signal, lastWord.signal]), ended.signal);
  const reader = createInterface({ input: child.stdout });
  const outcomes: (Outcome<Result> | null)[] = order.targets.map(() => null);
  try {
    // The writer may be gone before it has read its order; that it is gone shows below.
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(order)}\n`);
    signal.addEventListener('abort', cancel, { once: true });
    const lines = reader[Symbol.asyncIterator]();
    // Reads on after the last word, so that the drive has been let go when the job ends.
    for (;;) {
      const next = await Promise.race([lines.next(), impatient]);
      if (next === 'enough' || next.done === true) break;
      const answer = parseAnswer(next.value);
      if (answer === null) continue;
      switch (answer.kind) {
        case 'phase':
        case 'progress':
        case 'note': {
          const { target, ...event } = answer;
          if (outcomes[target] === null) yield { target, event };
          break;
        }
        case 'done':
        case 'failed': {
          const { target } = answer;
          if (outcomes[target] !== null) break;
          const outcome = answer.kind === 'done' ? done(answer.result) : failed(answer.problem);
          outcomes[target] = outcome;
          yield { target, outcome };
          break;
        }
        case 'refused':
          for (const [at, outcome] of outcomes.entries()) outcomes[at] = outcome ?? failed(answer.problem);
          break;
        default:
          assertNever(answer);
      }
      if (outcomes.every((outcome) => outcome !== null)) lastWord.abort();
    }
    const isSilent = outcomes.some((outcome) => outcome === null);
    const why = isSilent && !signal.aborted ? await unexpectedEnd(child, isElevated) : cancelled;
    return outcomes.map((outcome) => outcome ?? failed(why));
  } finally {
    ended.abort();
    reader.close();
    signal.removeEventListener('abort', cancel);
    // Also where the job is simply dropped: an unattended writer must not go on.
    child.stdin.end();
  }
}

/** Resolves some time after `from` aborts, for a writer that is stuck in a drive that does not answer. */
async function losePatience(from: AbortSignal, ended: AbortSignal): Promise<'enough'> {
  await new Promise<void>((resolve) =>
    from.addEventListener('abort', () => resolve(), { once: true, signal: ended }),
  );
  await sleep(patienceMillis, undefined, { signal: ended }).catch(() => undefined);
  return 'enough';
}

async function unexpectedEnd(
  child: PromiseLike<{ exitCode?: number | undefined; stderr: string }>,
  isElevated: boolean,
): Promise<Problem> {
  const { exitCode, stderr } = await child;
  return withoutLastWord(exitCode, stderr, isElevated);
}

/** The writer prints nothing but answers; a library that does so all the same is not worth failing for. */
function parseAnswer(line: string) {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

interface Command {
  file: string;
  args: string[];
  isElevated: boolean;
}

async function commandFor(
  { writer, node, launcher }: WriterPrograms,
  order: AnyOrder,
): Promise<Outcome<Command>> {
  if (order.targets.every(({ kind }) => kind === 'file') || process.getuid?.() === 0) {
    return done({ file: node, args: [writer], isElevated: false });
  }
  if (process.platform !== 'linux') return failed(notOffered());
  const file = await findPkexec();
  if (file === null) return failed(noPkexec());
  if (launcher !== null) return done({ file, args: [launcher, threads(order)], isElevated: true });
  // pkexec drops the environment, and env(1) is at this place on every Linux, NixOS included.
  const settings = Object.entries(writerSettings(order)).map(([name, value]) => `${name}=${value}`);
  return done({ file, args: ['/usr/bin/env', ...settings, node, writer], isElevated: true });
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

/** NixOS first: the pkexec in its package is not setuid and only the wrapper works. */
async function findPkexec(): Promise<string | null> {
  const folders = ['/run/wrappers/bin', ...(process.env['PATH'] ?? '').split(':')];
  for (const folder of folders.filter((one) => path.isAbsolute(one))) {
    const file = path.join(folder, 'pkexec');
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}

/** Exit statuses of pkexec: its manual page, "RETURN VALUE". */
function withoutLastWord(exitCode: number | undefined, stderr: string, isElevated: boolean): Problem {
  const raw = stderr.slice(-2000);
  if (isElevated && exitCode === 126) {
    return problem('elevation-dismissed', 'The question for the password was closed.', {
      detail: 'Writing a drive needs the rights of an administrator. Nothing was changed.',
      remedy: 'Start again and type the password of an administrator.',
      raw,
    });
  }
  if (isElevated && exitCode === 127) {
    return problem('elevation-refused', 'You were not given the rights to write a drive.', {
      detail:
        'Either the system refused, or no program is running that could ask for the password (a polkit agent); ' +
        'many tiling desktops start none. Nothing was changed.',
      remedy: 'Start a polkit agent, or write from a terminal with sudo nixburn write.',
      raw,
    });
  }
  return problem('writer-died', 'The program that writes the drive ended unexpectedly.', {
    detail: 'The drive holds no usable image.',
    remedy: 'Start again; if it happens again, report it with the technical details.',
    raw: raw || `exit status ${exitCode ?? 'unknown'}`,
  });
}

function noPkexec(): Problem {
  return problem('elevation-missing', 'Nixburn can not ask for the rights to write a drive.', {
    detail: 'The program pkexec, which asks for the password, is not installed.',
    remedy: 'Install polkit, or write from a terminal with sudo nixburn write.',
  });
}

function notOffered(): Problem {
  return problem('elevation-not-offered', 'Nixburn does not write drives on this system yet.', {
    detail: 'Asking for the rights to do so works on Linux only for now.',
    remedy: 'Write to a file instead, and copy that to the drive with a tool of your system.',
  });
}
