/** What the window knows while it looks for machines: pure steps from one event to the next, and the words for what was found. */
import type { FindEvent, Machine } from '../shared/reaching.ts';
import type { Outcome, Problem } from '../shared/problem.ts';
import { wasCancelled } from './build-run.ts';
import { msg, t, type Message } from './words.ts';

export interface FindRun {
  state: 'idle' | 'running' | 'stopped' | 'failed';
  /** Every address is tried as well. */
  sweep: boolean;
  machines: Machine[];
  /** What is being tried, as a sentence. */
  note: string;
  /** Addresses. */
  swept: { tried: number; total: number } | null;
  /** Why it ended; null unless it failed. */
  problem: Problem | null;
}

export const notLooked: FindRun = {
  state: 'idle',
  sweep: false,
  machines: [],
  note: '',
  swept: null,
  problem: null,
};

/** The run after a batch of events. A machine keeps its place in the list when something about it changes. */
export function findAfter(run: FindRun, events: FindEvent[]): FindRun {
  let next = run;
  for (const event of events) {
    switch (event.kind) {
      case 'machine': {
        const isKnown = next.machines.some(({ name }) => name === event.machine.name);
        const machines = isKnown
          ? next.machines.map((one) => (one.name === event.machine.name ? event.machine : one))
          : [...next.machines, event.machine];
        next = { ...next, machines };
        break;
      }
      case 'note':
        next = { ...next, note: event.text };
        break;
      case 'progress':
        next = { ...next, swept: { tried: event.tried, total: event.total } };
    }
  }
  return next;
}

/** How the run stands once the job has ended. What was found stays to be read. */
export function endedFind(run: FindRun, outcome: Outcome<unknown>): FindRun {
  if (outcome.ok || wasCancelled(outcome.problem)) return { ...run, state: 'stopped' };
  return { ...run, state: 'failed', problem: outcome.problem };
}

export type Recognition = 'recognised' | 'waiting' | 'unknown' | 'another';

/** Whether what answers is the machine that the stick was made for. */
export function recognition({ hostKey, problem }: Pick<Machine, 'hostKey' | 'problem'>): Recognition {
  if (hostKey === 'proven') return 'recognised';
  if (problem?.code === 'ssh-host-key-differs') return 'another';
  return problem?.code === 'ssh-host-key-unknown' ? 'unknown' : 'waiting';
}

export const recognitionWords: Record<Recognition, Message> = {
  recognised: msg('recognised'),
  waiting: msg('not recognised yet'),
  unknown: msg('unknown host key'),
  another: msg('another host key'),
};

/** How it was found, as a sentence. */
export function howWords({ how }: Pick<Machine, 'how'>): string {
  return how === 'mdns' ? t('It announced itself.') : t('It answered when its address was tried.');
}
