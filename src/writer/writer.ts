/**
 * The privileged program: one order as a line of JSON on stdin, answers as lines of JSON on stdout, and nothing else (or
 * both on a pipe, see channel.ts), unless the order says that an image follows it. The targets of an order are independent of each other: each has an end of its own.
 * Closing stdin, SIGTERM and SIGINT cancel. Exit status: 0 all done, 130 cancelled, 1 anything else.
 */
import {
  assertNever,
  cancelled,
  done,
  failed,
  problem,
  type Outcome,
  type Problem,
} from '../shared/problem.ts';
import { allSaid, openChannel } from './channel.ts';
import { checkImage } from './check.ts';
import { TransferError } from './ends.ts';
import { explain } from './explain.ts';
import type { Switches } from './hold.ts';
import { OpenImage } from './image.ts';
import { Intake } from './intake.ts';
import {
  anyOrderSchema,
  type Answer,
  type AnyOrder,
  type Order,
  type PersonaliseOrder,
  type ReceiveOrder,
  type RestoreOrder,
  type Result,
  type SaveOrder,
} from './order.ts';
import { perform } from './perform.ts';
import { personalise } from './personalise.ts';
import { startProgress, type Progress } from './progress.ts';
import { receive } from './receive.ts';
import { restore } from './restore.ts';
import { save } from './save.ts';

// Libraries that feel like saying something must not say it between the answers.
console.log = console.info = console.debug = console.error;

const abort = new AbortController();
const cancel = () => abort.abort();
const channel = openChannel(process.argv.slice(2));
const intake = new Intake(channel.input);

function answer(line: Answer): void {
  channel.output.write(`${JSON.stringify(line)}\n`);
}

process.on('SIGTERM', cancel);
process.on('SIGINT', cancel);
// Whoever listened is gone. The same as closing stdin, which they did as well.
channel.output.on('error', cancel);

/** The first line of stdin. Where no image follows it, what else comes is ignored, and the end cancels. */
async function readOrder(): Promise<Outcome<AnyOrder>> {
  const line = await intake.line();
  if (line === null) return failed(unusable('stdin ended before an order came'));
  const order = parseOrder(line);
  if (!order.ok || order.value.action !== 'receive') void intake.end().then(cancel);
  return order;
}

function parseOrder(line: string): Outcome<AnyOrder> {
  try {
    const parsed = anyOrderSchema.safeParse(JSON.parse(line));
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

async function openImage(order: Order): Promise<Outcome<OpenImage>> {
  const wrong = await checkImage(order);
  if (wrong !== null) return failed(wrong);
  try {
    return done(await OpenImage.open(order, abort.signal));
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    const { act, position, code, message, path } = error;
    const known = {
      end: 'image',
      isPresent: true,
      holders: [] as string[],
      system: process.platform,
    } as const;
    return failed(explain({ act, position, code, message, path, ...known }));
  }
}

/** One target from its first answer to its last. `let go` settles when its device is let go, maybe later than that. */
function runTarget(
  target: number,
  work: (progress: Progress, switches: Switches) => Promise<Outcome<Result>>,
): { told: Promise<Outcome<Result>>; letGo: Promise<unknown> } {
  let isSealed = false;
  let hasBegun = false;
  /** Once the last answer is out, nothing may follow it. */
  let isOver = false;
  const progress = startProgress((event) => {
    if (event.kind === 'phase' && event.phase === 'write') hasBegun = true;
    if (!isOver) answer({ ...event, target });
  });
  const working = work(progress, { signal: abort.signal, seal: () => (isSealed = true) });
  // It may fail after it was cancelled; then nobody needs to know.
  const letGo = working.catch(() => undefined);
  /** Settles as soon as somebody cancels, whatever the drive is busy with at that moment. */
  const stopped = new Promise<Outcome<Result>>((resolve) => {
    const stop = () => {
      if (!isSealed) resolve(failed(hasBegun ? cancelledMidway : cancelled));
    };
    if (abort.signal.aborted) stop();
    abort.signal.addEventListener('abort', stop, { once: true });
  });
  const ended = working.catch((error: unknown): Outcome<Result> | Promise<Outcome<Result>> =>
    abort.signal.aborted ? stopped : failed(internal(error)),
  );
  const told = Promise.race([stopped, ended]).then((outcome) => {
    progress.end();
    answer(
      outcome.ok
        ? { kind: 'done', target, result: outcome.value }
        : { kind: 'failed', target, problem: outcome.problem },
    );
    isOver = true;
    return outcome;
  });
  return { told, letGo };
}

const cancelledMidway: Problem = {
  ...cancelled,
  detail: 'The drive was being written: it holds no usable image now.',
};

function internal(error: unknown): Problem {
  return problem('internal-error', 'Nixburn made a mistake of its own.', {
    remedy: 'Please report this with the technical details.',
    raw: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}

async function runAll(order: Order): Promise<Outcome<Result>[]> {
  const { action, image, targets } = order;
  const opening = openImage(order);
  const runs = targets.map((target, at) =>
    runTarget(at, (progress, switches) => perform({ action, image, target }, opening, progress, switches)),
  );
  const outcomes = await Promise.all(runs.map(({ told }) => told));
  // Devices are let go in good order even so: transfers that are under way end first.
  await Promise.all(runs.map(({ letGo }) => letGo));
  const opened = await opening;
  if (opened.ok) await opened.value.close();
  return outcomes;
}

/** Orders that concern one target and no image. */
async function runOne(
  order: PersonaliseOrder | RestoreOrder | SaveOrder | ReceiveOrder,
): Promise<Outcome<Result>[]> {
  const { told, letGo } = runTarget(0, (progress, switches) => {
    switch (order.action) {
      case 'personalise':
        return personalise(order, progress, switches);
      case 'restore':
        return restore(order, progress, switches);
      case 'save':
        return save(order, progress, switches);
      case 'receive':
        return receive(order, intake, cancel, progress, switches);
      default:
        return assertNever(order);
    }
  });
  const outcome = await told;
  await letGo;
  return [outcome];
}

async function main(): Promise<number> {
  const order = await readOrder();
  if (!order.ok) {
    answer({ kind: 'refused', problem: order.problem });
    return 1;
  }
  const { value } = order;
  const outcomes = 'image' in value ? await runAll(value) : await runOne(value);
  const problems = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.problem]));
  if (problems.length === 0) return 0;
  return problems.every(({ code }) => code === cancelled.code) ? 130 : 1;
}

async function run(): Promise<number> {
  try {
    return await main();
  } catch (error) {
    answer({ kind: 'refused', problem: internal(error) });
    return 1;
  }
}

const status = await run();
await allSaid(channel);
process.exit(status);
