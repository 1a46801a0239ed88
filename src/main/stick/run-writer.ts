/** Gives the writer one order and passes on what it tells, from its first word to its last. */
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StickEvent } from '../../shared/contract.ts';
import { assertNever, cancelled, done, failed, type Outcome, type Problem } from '../../shared/problem.ts';
import { answerSchema, type AnyOrder, type Result } from '../../writer/order.ts';
import { startWriter, thisSystem, type System, type WriterPrograms } from './elevate.ts';

/** How long a writer may take to end, once cancelled or done, before the job ends without it. */
const patienceMillis = 2000;

/** What befalls one of an order's targets, which are counted from 0, and in the end how it ended. */
export type TargetEvent =
  { target: number; event: StickEvent } | { target: number; outcome: Outcome<Result> };

/**
 * Runs the writer on one order and passes on what it tells. Waits without limit while a password is being typed.
 * Aborting closes what the writer reads its order from, which it takes as cancel.
 *
 * @param feed sends what follows the order on the same channel, until `signal` aborts; a problem where it could not
 * @returns for each target what the writer proved or met; `elevation-…` where it may not be started; `writer-died` where
 *   it ended without a last word.
 */
export async function* runWriter(
  programs: WriterPrograms,
  order: AnyOrder,
  signal: AbortSignal,
  system: System = thisSystem,
  feed?: (input: Writable, signal: AbortSignal) => Promise<Problem | null>,
): AsyncGenerator<TargetEvent, Outcome<Result>[], void> {
  const all = (what: Problem) => order.targets.map(() => failed(what));
  if (signal.aborted) return all(cancelled);
  const started = await startWriter(programs, order, system);
  if (!started.ok) return all(started.problem);
  const writer = started.value;
  const cancel = () => {
    writer.input.end();
    writer.kill();
  };
  const lastWord = new AbortController();
  const ended = new AbortController();
  const impatient = losePatience(AbortSignal.any([signal, lastWord.signal]), ended.signal);
  const reader = createInterface({ input: writer.output });
  const outcomes: (Outcome<Result> | null)[] = order.targets.map(() => null);
  let hungry: Problem | null = null;
  const feedAll = async (send: NonNullable<typeof feed>) => {
    hungry = await send(writer.input, AbortSignal.any([signal, ended.signal]));
    // To the writer it is as if somebody had cancelled.
    if (hungry !== null) writer.input.end();
  };
  let feeding: Promise<void> | null = null;
  try {
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) {
      // Somebody gave up while it was being started: the signal says that only once, and the order is never given.
      cancel();
    } else {
      writer.input.write(`${JSON.stringify(order)}\n`);
      if (feed) feeding = feedAll(feed);
    }
    const lines = reader[Symbol.asyncIterator]();
    // A stream that breaks off has ended; why is asked below.
    const nextLine = () => lines.next().catch(() => ({ done: true as const, value: undefined }));
    // Reads on after the last word, so that the drive has been let go when the job ends.
    for (;;) {
      const next = await Promise.race([nextLine(), impatient]);
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
          const outcome = answer.kind === 'done' ? done(answer.result) : failed(hungry ?? answer.problem);
          outcomes[target] = outcome;
          yield { target, outcome };
          break;
        }
        case 'refused': {
          // One that was never given its order says that it lacks one.
          const why = signal.aborted ? cancelled : answer.problem;
          for (const [at, outcome] of outcomes.entries()) outcomes[at] = outcome ?? failed(why);
          break;
        }
        default:
          assertNever(answer);
      }
      if (outcomes.every((outcome) => outcome !== null)) lastWord.abort();
    }
    const isSilent = outcomes.some((outcome) => outcome === null);
    const why = isSilent && !signal.aborted ? await writer.lastSigh() : cancelled;
    return outcomes.map((outcome) => outcome ?? failed(why));
  } finally {
    ended.abort();
    reader.close();
    signal.removeEventListener('abort', cancel);
    // Also where the job is simply dropped: an unattended writer must not go on.
    writer.input.end();
    await writer.letGo();
    await feeding;
  }
}

/** Resolves some time after `from` aborts, for a writer that is stuck in a drive that does not answer. */
async function losePatience(from: AbortSignal, ended: AbortSignal): Promise<'enough'> {
  await new Promise<void>((resolve) => {
    if (from.aborted) resolve();
    else from.addEventListener('abort', () => resolve(), { once: true, signal: ended });
  });
  await sleep(patienceMillis, undefined, { signal: ended }).catch(() => undefined);
  return 'enough';
}

/** The writer prints nothing but answers; a library that does so all the same is not worth failing for. */
function parseAnswer(line: string) {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
