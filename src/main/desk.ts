/** Serves one window, whatever brings its messages: checks each request, answers calls, and runs and cancels jobs. */
import { z } from 'zod';
import type { Reply } from '../shared/contract.ts';
import { failed, problem, type Outcome } from '../shared/problem.ts';
import { internalError, runJob } from './jobs.ts';

/** What a desk asks of the services: nothing that comes from a page has a trusted type, not even a name. */
export interface Services {
  /** Answers a call. Inputs that do not fit the contract are a problem `bad-request`. */
  call(name: string, input: unknown): Promise<Outcome<unknown>>;
  /** Starts a job; its events and its end come from the generator. */
  job(name: string, input: unknown, signal: AbortSignal): AsyncGenerator<unknown, Outcome<unknown>, void>;
}

export interface Desk {
  /** Takes one message of the window. What is no request at all is dropped: there is nobody to answer. */
  take(message: unknown): void;
  /** The window is gone: cancels what runs, and resolves once all of it has cleaned up. */
  close(): Promise<void>;
}

const count = z.int().nonnegative();
const word = z.string().max(100);
const request = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), id: count, name: word, input: z.unknown().optional() }),
  z.object({ kind: z.literal('start'), run: count, name: word, input: z.unknown().optional() }),
  z.object({ kind: z.literal('cancel'), run: count }),
]);

/** A window starts a handful of jobs; a page that starts more has gone wrong. */
const mostRuns = 32;

/**
 * Opens a desk for one window.
 *
 * @param reply brings one reply to the window; it is not called any more after `close`.
 */
export function openDesk(services: Services, reply: (reply: Reply) => void): Desk {
  const runs = new Map<number, { stop: AbortController; ended: Promise<void> }>();
  let open = true;
  const say = (what: Reply) => {
    if (open) reply(what);
  };

  async function answer(id: number, name: string, input: unknown): Promise<void> {
    let outcome: Outcome<unknown>;
    try {
      outcome = await services.call(name, input);
    } catch (error) {
      outcome = failed(internalError(error));
    }
    say({ kind: 'answer', id, outcome });
  }

  async function carryOut(run: number, name: string, input: unknown, signal: AbortSignal): Promise<void> {
    const outcome = await runJob(services.job(name, input, signal), signal, (events) =>
      say({ kind: 'events', run, events }),
    );
    runs.delete(run);
    say({ kind: 'ended', run, outcome });
  }

  return {
    take(message) {
      const parsed = request.safeParse(message);
      if (!open || !parsed.success) return;
      const asked = parsed.data;
      if (asked.kind === 'call') {
        void answer(asked.id, asked.name, asked.input);
      } else if (asked.kind === 'cancel') {
        runs.get(asked.run)?.stop.abort();
      } else if (runs.has(asked.run) || runs.size >= mostRuns) {
        // Not `ended`: that would end the run of this number that goes on.
        if (!runs.has(asked.run)) say({ kind: 'ended', run: asked.run, outcome: failed(tooManyRuns) });
      } else {
        const stop = new AbortController();
        runs.set(asked.run, { stop, ended: Promise.resolve() });
        const ended = carryOut(asked.run, asked.name, asked.input, stop.signal);
        const entry = runs.get(asked.run);
        if (entry) entry.ended = ended;
      }
    },
    async close() {
      open = false;
      const running = [...runs.values()];
      for (const { stop } of running) stop.abort();
      await Promise.all(running.map(({ ended }) => ended));
    },
  };
}

const tooManyRuns = problem('too-many-runs', 'Too much is running at once.', {
  remedy: 'Wait until something has finished, or close the window and open it again.',
});
