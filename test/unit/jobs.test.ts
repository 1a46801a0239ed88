/** How a job is run: events in batches and in order, one outcome at the end, whatever happens inside. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { runJob, type Job } from '../../src/main/jobs.ts';
import { cancelled, done, failed, problem } from '../../src/shared/problem.ts';

const counting: Job<number, number, string> = async function* (count) {
  for (let i = 0; i < count; i++) yield i;
  return done('counted');
};

/** Has more to say than anybody can read, for half a second. */
const chatty: Job<null, number, null> = async function* () {
  const start = performance.now();
  for (let i = 0; performance.now() - start < 450; i++) {
    yield i;
    if (i % 100 === 0) await sleep(1);
  }
  return done(null);
};

const broken: Job<null, string, null> = async function* () {
  yield 'before';
  throw new TypeError('x is not a function');
};

/** Yields until it is aborted, and remembers that it cleaned up. */
function endless(outcome: Awaited<ReturnType<typeof runJob<number, string>>>) {
  const left = { cleanedUp: false };
  const job: Job<null, number, string> = async function* (_nothing, signal) {
    try {
      for (let i = 0; !signal.aborted; i++) {
        yield i;
        await sleep(5, undefined, { signal }).catch(() => undefined);
      }
      return outcome;
    } finally {
      left.cleanedUp = true;
    }
  };
  return { job, left };
}

describe('A job that runs', () => {
  test('brings all its events in order, and its result last', async () => {
    const heard: number[] = [];
    const { signal } = new AbortController();
    const outcome = await runJob(counting(1000, signal), signal, (batch) => heard.push(...batch));
    expect(outcome).toEqual(done('counted'));
    expect(heard).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test('sends at most ten messages a second, however much it has to say', async () => {
    const { signal } = new AbortController();
    const times: number[] = [];
    await runJob(chatty(null, signal), signal, () => times.push(performance.now()));
    // The last batch goes out with the end of the job and need not wait.
    const gaps = times.slice(1, -1).map((time, i) => time - (times[i] ?? 0));
    expect(times.length).toBeGreaterThan(1);
    for (const gap of gaps) expect(gap).toBeGreaterThan(95);
  });

  test('does not hold an event back while it is busy with something long', async () => {
    const { signal } = new AbortController();
    const onEvents = vi.fn();
    let finish: (() => void) | undefined;
    const waiting: Job<null, string, null> = async function* () {
      yield 'started';
      await new Promise<void>((resolve) => (finish = resolve));
      return done(null);
    };
    const running = runJob(waiting(null, signal), signal, onEvents);
    await vi.waitFor(() => expect(onEvents).toHaveBeenCalledWith(['started']));
    finish?.();
    await running;
    expect(onEvents).toHaveBeenCalledTimes(1);
  });

  test('says nothing where there is nothing to say', async () => {
    const { signal } = new AbortController();
    const onEvents = vi.fn();
    expect(await runJob(counting(0, signal), signal, onEvents)).toEqual(done('counted'));
    expect(onEvents).not.toHaveBeenCalled();
  });
});

describe('A job that is cancelled', () => {
  test('ends as cancelled after it has cleaned up, whatever problem it names', async () => {
    const stop = new AbortController();
    const { job, left } = endless(failed(problem('nix-died', 'Nix ended.')));
    const running = runJob(job(null, stop.signal), stop.signal, () => stop.abort());
    expect(await running).toEqual(failed(cancelled));
    expect(left.cleanedUp).toBe(true);
  });

  test('keeps its success where the cancel came too late', async () => {
    const stop = new AbortController();
    const { job } = endless(done('written'));
    const running = runJob(job(null, stop.signal), stop.signal, () => stop.abort());
    expect(await running).toEqual(done('written'));
  });

  test('may say in its own words what state it left behind', async () => {
    const stop = new AbortController();
    const own = { ...cancelled, detail: 'The stick holds half an image.' };
    const { job } = endless(failed(own));
    expect(await runJob(job(null, stop.signal), stop.signal, () => stop.abort())).toEqual(failed(own));
  });
});

describe('A job that throws', () => {
  test('ends as a mistake of Nixburn, with its message and the events before it', async () => {
    const { signal } = new AbortController();
    const heard: string[] = [];
    const outcome = await runJob(broken(null, signal), signal, (batch) => heard.push(...batch));
    expect(heard).toEqual(['before']);
    expect(outcome).toMatchObject({
      ok: false,
      problem: { code: 'internal-error', raw: 'TypeError: x is not a function' },
    });
  });
});
