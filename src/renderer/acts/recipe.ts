/** Changes the recipe, and keeps its problems and its flake in step with it. */
import { done, failed, type Outcome } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { readRecipeDocument, recipeDocument } from '../recipe-document.ts';
import { noted, redone, undone } from '../recipe-history.ts';
import { known, loaded, program, set } from './program.ts';

/** Long enough that nothing is asked for every letter, short enough that the answer seems to be at once. */
const settleMillis = 150;

/** Changes the recipe; its problems and the flake follow a moment later. */
export function changeRecipe(change: (recipe: Recipe) => Recipe): void {
  const { recipe } = known();
  if (recipe === null) return;
  const changed = change(recipe);
  set({ recipe: changed, history: noted(known().history, recipe, changed, Date.now()) });
  recheck(settleMillis);
}

/** Takes the last change back. */
export function undo(): void {
  step(undone);
}

/** Does again what was taken back. */
export function redo(): void {
  step(redone);
}

function step(way: typeof undone): void {
  const { recipe, history } = known();
  const stepped = recipe === null ? null : way(history, recipe);
  if (stepped === null) return;
  // A form that is open may be about a network that is not there any more.
  set({ ...stepped, wifiDraft: null });
  recheck(0);
}

/** Takes a recipe from a file in place of the one that is here; Undo brings that back. */
export async function openRecipe(text: string): Promise<Outcome<null>> {
  const empty = await program.call('emptyRecipe', undefined);
  if (!empty.ok) return empty;
  const read = readRecipeDocument(text, empty.value);
  if (!read.ok) return read;
  const found = await program.call('checkRecipe', read.value);
  if (!found.ok) return found;
  const wrong = found.value.find((one) => !canBeAdded.has(one.problem.code));
  if (wrong !== undefined) return failed(wrong.problem);
  // The check found nothing but what can be added, so it has the form of a recipe.
  const recipe = read.value as Recipe;
  changeRecipe(() => recipe);
  set({ wifiDraft: null, country: recipe.wifi.country === null ? 'unknown' : 'chosen' });
  void knowKeys(recipe.keys);
  return done(null);
}

/** A recipe that lacks only these is opened all the same: its stations say what to add. */
const canBeAdded = new Set(['no-way-in', 'missing-passphrase']);

/** Keys from a file are shown by name and fingerprint as all others are. */
async function knowKeys(lines: string[]): Promise<void> {
  if (lines.length === 0) return;
  const answer = await program.call('readKeys', lines.join('\n'));
  if (!answer.ok || !answer.value.ok) return;
  const byLine = Object.fromEntries(answer.value.value.map((key) => [key.line, key]));
  set({ keysByLine: { ...byLine, ...known().keysByLine } });
}

/** Hands the recipe out as a file, through the browser's own way of saving one. */
export function saveRecipe(): void {
  const { recipe } = known();
  if (recipe === null) return;
  const address = URL.createObjectURL(new Blob([recipeDocument(recipe)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${recipe.name}.nixburn.json`;
  link.click();
  URL.revokeObjectURL(address);
}

let recheckTimer: ReturnType<typeof setTimeout> | undefined;

/** Has the recipe checked, and the flake written anew, once nothing has changed for that long. */
export function recheck(afterMillis: number): void {
  clearTimeout(recheckTimer);
  recheckTimer = setTimeout(async () => {
    const asked = known().recipe;
    const [problems] = await Promise.all([program.call('checkRecipe', asked), loadFlake()]);
    // An answer about a recipe that has changed meanwhile would put a problem beside the wrong text.
    if (problems.ok && known().recipe === asked) set({ problems: problems.value });
  }, afterMillis);
}

async function loadFlake(): Promise<void> {
  const { recipe: asked, drawerOpen, flake: before } = known();
  if (!drawerOpen || asked === null) return;
  const answer = await program.call('previewFlake', asked);
  if (known().recipe !== asked) return;
  const outcome = answer.ok ? answer.value : answer;
  if (outcome.ok) {
    const flakeBefore = before.state === 'here' ? before.value : [];
    set({ flake: loaded(outcome), flakeBefore, flakeTrouble: null });
  } else if (before.state === 'here') {
    // Half-typed text makes no flake: the one from before stays, rather than vanish and come back at every letter.
    set({ flakeTrouble: outcome.problem });
  } else {
    set({ flake: loaded(outcome) });
  }
}

/** Opens the drawer that shows the flake, or closes it. */
export function toggleDrawer(): void {
  set({ drawerOpen: !known().drawerOpen });
  void loadFlake();
}
