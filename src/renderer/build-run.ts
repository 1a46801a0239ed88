/** What the window knows about one run of the build: pure steps from one event to the next. */
import type { BuildEvent, BuildPhase, Image } from '../shared/contract.ts';
import { cancelled, type Outcome, type Problem } from '../shared/problem.ts';
import type { Recipe } from '../shared/recipe.ts';
import { withLines, type LogBlock } from './log-lines.ts';
import { msg, t } from './words.ts';

/** What a build has told so far. Times are milliseconds since 1970. */
export interface BuildTrace {
  recipe: Recipe;
  startedAt: number;
  phase: BuildPhase;
  /** How long each shown phase that is over took, in milliseconds. A phase that was left out took none. */
  spent: number[];
  /** 0…1 of the whole build; null where nobody can know. */
  fraction: number | null;
  label: string;
  /** Of what is downloaded or copied now; null where nothing is, or nobody knows. */
  bytesPerSecond: number | null;
  /** Of the whole build; null where earlier builds have not taught it. */
  remainingMillis: number | null;
  notes: string[];
  log: readonly LogBlock[];
}

export type BuildRun =
  | { state: 'idle' }
  | { state: 'running'; trace: BuildTrace; cancelling: boolean }
  | { state: 'done'; trace: BuildTrace; image: Image; millis: number }
  | { state: 'failed'; trace: BuildTrace; problem: Problem };

/** The five phases a person sees; writing the flake is over in a blink and belongs to the first. */
export const shownPhases = [
  { phase: 'evaluate', title: msg('Evaluate'), about: msg('Nix works out what belongs to the image.') },
  { phase: 'fetch', title: msg('Fetch'), about: msg('Downloads what somebody has built already.') },
  { phase: 'build', title: msg('Build'), about: msg('Builds what can not be downloaded.') },
  {
    phase: 'image',
    title: msg('Image'),
    about: msg('Packs everything into one file. This takes minutes, and Nix does not tell how far it is.'),
  },
  { phase: 'copy', title: msg('Copy'), about: msg('Copies the image out of the Nix store.') },
] as const;

/** Which of the five shown phases a phase belongs to. */
export function shownPhase(phase: BuildPhase): number {
  return phase === 'flake' ? 0 : shownPhases.findIndex((shown) => shown.phase === phase);
}

/** `Building: Fetch`, for where there is no room for more. */
export function buildingWords({ phase }: Pick<BuildTrace, 'phase'>): string {
  return t('Building: {{phase}}', { phase: shownPhaseWords(phase) });
}

/** `Fetch`. */
export function shownPhaseWords(phase: BuildPhase): string {
  const shown = shownPhases[shownPhase(phase)];
  return shown === undefined ? '' : t(shown.title);
}

/** Before a phase has told anything of itself. */
const unknownProgress = { fraction: null, label: '', bytesPerSecond: null, remainingMillis: null };

/** A run at its first moment. */
export function startedBuild(recipe: Recipe, startedAt: number): BuildTrace {
  return {
    recipe,
    startedAt,
    phase: 'flake',
    spent: [],
    ...unknownProgress,
    notes: [],
    log: [],
  };
}

/** The trace after a batch of events. @param now when it came, in milliseconds since 1970. */
export function buildAfter(trace: BuildTrace, events: BuildEvent[], now: number): BuildTrace {
  let { phase, notes } = trace;
  let progress: Pick<BuildTrace, keyof typeof unknownProgress> = trace;
  const lines: string[] = [];
  for (const event of events) {
    if (event.kind === 'phase') {
      phase = event.phase;
      progress = unknownProgress;
    } else if (event.kind === 'progress') {
      phase = event.phase;
      const { fraction, label, bytesPerSecond = null, remainingMillis = null } = event;
      progress = { fraction, label, bytesPerSecond, remainingMillis };
    } else if (event.kind === 'log') {
      lines.push(event.line);
    } else {
      notes = [...notes, event.text];
    }
  }
  const spent = spentBefore(trace, shownPhase(phase), now);
  const { fraction, label, bytesPerSecond, remainingMillis } = progress;
  const log = withLines(trace.log, lines);
  return { ...trace, phase, spent, fraction, label, bytesPerSecond, remainingMillis, notes, log };
}

/** What the phases before this one took: all the time that no phase has yet goes to the one that was running. */
function spentBefore(trace: BuildTrace, current: number, now: number): number[] {
  if (trace.spent.length >= current) return trace.spent;
  const sofar = trace.spent.reduce((sum, millis) => sum + millis, 0);
  const spent = [...trace.spent, now - trace.startedAt - sofar];
  while (spent.length < current) spent.push(0);
  return spent;
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
