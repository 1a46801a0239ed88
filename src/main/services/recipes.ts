/** The part of the services that keeps recipes, takes them in and out, and compares them. */
import path from 'node:path';
import type { CallInput } from '../../shared/contract.ts';
import { done, failed, type Outcome } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { recipeDifferences } from '../../shared/recipe-differences.ts';
import { readDraft } from '../../shared/recipe-draft.ts';
import { exportRecipe, importRecipe, recipeStore } from '../recipes/store.ts';
import type { Calls, Surroundings } from './part.ts';

type RecipeCall =
  | 'recipes'
  | 'saveRecipe'
  | 'openRecipe'
  | 'duplicateRecipe'
  | 'renameRecipe'
  | 'removeRecipe'
  | 'keepUnsavedRecipe'
  | 'unsavedRecipe'
  | 'exportRecipe'
  | 'importRecipe'
  | 'compareRecipes';

export function recipeServices({ places }: Pick<Surroundings, 'places'>): { calls: Pick<Calls, RecipeCall> } {
  const store = recipeStore(path.join(places.data, 'recipes'));
  return {
    calls: {
      recipes: () => store.list(),
      saveRecipe: ({ name, recipe, replace }) => store.save(name, recipe, replace),
      openRecipe: ({ name }) => store.open(name),
      duplicateRecipe: ({ name, as }) => store.duplicate(name, as),
      renameRecipe: ({ name, to }) => store.rename(name, to),
      removeRecipe: ({ name }) => store.remove(name),
      keepUnsavedRecipe: ({ name, recipe }) => store.keepUnsaved(name, recipe),
      unsavedRecipe: () => store.unsaved(),
      exportRecipe: (recipe) => exportRecipe(recipe),
      importRecipe: (text) => importRecipe(text),
      async compareRecipes({ before, after }) {
        const [one, other] = await Promise.all([look(before), look(after)]);
        if (!one.ok) return one;
        return other.ok ? done(recipeDifferences(one.value, other.value)) : other;
      },
    },
  };

  async function look(which: CallInput<'compareRecipes'>['before']): Promise<Outcome<Recipe>> {
    if (!('name' in which)) return draftRecipe(which.recipe);
    const read = await store.read(which.name);
    return read.ok ? done(read.value.recipe) : read;
  }
}

function draftRecipe(value: unknown): Outcome<Recipe> {
  const draft = readDraft(value);
  if ('recipe' in draft) return done(draft.recipe);
  const [first] = draft.problems;
  if (!first) throw new Error('a recipe without a problem is none');
  return failed(first.problem);
}
