/** The renderer's only door: typed calls and jobs over the one that the preload gives, or over a socket in a browser. */
import type {
  CallInput,
  CallName,
  CallOutput,
  Door,
  JobEvent,
  JobInput,
  JobName,
  JobOutput,
  Reply,
} from '../shared/contract.ts';
import { failed, problem, type Outcome } from '../shared/problem.ts';
import { openSocket } from './socket.ts';

declare global {
  interface Window {
    /** Given by the preload in the desktop app; absent in a browser. */
    nixburn?: Door;
  }
}

export type Connection = 'connecting' | 'open' | 'lost';

/** One run of a job, as its starter sees it. `ended` never rejects. */
export interface RunningJob<Result> {
  ended: Promise<Outcome<Result>>;
  cancel(): void;
}

export interface Backend {
  /** Asks one question. Never rejects: a lost connection is a problem like any other. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Outcome<CallOutput<N>>>;
  /** Starts a job; `onEvents` receives its events in order and in batches, all of them before `ended` settles. */
  startJob<N extends JobName>(
    name: N,
    input: JobInput<N>,
    onEvents: (batch: JobEvent<N>[]) => void,
  ): RunningJob<JobOutput<N>>;
}

/** What a question or a job ends with when nobody is there to answer. */
export const connectionLost = problem('connection-lost', 'The connection to Nixburn was lost.', {
  detail: 'What was running has been stopped.',
  remedy: 'Start Nixburn again if you stopped it; this window connects by itself.',
});

interface Run {
  onEvents(batch: unknown[]): void;
  end(outcome: Outcome<unknown>): void;
}

/** Speaks the contract through a door. `abandon` fails everything that still waits for an answer. */
export function openBackend(door: Door): Backend & { abandon(): void } {
  const questions = new Map<number, (outcome: Outcome<unknown>) => void>();
  const runs = new Map<number, Run>();
  // A page that was loaded anew must not mistake late replies to its predecessor for its own.
  let nextId = Math.floor(Math.random() * 2 ** 40);

  door.onReply((reply: Reply) => {
    switch (reply.kind) {
      case 'answer':
        questions.get(reply.id)?.(reply.outcome);
        questions.delete(reply.id);
        return;
      case 'events':
        runs.get(reply.run)?.onEvents(reply.events);
        return;
      case 'ended':
        runs.get(reply.run)?.end(reply.outcome);
        runs.delete(reply.run);
    }
  });

  return {
    call(name, input) {
      const id = nextId++;
      return new Promise((resolve) => {
        // The contract says what this name answers with; main made it, so it is not checked again here.
        questions.set(id, resolve as (outcome: Outcome<unknown>) => void);
        door.send({ kind: 'call', id, name, input });
      });
    },
    startJob(name, input, onEvents) {
      const run = nextId++;
      const ended = new Promise<Outcome<never>>((resolve) => {
        const end = resolve as (outcome: Outcome<unknown>) => void;
        runs.set(run, { onEvents: onEvents as (batch: unknown[]) => void, end });
        door.send({ kind: 'start', run, name, input });
      });
      return { ended, cancel: () => door.send({ kind: 'cancel', run }) };
    },
    abandon() {
      const waiting = [...questions.values()];
      const running = [...runs.values()];
      questions.clear();
      runs.clear();
      for (const answer of waiting) answer(failed(connectionLost));
      for (const run of running) run.end(failed(connectionLost));
    },
  };
}

/**
 * Opens the door of the place this page runs in.
 *
 * @param onConnection is told whenever the connection comes or goes; a desktop window is always connected.
 */
export function connect(onConnection: (state: Connection) => void): Backend {
  if (window.nixburn) {
    onConnection('open');
    return openBackend(window.nixburn);
  }
  const address = new URL('door', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = '';
  const socket = openSocket(address.href, (state) => {
    if (state === 'lost') backend.abandon();
    onConnection(state);
  });
  const backend = openBackend(socket);
  return backend;
}
