/** Recipes kept on this computer under names, and recipes as files: saved, opened, copied, renamed, removed, compared. */
import type { CallInput, CallOutput } from '../../shared/contract.ts';
import { done, type Outcome } from '../../shared/problem.ts';
import type { RecipeDifference } from '../../shared/recipe-differences.ts';
import { holdsSecret, withoutSecrets } from '../../shared/recipe-without-secrets.ts';
import { renamed } from '../recipe-history.ts';
import { saveText } from '../save-text.ts';
import { known, loaded, program, set } from './program.ts';
import { replaceRecipe, whichRecipe } from './recipe.ts';

type Act = 'saveRecipe' | 'duplicateRecipe' | 'renameRecipe' | 'removeRecipe';

async function act<N extends Act>(name: N, input: CallInput<N>): Promise<Outcome<null>> {
  const answer = await program.call(name, input);
  const outcome = answer.ok ? (answer.value as CallOutput<Act>) : answer;
  if (outcome.ok) await loadKept();
  return outcome;
}

/** Shows what is kept, and looks it up. */
export function showRecipes(): void {
  set({ recipesOpen: true });
  void loadKept();
}

export function closeRecipes(): void {
  set({ recipesOpen: false });
}

export async function loadKept(): Promise<void> {
  if (known().kept?.state !== 'here') set({ kept: { state: 'loading' } });
  set({ kept: loaded(await program.call('recipes', undefined)) });
}

/**
 * Keeps the recipe under a name, from which on it is that one.
 *
 * @param replace whether another recipe of that name may be replaced
 */
export async function saveAs(name: string, replace: boolean): Promise<Outcome<null>> {
  const { recipe } = known();
  if (recipe === null) return done(null);
  const saved = whichRecipe();
  const outcome = await act('saveRecipe', { name, recipe, replace });
  if (outcome.ok) {
    const keptCopies = { ...known().keptCopies, [name]: withoutSecrets(recipe) };
    const recipeNews = holdsSecret(recipe)
      ? `Saved as ${name}, without the secrets of WiFi.`
      : `Saved as ${name}.`;
    // Another recipe that came meanwhile is not that one: saved again, it would take its place.
    set({ keptCopies, recipeNews, ...(whichRecipe() === saved ? { keptAs: name } : {}) });
  }
  return outcome;
}

/** Saves the recipe under the name that it has; one that has none yet is asked for it. */
export async function saveAgain(): Promise<void> {
  const { keptAs } = known();
  if (keptAs === null) return showRecipes();
  const outcome = await saveAs(keptAs, true);
  if (!outcome.ok) set({ recipeNews: outcome.problem.title });
}

export async function openKept(name: string): Promise<Outcome<null>> {
  const answer = await program.call('openRecipe', { name });
  const outcome = answer.ok ? answer.value : answer;
  if (!outcome.ok) return outcome;
  const { recipe } = outcome.value;
  set({ keptCopies: { ...known().keptCopies, [name]: recipe }, recipeNews: `Opened ${name}.` });
  replaceRecipe(recipe, name);
  closeRecipes();
  return done(null);
}

/** Looks what is kept under the name that the recipe has; if that is gone, the recipe has none. */
export async function learnKept(name: string): Promise<void> {
  const answer = await program.call('openRecipe', { name });
  if (!answer.ok) return;
  if (answer.value.ok) set({ keptCopies: { ...known().keptCopies, [name]: answer.value.value.recipe } });
  else follow(name, null);
}

export function duplicateKept(name: string, as: string): Promise<Outcome<null>> {
  return act('duplicateRecipe', { name, as });
}

export async function renameKept(name: string, to: string): Promise<Outcome<null>> {
  const outcome = await act('renameRecipe', { name, to });
  if (outcome.ok) follow(name, to);
  return outcome;
}

export async function removeKept(name: string): Promise<Outcome<null>> {
  const outcome = await act('removeRecipe', { name });
  if (outcome.ok) follow(name, null);
  return outcome;
}

/** The window's own recipe, and those that Undo would bring back, go by the new name; null: they have none any more. */
function follow(from: string, to: string | null): void {
  const { keptAs, history, keptCopies } = known();
  const { [from]: copy, ...others } = keptCopies;
  set({
    keptAs: keptAs === from ? to : keptAs,
    history: renamed(history, from, to),
    keptCopies: to === null || copy === undefined ? others : { ...others, [to]: copy },
  });
}

/** What changes from one recipe to another: kept ones by their names, or one that is given. */
export async function compare(
  before: CallInput<'compareRecipes'>['before'],
  after: CallInput<'compareRecipes'>['after'],
): Promise<Outcome<RecipeDifference[]>> {
  const answer = await program.call('compareRecipes', { before, after });
  return answer.ok ? answer.value : answer;
}

/** Begins with an empty recipe; Undo brings back the one that is here. */
export async function beginAnew(): Promise<Outcome<null>> {
  const empty = await program.call('emptyRecipe', undefined);
  if (!empty.ok) return empty;
  replaceRecipe(empty.value, null);
  set({ recipeNews: 'This is an empty recipe. Undo brings the other back.' });
  closeRecipes();
  return done(null);
}

// ---- files ----

/** Takes a recipe from a file in place of the one that is here. */
export async function openFile({ name, text }: { name: string; text: string }): Promise<Outcome<null>> {
  const answer = await program.call('importRecipe', text);
  const outcome = answer.ok ? answer.value : answer;
  if (!outcome.ok) return outcome;
  replaceRecipe(outcome.value.recipe, null);
  set({ recipeNews: `Opened ${name}.` });
  closeRecipes();
  return done(null);
}

/** Hands the recipe out as a file, through the browser's own way of saving one. */
export async function saveFile(): Promise<Outcome<null>> {
  const { recipe } = known();
  const answer = await program.call('exportRecipe', recipe);
  const outcome = answer.ok ? answer.value : answer;
  if (!outcome.ok) return outcome;
  const { fileName, text } = outcome.value;
  saveText(fileName, text, 'application/json');
  set({
    recipeNews:
      recipe !== null && holdsSecret(recipe)
        ? `Saved without the secrets of WiFi as ${fileName}.`
        : `Saved as ${fileName}.`,
  });
  return done(null);
}
