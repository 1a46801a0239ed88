/** What the window knows about one run of something long with a stick: pure steps from one event to the next. */
import type {
  Drive,
  DriveEvent,
  Image,
  MakingEvent,
  Personalised,
  Receipt,
  SavedStick,
  StickEvent,
  StickPhase,
  StickSlot,
} from '../shared/contract.ts';
import type { Outcome, Problem } from '../shared/problem.ts';
import type { Recipe } from '../shared/recipe.ts';
import { buildAfter, startedBuild, type BuildTrace } from './build-run.ts';
import { formatBytes, formatPercent } from './units.ts';
import { msg, t, type Message } from './words.ts';

/** `change` fills the slot of a finished stick anew, `restore` makes an ordinary one of it, `save` keeps it as a file. */
export type StickAction = 'write' | 'verify' | 'change' | 'restore' | 'save';

/** What a run has told so far. Times are milliseconds since 1970, sizes bytes. */
export interface StickTrace {
  action: StickAction;
  /** What is written or compared; null where that is no image. */
  image: Image | null;
  drive: Drive;
  /** The build whose image is written while it arrives; null once it does, and for every other run. */
  making: BuildTrace | null;
  startedAt: number;
  phase: StickPhase;
  bytes: number;
  total: number;
  bytesPerSecond: number;
  remainingMillis: number | null;
  notes: string[];
  /** Speeds in the order they were told, for the graph; bounded. */
  speeds: { phase: StickPhase; bytesPerSecond: number }[];
}

export type StickRun =
  | { state: 'idle' }
  | { state: 'running'; trace: StickTrace; cancelling: boolean }
  /** `slot` is what was put into it, as far as the window knows. */
  | { state: 'done'; trace: StickTrace; receipt: Receipt; slot: StickSlot | null }
  | { state: 'changed'; trace: StickTrace; personalised: Personalised }
  | { state: 'restored'; trace: StickTrace; label: string }
  | { state: 'saved'; trace: StickTrace; saved: SavedStick }
  | SeveralSticks
  | { state: 'failed'; trace: StickTrace; problem: Problem };

/** A stick that is being let go of, so that it can be pulled out, or was. */
export type Ejection =
  { state: 'running' | 'done'; drive: Drive } | { state: 'failed'; drive: Drive; problem: Problem };

/** Several sticks that are written at once: each goes on, or ends, by itself. */
export interface SeveralSticks {
  state: 'several';
  image: Image;
  sticks: { trace: StickTrace; outcome: Outcome<Receipt> | null }[];
  cancelling: boolean;
}

const keptSpeeds = 240;

/** What is being done, in one word. */
export const actionWords: Record<StickAction, Message> = {
  write: msg('Writing'),
  verify: msg('Verifying'),
  change: msg('Changing'),
  restore: msg('Restoring'),
  save: msg('Saving'),
};

/** The phases a person sees: reading has only one. */
export function shownStickPhases(action: StickAction): readonly string[] {
  if (action === 'verify') return [t('Verify')];
  return action === 'save' ? [t('Save')] : [t('Write'), t('Flush'), t('Verify')];
}

/** Which of them a run is in: looking and unmounting come before writing, the receipt after verifying. */
export function shownStickPhase({ phase, action }: Pick<StickTrace, 'phase' | 'action'>): number {
  if (action === 'verify' || action === 'save') return 0;
  if (phase === 'flush') return 1;
  return phase === 'verify' || phase === 'finish' ? 2 : 0;
}

/** What is being done in a phase, as a person would say it. */
export function stickPhaseWords({
  phase,
  action,
  making,
}: Pick<StickTrace, 'phase' | 'action' | 'making'>): string {
  if (making !== null) return t('Building the image');
  if (action === 'save' && phase === 'verify') return t('Reading the stick');
  if (action === 'save' && phase === 'finish') return t('Storing the file');
  const words: Record<StickPhase, Message> = {
    check: msg('Checking the drive'),
    unmount: msg('Unmounting what is on it'),
    write: msg('Writing'),
    flush: msg('Waiting until the drive has stored everything'),
    verify: msg('Reading back and comparing'),
    finish: msg('Finishing'),
  };
  return t(words[phase]);
}

/** `Writing: 45 % of 1.3 GB`. @param total bytes. */
export function partWords(words: string, fraction: number, total: number): string {
  return t('{{words}}: {{percent}} of {{size}}', {
    words,
    percent: formatPercent(fraction),
    size: formatBytes(total),
  });
}

/** A run at its first moment. */
export function startedStick(
  action: StickAction,
  image: Image | null,
  drive: Drive,
  startedAt: number,
): StickTrace {
  const first = {
    phase: 'check' as const,
    bytes: 0,
    total: image?.bytes ?? 0,
    bytesPerSecond: 0,
    remainingMillis: null,
  };
  return { action, image, drive, making: null, startedAt, ...first, notes: [], speeds: [] };
}

/** The trace after a batch of events. */
export function stickAfter(trace: StickTrace, events: StickEvent[]): StickTrace {
  let next = trace;
  for (const event of events) {
    if (event.kind === 'phase') {
      next = { ...next, phase: event.phase, bytes: 0, bytesPerSecond: 0, remainingMillis: null };
    } else if (event.kind === 'progress') {
      const { phase, bytes, total, bytesPerSecond, remainingMillis } = event;
      const speeds = [...next.speeds, { phase, bytesPerSecond }].slice(-keptSpeeds);
      next = { ...next, phase, bytes, total, bytesPerSecond, remainingMillis, speeds };
    } else {
      next = { ...next, notes: [...next.notes, event.text] };
    }
  }
  return next;
}

