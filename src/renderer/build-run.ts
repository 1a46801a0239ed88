/** What the window knows about one run of the build: pure steps from one event to the next. */
import type { BuildEvent, BuildPhase, Image } from '../shared/contract.ts';
import { cancelled, type Outcome, type Problem } from '../shared/problem.ts';
import type { Recipe } from '../shared/recipe.ts';

/** Enough to find what went wrong; Nix can print a hundred thousand lines, and a window must not keep them. */
export const keptLogLines = 2000;

/** What a build has told so far. Times are milliseconds since 1970. */
export interface BuildTrace {
  recipe: Recipe;
  startedAt: number;
  phase: BuildPhase;
  /** 0…1 within the phase; null where nobody can know. */
  fraction: number | null;
  label: string;
  notes: string[];
  log: string[];
}

export type BuildRun =
  | { state: 'idle' }
  | { state: 'running'; trace: BuildTrace; cancelling: boolean }
  | { state: 'done'; trace: BuildTrace; image: Image; millis: number }
  | { state: 'failed'; trace: BuildTrace; problem: Problem };

/** The five phases a person sees; writing the flake is over in a blink and belongs to the first. */
export const shownPhases = [
  { phase: 'evaluate', title: 'Evaluate' },
  { phase: 'fetch', title: 'Fetch' },
  { phase: 'build', title: 'Build' },
  { phase: 'image', title: 'Image' },
  { phase: 'copy', title: 'Copy' },
] as const;

/** Which of the five shown phases a phase belongs to. */
export function shownPhase(phase: BuildPhase): number {
  return phase === 'flake' ? 0 : shownPhases.findIndex((shown) => shown.phase === phase);
}

/** A run at its first moment. */
export function startedBuild(recipe: Recipe, startedAt: number): BuildTrace {
  return { recipe, startedAt, phase: 'flake', fraction: null, label: '', notes: [], log: [] };
}

/** The trace after a batch of events. */
export function buildAfter(trace: BuildTrace, events: BuildEvent[]): BuildTrace {
  let { phase, fraction, label, notes } = trace;
  const lines: string[] = [];
  for (const event of events) {
    if (event.kind === 'phase') {
      phase = event.phase;
      fraction = null;
      label = '';
    } else if (event.kind === 'progress') {
      ({ phase, fraction, label } = event);
    } else if (event.kind === 'log') {
      lines.push(event.line);
    } else {
      notes = [...notes, event.text];
    }
  }
  const log = lines.length === 0 ? trace.log : [...trace.log, ...lines].slice(-keptLogLines);
  return { ...trace, phase, fraction, label, notes, log };
}

/** How the run stands once the job has ended. @param now milliseconds since 1970. */
export function endedBuild(trace: BuildTrace, outcome: Outcome<Image>, now: number): BuildRun {
  return outcome.ok
    ? { state: 'done', trace, image: outcome.value, millis: now - trace.startedAt }
    : { state: 'failed', trace, problem: outcome.problem };
}

/** A person who stopped something knows that it stopped: that is no failure. */
export function wasCancelled(problem: Problem): boolean {
  return problem.code === cancelled.code;
}
