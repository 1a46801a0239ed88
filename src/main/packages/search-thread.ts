/** Talks to the thread that searches packages: started at the first search, gone with the program. */
import { Worker } from 'node:worker_threads';
import { cancelled, failed, type Outcome } from '../../shared/problem.ts';
import { programs } from '../programs.ts';
import type { PackageEntry } from './index-file.ts';
import type { IndexOrder } from './make-index.ts';
import type { Answer, Question } from './search-worker.ts';

export interface PackageSearch {
  /** The best packages for what somebody typed; null where `file` is no index that this version can read. */
  search(file: string, query: string, limit: number): Promise<PackageEntry[] | null>;
  /** Lets go of an index: the file was replaced. */
  forget(): void;
  close(): Promise<void>;
}

/** MB of JavaScript objects; the index itself lies outside of that. */
const searchHeap = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
const makeHeap = { maxOldGenerationSizeMb: 1024 };

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Keeps one index open at a time: that of the last search. */
export function packageSearch(): PackageSearch {
  let worker: Worker | null = null;
  let opened = '';
  let next = 0;
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();

  function thread(): Worker {
    if (worker) return worker;
    const started = new Worker(programs.searchWorker, {
      workerData: null,
      resourceLimits: searchHeap,
    });
    // It must not keep a finished command alive.
    started.unref();
    started.on('message', (answer: Answer) => {
      waiting.get(answer.id)?.resolve(answer);
      waiting.delete(answer.id);
    });
    const lose = (error: Error) => {
      if (worker === started) worker = null;
      opened = '';
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    started.on('error', lose);
    started.on('exit', () => lose(new Error('the searching thread has ended')));
    worker = started;
    return started;
  }

  function ask(question: Unnumbered<Question>): Promise<Answer> {
    const id = next++;
    return new Promise((resolve, reject) => {
      const running = thread();
      waiting.set(id, { resolve, reject });
      // While an answer is awaited, the program goes on.
      running.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has no origin.
      running.postMessage({ ...question, id });
    }).finally(() => {
      if (waiting.size === 0) worker?.unref();
    }) as Promise<Answer>;
  }

  return {
    async search(file, query, limit) {
      const isOpen = opened === file;
      opened = file;
      // Both at once: between them, somebody else may ask for another index.
      const [answer, found] = await Promise.all([
        isOpen ? null : ask({ open: file }),
        ask({ search: query, limit }),
      ]);
      if (answer && 'opened' in answer && !answer.opened && opened === file) opened = '';
      return 'entries' in found ? found.entries : null;
    },
    forget() {
      opened = '';
    },
    async close() {
      await worker?.terminate();
    },
  };
}

/** Makes an index in a thread of its own, and ends the thread when `signal` aborts. */
export async function makeIndexAside(
  order: IndexOrder,
  signal: AbortSignal,
): Promise<Outcome<{ count: number }>> {
  if (signal.aborted) return failed(cancelled);
  const worker = new Worker(programs.searchWorker, {
    workerData: order,
    resourceLimits: makeHeap,
  });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () =>
        signal.aborted ? resolve(failed(cancelled)) : reject(new Error('the indexing thread has ended')),
      );
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