/** A stick whose image is still to be built, at its first moment. */
export function startedMaking(recipe: Recipe, drive: Drive, startedAt: number): StickTrace {
  return { ...startedStick('write', null, drive, startedAt), making: startedBuild(recipe, startedAt) };
}

/** The trace after a batch of events: those of the build until the image begins to arrive, then those of the stick. */
export function makingAfter(trace: StickTrace, events: MakingEvent[], now: number): StickTrace {
  let next = trace;
  for (const event of events) {
    if (event.kind === 'stick') {
      const notes = next.making === null ? next.notes : [...next.notes, ...next.making.notes];
      next = stickAfter({ ...next, notes, making: null }, [event.event]);
    } else if (next.making !== null) {
      next = { ...next, making: buildAfter(next.making, [event], now) };
    } else if (event.kind === 'note') {
      next = { ...next, notes: [...next.notes, event.text] };
    }
  }
  return next;
}

/** 0…1 where bytes are counted, else null: checking, unmounting and flushing tell no progress. */
export function stickFraction(trace: StickTrace): number | null {
  if (trace.making !== null) return trace.making.fraction;
  const counted = trace.phase === 'write' || trace.phase === 'verify';
  return counted && trace.total > 0 && trace.bytes > 0 ? Math.min(1, trace.bytes / trace.total) : null;
}

/** How the run stands once the job has ended. `slot` is what was put into the stick before, if anybody knows. */
export function endedStick(
  trace: StickTrace,
  outcome: Outcome<Receipt>,
  slot: StickSlot | null = null,
): StickRun {
  return outcome.ok
    ? { state: 'done', trace, receipt: outcome.value, slot: outcome.value.slot ?? slot }
    : { state: 'failed', trace, problem: outcome.problem };
}

/** Several sticks at their first moment. */
export function startedSticks(image: Image, drives: Drive[], startedAt: number): SeveralSticks {
  return {
    state: 'several',
    image,
    sticks: drives.map((drive) => ({ trace: startedStick('write', image, drive, startedAt), outcome: null })),
    cancelling: false,
  };
}

/** Each of them after a batch of events. */
export function sticksAfter(run: SeveralSticks, events: DriveEvent[]): SeveralSticks {
  const sticks = [...run.sticks];
  for (const told of events) {
    const stick = sticks[told.drive];
    if (stick === undefined) continue;
    sticks[told.drive] =
      'event' in told
        ? { ...stick, trace: stickAfter(stick.trace, [told.event]) }
        : { ...stick, outcome: told.outcome };
  }
  return { ...run, sticks };
}

/** Once the job has ended, so has each of them: as it was told by itself, else as the whole was. */
export function endedSticks(run: SeveralSticks, outcome: Outcome<Outcome<Receipt>[]>): SeveralSticks {
  const sticks = run.sticks.map((stick, at) => ({
    ...stick,
    outcome: stick.outcome ?? (outcome.ok ? (outcome.value[at] ?? null) : outcome),
  }));
  return { ...run, sticks };
}

/** Whether a drive is being written or read now. */
export function isBusy(run: StickRun): boolean {
  return run.state === 'running' || (run.state === 'several' && !isOver(run));
}

export function isOver({ sticks }: SeveralSticks): boolean {
  return sticks.every(({ outcome }) => outcome !== null);
}

/** How many of them are verified, and how many ended otherwise. */
export function countSticks({ sticks }: SeveralSticks): { verified: number; failed: number } {
  const verified = sticks.filter(({ outcome }) => outcome?.ok === true).length;
  const failed = sticks.filter(({ outcome }) => outcome?.ok === false).length;
  return { verified, failed };
}

/** `2 of 3 sticks are verified, 1 failed.` */
export function sticksWords(run: SeveralSticks): string {
  const { verified, failed } = countSticks(run);
  const all = run.sticks.length;
  if (failed === 0) return t('{{verified}} of {{all}} sticks are verified.', { verified, all });
  return t('{{verified}} of {{all}} sticks are verified, {{count}} are not.', {
    verified,
    all,
    count: failed,
  });
}

/** A machine that starts from one of the sticks made last; `hostKey` is its fingerprint, null where nobody knows it. */
export interface AwaitedMachine {
  name: string;
  hostKey: string | null;
}

/** The machines that start from the sticks made last; none where there are none, or nobody knows. */
export function awaitedMachines(run: StickRun): AwaitedMachine[] {
  switch (run.state) {
    case 'done':
      return awaited(run.slot, run.trace.image);
    case 'changed':
      return awaited(run.personalised.slot, null);
    case 'several': {
      const made = run.sticks.flatMap(({ outcome }) => (outcome?.ok ? [outcome.value] : []));
      const all = made.flatMap(({ slot }) => awaited(slot ?? null, run.image));
      // Without slots of their own all of them are the same machine.
      return all.filter(({ name }, at) => all.findIndex((one) => one.name === name) === at);
    }
    default:
      return [];
  }
}

function awaited(slot: StickSlot | null, image: Pick<Image, 'name'> | null): AwaitedMachine[] {
  if (slot !== null) return [{ name: slot.name, hostKey: slot.hostKey }];
  return image === null || image.name === null ? [] : [{ name: image.name, hostKey: null }];
}
