/**
 * A program behind the window that does what a test tells it to: answers at once, and jobs that tell and end on
 * command. It stands in where a real drive, a real failure or an exact moment can not be had.
 */
import type { Page } from '@playwright/test';
import type {
  CallInput,
  CallName,
  CallOutput,
  JobEvent,
  JobInput,
  JobName,
  JobOutput,
  Reply,
  Request,
} from '../../src/shared/contract.ts';
import { cancelled, failed, problem, type Outcome, type Problem } from '../../src/shared/problem.ts';

export type Answers = { [N in CallName]: (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>> };

/** One run of a job that the window started. */
interface ScriptedRun<N extends JobName> {
  input: JobInput<N>;
  /** Whether the window asked for it to be cancelled. A cancelled run ends at once unless `lingers` is set. */
  cancelled: boolean;
  tell(...events: JobEvent<N>[]): Promise<void>;
  finish(value: JobOutput<N>): Promise<void>;
  fail(what: Problem): Promise<void>;
}

export interface ScriptedDoor {
  answers: Answers;
  /** Everything the window ever sent, in order. */
  requests: Request[];
  /** The newest run of a job, as soon as there is one. */
  run<N extends JobName>(name: N): Promise<ScriptedRun<N>>;
  /** Whether a cancelled job goes on until the test ends it. */
  lingers: boolean;
}

/** What the window gave along with every question of one name, in order. */
export function inputsOf<N extends CallName>(door: ScriptedDoor, name: N): CallInput<N>[] {
  return door.requests.flatMap((one) =>
    one.kind === 'call' && one.name === name ? [one.input as CallInput<N>] : [],
  );
}

/** The same for jobs. */
export function startsOf<N extends JobName>(door: ScriptedDoor, name: N): JobInput<N>[] {
  return door.requests.flatMap((one) =>
    one.kind === 'start' && one.name === name ? [one.input as JobInput<N>] : [],
  );
}

interface Gate extends Window {
  toScript(request: Request): Promise<void>;
  fromScript(replies: Reply[]): void;
}

/** An answer that is a rejection with a problem fails with that problem. */
function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'code' in error && 'remedy' in error;
}

/** Puts the door into the page before any of its own scripts runs. */
export async function scriptDoor(page: Page, answers: Answers): Promise<ScriptedDoor> {
  const requests: Request[] = [];
  const runs = new Map<number, { name: string; run: ScriptedRun<JobName> }>();
  let awaiting: (() => void)[] = [];
  // One after the other: what was told first must arrive first.
  let queue = Promise.resolve();

  function reply(...replies: Reply[]): Promise<void> {
    queue = queue
      .then(() => page.evaluate((all) => (window as unknown as Gate).fromScript(all), replies))
      // A test may end and its page close, or load it anew, while answers are on their way: nobody waits for them any more.
      .catch((error: unknown) => {
        if (!page.isClosed() && !String(error).includes('Execution context was destroyed')) throw error;
      });
    return queue;
  }

  async function answer(request: Extract<Request, { kind: 'call' }>): Promise<void> {
    const ask = answers[request.name as CallName] as ((input: unknown) => unknown) | undefined;
    const outcome: Outcome<unknown> = ask
      ? await Promise.resolve(ask(request.input)).then(
          (value) => ({ ok: true, value }),
          (error: unknown) => failed(isProblem(error) ? error : problem('scripted', String(error))),
        )
      : failed(problem('bad-request', `There is no call ${request.name}.`));
    await reply({ kind: 'answer', id: request.id, outcome });
  }

  function start({ run: number, name, input }: Extract<Request, { kind: 'start' }>): void {
    const end = (outcome: Outcome<unknown>) => {
      runs.delete(number);
      return reply({ kind: 'ended', run: number, outcome });
    };
    const run: ScriptedRun<JobName> = {
      input: input as never,
      cancelled: false,
      tell: (...events) => reply({ kind: 'events', run: number, events }),
      finish: (value) => end({ ok: true, value }),
      fail: (what) => end(failed(what)),
    };
    runs.set(number, { name, run });
    for (const tell of awaiting) tell();
    awaiting = [];
  }

  const door: ScriptedDoor = {
    answers,
    requests,
    lingers: false,
    async run<N extends JobName>(name: N): Promise<ScriptedRun<N>> {
      for (;;) {
        const found = [...runs.values()].findLast((one) => one.name === name);
        if (found) return found.run as ScriptedRun<N>;
        await new Promise<void>((resolve) => awaiting.push(resolve));
      }
    },
  };

  await page.exposeFunction('toScript', async (request: Request) => {
    requests.push(request);
    if (request.kind === 'call') return answer(request);
    if (request.kind === 'start') return start(request);
    const run = runs.get(request.run)?.run;
    if (run === undefined) return undefined;
    run.cancelled = true;
    return door.lingers ? undefined : run.fail(cancelled);
  });
  await page.addInitScript(() => {
    const listeners = new Set<(reply: Reply) => void>();
    const gate = window as unknown as Gate;
    gate.fromScript = (replies) => {
      for (const one of replies) for (const listener of listeners) listener(one);
    };
    window.nixburn = {
      send: (request) => void gate.toScript(request),
      onReply(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  });
  return door;
}
