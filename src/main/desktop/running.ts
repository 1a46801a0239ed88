/** Keeps count of the long jobs that run, and of how far they are: for everything around the window that shows it. */
import type { Outcome } from '../../shared/problem.ts';
import type { Observer, Run } from '../observed.ts';

/** Jobs that nobody wants to be broken off by accident, and that one may wait for in another window. */
const longJobs = [
  'build',
  'writeStick',
  'writeSticks',
  'makeStick',
  'verifyStick',
  'personaliseStick',
  'restoreStick',
  'saveStick',
] as const;
export type LongJob = (typeof longJobs)[number];

export interface Running {
  job: LongJob;
  /** 0…1; null where nobody can know. */
  fraction: number | null;
}

export interface RunningListener {
  /** Something began, went on or ended. */
  changed(running: readonly Running[]): void;
  /** @param millis how long it took */
  ended(job: LongJob, outcome: Outcome<unknown>, millis: number): void;
}

/** Follows the long jobs among those that run. */
export function runningJobs(listener: RunningListener): Observer & { now(): Running[] } {
  const runs = new Map<Run, Progress>();
  const now = () =>
    [...runs].flatMap(([{ name }, { fraction }]) => (isLong(name) ? [{ job: name, fraction }] : []));
  return {
    now,
    jobStarted(run) {
      if (!isLong(run.name)) return;
      runs.set(run, nothingYet);
      listener.changed(now());
    },
    jobTold(run, event) {
      const before = runs.get(run);
      if (before === undefined) return;
      const after = progressAfter(before, event, writesFirst(run.name));
      runs.set(run, after);
      if (after.fraction !== before.fraction) listener.changed(now());
    },
    jobEnded(run, outcome) {
      if (!runs.delete(run) || !isLong(run.name)) return;
      listener.changed(now());
      listener.ended(run.name, outcome, Date.now() - run.startedAt);
    },
  };
}

function isLong(name: string): name is LongJob {
  return (longJobs as readonly string[]).includes(name);
}

export interface Progress {
  fraction: number | null;
  /** Of several sticks, how far each is. */
  sticks: ReadonlyMap<number, number>;
}

export const nothingYet: Progress = { fraction: null, sticks: new Map() };

function writesFirst(name: string): boolean {
  return name === 'writeStick' || name === 'writeSticks' || name === 'makeStick';
}

/** @param isTwofold half of the way is writing, half is reading back */
export function progressAfter(before: Progress, event: unknown, isTwofold: boolean): Progress {
  const told = event as Told;
  // A stick that is made has been built for until now, and is written from here on.
  if (told.kind === 'stick') return progressAfter(before, told.event, isTwofold);
  if (told.drive !== undefined) {
    const one =
      told.event === undefined
        ? 1
        : (fractionOf(told.event, isTwofold) ?? before.sticks.get(told.drive) ?? 0);
    const sticks = new Map(before.sticks).set(told.drive, one);
    const fraction = [...sticks.values()].reduce((sum, each) => sum + each, 0) / sticks.size;
    return { fraction, sticks };
  }
  const fraction = fractionOf(told, isTwofold);
  return fraction === undefined ? before : { ...before, fraction };
}

/** What events of these jobs have in common, as far as it matters here. */
interface Told {
  kind?: string;
  phase?: string;
  fraction?: number | null;
  bytes?: number;
  total?: number;
  drive?: number;
  event?: Told;
}

function fractionOf(
  { kind, phase, fraction, bytes, total }: Told,
  isTwofold: boolean,
): number | null | undefined {
  if (kind !== 'progress') return undefined;
  if (fraction !== undefined) return fraction;
  if (bytes === undefined || total === undefined || total <= 0) return undefined;
  const part = Math.min(1, bytes / total);
  if (!isTwofold) return part;
  if (phase === 'write') return part / 2;
  return phase === 'verify' ? 0.5 + part / 2 : undefined;
}
