/** The thread that searches packages, and the one that makes an index: neither may hold up the window. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { readIndex, type PackageEntry } from './index-file.ts';
import { makeIndex, type IndexOrder } from './make-index.ts';
import { openIndex, type Searcher } from './search.ts';

/** What is asked of the searching thread. Each question has a number, and gets one answer with it: no entries without an index. */
export type Question = { id: number; open: string } | { id: number; search: string; limit: number };
export type Answer = { id: number; opened: boolean } | { id: number; entries: PackageEntry[] | null };

const order = workerData as IndexOrder | null;
if (order) {
  // One order, one answer, and the thread is gone with all the memory that it took.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has no origin.
  void makeIndex(order).then((outcome) => parentPort?.postMessage(outcome));
} else {
  let searcher: Searcher | null = null;
  parentPort?.on('message', (question: Question) => {
    const { id } = question;
    let answer: Answer;
    if ('open' in question) {
      // The old one first: there is never memory for two.
      searcher = null;
      searcher = openFile(question.open);
      answer = { id, opened: searcher !== null };
    } else {
      answer = { id, entries: searcher?.search(question.search, question.limit) ?? null };
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has no origin.
    parentPort?.postMessage(answer);
  });
}

function openFile(file: string): Searcher | null {
  try {
    const index = readIndex(readFileSync(file));
    return index && openIndex(index);
  } catch {
    return null;
  }
}
