/** Steps through what a recipe was before, and after, as Undo and Redo do; pure. */
import type { Recipe } from '../shared/recipe.ts';

export interface History {
  /** Oldest first. */
  past: Recipe[];
  /** What was undone, nearest first. */
  future: Recipe[];
  /** When the last change was noted (ms), and which field of the recipe it was about. */
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
export function noted(history: History, before: Recipe, after: Recipe, now: number): History {
  const field = changedFields(before, after);
  // Nothing changed, and nothing is undone by it.
  if (field === '') return history;
  const { last } = history;
  const continues = last !== null && last.field === field && now - last.at < oneStepMillis;
  return {
    past: continues && history.past.length > 0 ? history.past : [...history.past, before].slice(-mostSteps),
    future: [],
    last: { at: now, field },
  };
}

/** One step back; null where there is none. */
export function undone(history: History, now: Recipe): { history: History; recipe: Recipe } | null {
  const recipe = history.past.at(-1);
  if (recipe === undefined) return null;
  return {
    recipe,
    history: { past: history.past.slice(0, -1), future: [now, ...history.future], last: null },
  };
}

/** One step forward again; null where there is none. */
export function redone(history: History, now: Recipe): { history: History; recipe: Recipe } | null {
  const [recipe, ...future] = history.future;
  if (recipe === undefined) return null;
  return { recipe, history: { past: [...history.past, now], future, last: null } };
}

function changedFields(before: Recipe, after: Recipe): string {
  return (Object.keys(after) as (keyof Recipe)[])
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .join();
}
