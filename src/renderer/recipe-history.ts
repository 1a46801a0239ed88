/** Steps through what a recipe was before, and after, as Undo and Redo do; pure. */
import type { Recipe } from '../shared/recipe.ts';

/** A recipe at one moment, and the name of the kept recipe that it belongs to; null: none. */
export interface Step {
  recipe: Recipe;
  keptAs: string | null;
}

export interface History {
  /** Oldest first. */
  past: Step[];
  /** What was undone, nearest first. */
  future: Step[];
  /** When the last change was noted (ms), and which field of the recipe it was about; null: nothing is to join it. */
  last: { at: number; field: string } | null;
}

export const noHistory: History = { past: [], future: [], last: null };

/** More than anybody goes back, and still few megabytes where a recipe has long scripts. */
const mostSteps = 100;

/** ms. Letters that are typed one after the other into one field are one step. */
const oneStepMillis = 1000;

/**
 * Notes a change.
 *
 * @param now ms since any moment
 */
export function noted(history: History, before: Step, after: Recipe, now: number): History {
  const field = changedFields(before.recipe, after);
  // Nothing changed, and nothing is undone by it.
  if (field === '') return history;
  const { last } = history;
  const own = isOneAct(field, before.recipe, after);
  const continues = !own && last !== null && last.field === field && now - last.at < oneStepMillis;
  return {
    past: continues && history.past.length > 0 ? history.past : withStep(history.past, before),
    future: [],
    last: own ? null : { at: now, field },
  };
}

/**
 * Whether something was added, removed or exchanged, rather than typed. However soon they follow one another, these are
 * steps of their own: who ticks three packages and takes the last one back wants the other two.
 */
function isOneAct(fields: string, before: Recipe, after: Recipe): boolean {
  return (
    fields.split(',').some((one) => one === 'packages' || one === 'keys') ||
    after.scripts.length !== before.scripts.length ||
    after.wifi.networks.length !== before.wifi.networks.length
  );
}

/** Notes that another recipe took the place of this one: a step of its own, whatever the two have in common. */
export function replaced(history: History, before: Step): History {
  return { past: withStep(history.past, before), future: [], last: null };
}

/** Follows a kept recipe that has another name now, or null: that is kept no more. */
export function renamed(history: History, from: string, to: string | null): History {
  const follow = (step: Step): Step => (step.keptAs === from ? { ...step, keptAs: to } : step);
  return { ...history, past: history.past.map(follow), future: history.future.map(follow) };
}

function withStep(past: Step[], step: Step): Step[] {
  return [...past, step].slice(-mostSteps);
}

/** One step back; null where there is none. */
export function undone(history: History, now: Step): { history: History; step: Step } | null {
  const step = history.past.at(-1);
  if (step === undefined) return null;
  return {
    step,
    history: { past: history.past.slice(0, -1), future: [now, ...history.future], last: null },
  };
}

/** One step forward again; null where there is none. */
export function redone(history: History, now: Step): { history: History; step: Step } | null {
  const [step, ...future] = history.future;
  if (step === undefined) return null;
  return { step, history: { past: [...history.past, now], future, last: null } };
}

function changedFields(before: Recipe, after: Recipe): string {
  return (Object.keys(after) as (keyof Recipe)[])
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .join();
}
