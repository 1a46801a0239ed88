/** Drives the built writer as main does: an order on stdin, answers from stdout, every line of which must be one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { targetDrive } from '../../src/main/drives/list.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { answerSchema, type Answer, type Order, type Result } from '../../src/writer/order.ts';

/** An order for what is there now: `target` is looked up, `image` is hashed. */
export async function makeOrder(
  action: Order['action'],
  image: string,
  target: string,
  more: Partial<Order> = {},
): Promise<Order> {
  const found = await targetDrive(target);
  if (!found.ok) throw new Error(found.problem.title);
  const { kind, path, serial, bytes, diskSequence } = found.value;
  return {
    version: 1,
    action,
    image: { path: image, bytes: (await stat(image)).size, sha256: await sha256Of(image) },
    target: kind === 'file' ? { kind, path } : { kind: 'block', path, serial, bytes, diskSequence },
    patches: [],
    ...more,
  };
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
    this.child = spawn(process.execPath, [writer], { stdio: ['pipe', 'pipe', 'pipe'] });
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
    if (last?.kind !== 'failed') throw new Error(`not failed: ${JSON.stringify(last)} ${this.stderr}`);
    return last.problem;
  }

  get phases(): string[] {
    return this.answers.flatMap((answer) => (answer.kind === 'phase' ? [answer.phase] : []));
  }
}
