/** Runs a job: passes on its events in batches, cancels it, and says how it ended, whatever happened inside. */
import { cancelled, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';

/**
 * A long act. It yields events while it works, returns how it ended, stops soon after `signal` aborts, and undoes in
 * its own `finally` whatever must not stay behind. It knows nothing of windows, sockets or terminals.
 */
export type Job<Input, Event, Result> = (
  input: Input,
  signal: AbortSignal,
) => AsyncGenerator<Event, Outcome<Result>, void>;

/** Ten messages a second are as many as a person can see; Nix can print thousands of lines in that time. */
const batchMillis = 100;

/**
 * Drives one run of a job to its end. Never rejects.
 *
 * @param onEvents receives events in order, in batches, at most one batch every 100 ms; all of them before the promise
 *   settles.
 * @returns the job's own outcome; `cancelled` where it was aborted and did not succeed all the same (a job may give
 *   a `cancelled` of its own that says what state it left behind); a problem
 *   `internal-error` where it threw, which is a bug and is reported as one.
 */
export async function runJob<Event, Result>(
  events: AsyncGenerator<Event, Outcome<Result>, void>,
  signal: AbortSignal,
  onEvents: (batch: Event[]) => void,
): Promise<Outcome<Result>> {
  let waiting: Event[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    onEvents(batch);
  };
  let outcome: Outcome<Result>;
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) {
        outcome = next.value;
        break;
      }
      waiting.push(next.value);
      timer ??= setTimeout(flush, batchMillis);
    }
  } catch (error) {
    outcome = failed(internalError(error));
  }
  flush();
  if (outcome.ok || !signal.aborted || outcome.problem.code === cancelled.code) return outcome;
  return failed(cancelled);
}

/** A throw, which is a bug of ours, as something that can still be shown to a person; the stack is not for people. */
export function internalError(error: unknown): Problem {
  return (
    diskTrouble(error) ??
    problem('internal-error', 'Nixburn made a mistake of its own.', {
      remedy: 'Please report this with the technical details.',
      raw: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    })
  );
}

/** What the system says of a file that is the person's to mend, and no bug, wherever it comes up. Codes: errno(3). */
function diskTrouble(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const { code, path, message: raw } = error as NodeJS.ErrnoException;
  if (path === undefined) return null;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return problem('file-denied', `${path} can not be read or written.`, {
        detail: 'You have no right to it, or the disk it is on is read-only.',
        remedy: 'Check whose it is: what was made with sudo belongs to root.',
        raw,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return problem('disk-full', 'The disk is full.', {
        detail: path,
        remedy: 'Free some space there, then try again.',
        raw,
      });
    default:
      return null;
  }
}
