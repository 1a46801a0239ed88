/**
 * The privileged program: one order as a line of JSON on stdin, answers as lines of JSON on stdout, and nothing else.
 * Closing stdin, SIGTERM and SIGINT cancel. Exit status: 0 done, 1 failed, 130 cancelled.
 */
import { createInterface } from 'node:readline';
import { cancelled, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { orderSchema, type Answer, type Order, type Result } from './order.ts';
import { perform } from './perform.ts';
import { startProgress } from './progress.ts';

// Libraries that feel like saying something must not say it between the answers.
console.log = console.info = console.debug = console.error;

/** Once the last answer is out, nothing may follow it. */
let isOver = false;
const abort = new AbortController();
let isSealed = false;
let hasBegun = false;

function answer(line: Answer): void {
  if (!isOver) process.stdout.write(`${JSON.stringify(line)}\n`);
}

function cancel(): void {
  if (!isSealed) abort.abort();
}

process.on('SIGTERM', cancel);
process.on('SIGINT', cancel);
// Whoever listened is gone. The same as closing stdin, which they did as well.
process.stdout.on('error', cancel);

/** The first line of stdin; what follows is ignored, and its end cancels. */
function readOrder(): Promise<Outcome<Order>> {
  const lines = createInterface({ input: process.stdin });
  return new Promise((resolve) => {
    lines.once('line', (line) => resolve(parseOrder(line)));
    lines.once('close', () => {
      cancel();
      resolve(failed(unusable('stdin ended before an order came')));
    });
  });
}

function parseOrder(line: string): Outcome<Order> {
  try {
    const parsed = orderSchema.safeParse(JSON.parse(line));
    return parsed.success ? { ok: true, value: parsed.data } : failed(unusable(parsed.error.message));
  } catch (error) {
    return failed(unusable(String(error)));
  }
}

function unusable(raw: string) {
  return problem('order-unusable', 'The writer was given an order that it does not understand.', {
    remedy: 'Please report this with the technical details.',
    raw,
  });
}

/** Settles as soon as somebody cancels, whatever the drive is busy with at that moment. */
function onCancel(): Promise<Outcome<Result>> {
  return new Promise((resolve) => {
    abort.signal.addEventListener('abort', () => resolve(failed(cancelledNow())), { once: true });
  });
}

function cancelledNow(): Problem {
  if (!hasBegun) return cancelled;
  return { ...cancelled, detail: 'The drive was being written: it holds no usable image now.' };
}

async function main(): Promise<number> {
  const order = await readOrder();
  if (!order.ok) {
    answer({ kind: 'failed', problem: order.problem });
    return 1;
  }
  const stopped = onCancel();
  const progress = startProgress((event) => {
    if (event.kind === 'phase' && event.phase === 'write') hasBegun = true;
    answer(event);
  });
  const work = perform(order.value, progress, { signal: abort.signal, seal: () => (isSealed = true) });
  // It may fail after it was cancelled; then nobody needs to know.
  work.catch(() => undefined);
  const outcome = await Promise.race([
    stopped,
    work.catch(async (error: unknown): Promise<Outcome<Result>> => {
      if (abort.signal.aborted) return stopped;
      throw error;
    }),
  ]);
  progress.end();
  answer(outcome.ok ? { kind: 'done', result: outcome.value } : { kind: 'failed', problem: outcome.problem });
  isOver = true;
  // The device is let go in good order even so: transfers that are under way end first.
  await work.catch(() => undefined);
  if (outcome.ok) return 0;
  return outcome.problem.code === cancelled.code ? 130 : 1;
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    answer({
      kind: 'failed',
      problem: problem('internal-error', 'Nixburn made a mistake of its own.', {
        remedy: 'Please report this with the technical details.',
        raw: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    });
    process.exit(1);
  },
);
