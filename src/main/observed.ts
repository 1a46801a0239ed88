/** Lets others see what the services do without taking part in it: which jobs run, how they get on, and how they ended. */
import { failed, type Outcome, type Problem } from '../shared/problem.ts';
import type { Services } from './desk.ts';
import { internalError } from './jobs.ts';

/** One run of a job. The same object from its beginning to its end. */
export interface Run {
  readonly name: string;
  /** ms since 1970. */
  readonly startedAt: number;
}

/** Told of everything; must not throw. */
export interface Observer {
  jobStarted?(run: Run): void;
  jobTold?(run: Run, event: unknown): void;
  jobEnded?(run: Run, outcome: Outcome<unknown>): void;
  /** A call that could not be answered at all: an input that does not fit, or a mistake of ours. */
  callFailed?(name: string, problem: Problem): void;
}

/** The same services, seen by the observers. */
export function observed(services: Services, observers: Observer[]): Services {
  return {
    async call(name, input) {
      try {
        const outcome = await services.call(name, input);
        if (!outcome.ok) for (const one of observers) one.callFailed?.(name, outcome.problem);
        return outcome;
      } catch (error) {
        for (const one of observers) one.callFailed?.(name, internalError(error));
        throw error;
      }
    },
    async *job(name, input, signal) {
      const run: Run = { name, startedAt: Date.now() };
      let outcome: Outcome<unknown> = failed(internalError('ended without an end'));
      for (const one of observers) one.jobStarted?.(run);
      try {
        const events = services.job(name, input, signal);
        for (;;) {
          const next = await events.next();
          if (next.done) {
            outcome = next.value;
            return outcome;
          }
          for (const one of observers) one.jobTold?.(run, next.value);
          yield next.value;
        }
      } catch (error) {
        outcome = failed(internalError(error));
        throw error;
      } finally {
        for (const one of observers) one.jobEnded?.(run, outcome);
      }
    },
  };
}
