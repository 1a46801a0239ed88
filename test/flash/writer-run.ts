/** Drives the built writer as main does: an order on stdin, answers from stdout, every line of which must be one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { targetDrive } from '../../src/main/drives/list.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { answerSchema, type Answer, type Order, type Result } from '../../src/writer/order.ts';

/** An order for what is there now: targets are looked up, `image` is hashed. */
export async function makeOrder(
  action: Order['action'],
  image: string,
  targets: string | string[],
  more: Partial<Order> = {},
): Promise<Order> {
  return {
    version: 2,
    action,
    image: { path: image, bytes: (await stat(image)).size, sha256: await sha256Of(image) },
    targets: await Promise.all([targets].flat().map(makeTarget)),
    patches: [],
    ...more,
  };
}

/** What is at that path now, as an order names it. */
export async function makeTarget(target: string): Promise<Order['targets'][number]> {
  const found = await targetDrive(target);
  if (!found.ok) throw new Error(found.problem.title);
  const { kind, path, serial, bytes, diskSequence } = found.value;
  return kind === 'file' ? { kind, path } : { kind: 'block', path, serial, bytes, diskSequence };
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export class WriterRun {
  readonly child: ChildProcess;
  readonly answers: Answer[] = [];
  stderr = '';
  /** Exit status, null where a signal ended it. */
  readonly ended: Promise<number | null>;
  #watchers: { wanted: (answer: Answer) => boolean; seen: (answer: Answer) => void }[] = [];

  constructor(writer: string, order: unknown) {
    // As main sets it; see elevate.ts.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
    this.child = spawn(process.execPath, [writer], { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.child.stdin?.on('error', () => undefined);
    this.child.stdin?.write(`${JSON.stringify(order)}\n`);
    this.child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()));
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      const answer = answerSchema.parse(JSON.parse(line));
      this.answers.push(answer);
      for (const { wanted, seen } of this.#watchers) if (wanted(answer)) seen(answer);
    });
    this.ended = new Promise((resolve) => this.child.once('close', (status) => resolve(status)));
  }

  /** The next answer of that kind; rejects where the writer ends without one. */
  async next(wanted: (answer: Answer) => boolean): Promise<Answer> {
    const seen = new Promise<Answer>((resolve) => this.#watchers.push({ wanted, seen: resolve }));
    const gone = this.ended.then((status) => {
      throw new Error(
        `the writer ended with ${status}: ${JSON.stringify(this.answers.at(-1))} ${this.stderr}`,
      );
    });
    return Promise.race([seen, gone]);
  }

  phase(phase: string): Promise<Answer> {
    return this.next((answer) => answer.kind === 'phase' && answer.phase === phase);
  }

  cancel(): void {
    this.child.stdin?.end();
  }

  /** What it proved; throws where it failed. */
  async done(): Promise<Result> {
    const status = await this.ended;
    const last = this.answers.at(-1);
    if (last?.kind !== 'done' || status !== 0)
      throw new Error(`${status} ${JSON.stringify(last)} ${this.stderr}`);
    return last.result;
  }

  /** Why it failed; throws where it did not. */
  async problem(): Promise<Problem> {
    await this.ended;
    const last = this.answers.at(-1);
    if (last?.kind !== 'failed' && last?.kind !== 'refused')
      throw new Error(`not failed: ${JSON.stringify(last)} ${this.stderr}`);
    return last.problem;
  }

  /** How each target of the order ended: what was proved, or the code of the problem. */
  async ends(): Promise<(Result | string)[]> {
    await this.ended;
    const last = this.answers.filter(({ kind }) => kind === 'done' || kind === 'failed');
    const ends: (Result | string)[] = [];
    for (const answer of last) {
      if (answer.kind === 'done') ends[answer.target] = answer.result;
      else if (answer.kind === 'failed') ends[answer.target] = answer.problem.code;
    }
    return ends;
  }

  get phases(): string[] {
    return this.answers.flatMap((answer) => (answer.kind === 'phase' ? [answer.phase] : []));
  }
}
