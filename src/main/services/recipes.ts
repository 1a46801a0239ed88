/** The part of the services that keeps recipes, takes them in and out, and compares them. */
import path from 'node:path';
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
      keepUnsavedRecipe: (recipe) => store.keepUnsaved(recipe),
      unsavedRecipe: () => store.unsaved(),
      exportRecipe: (recipe) => exportRecipe(recipe),
      importRecipe: (text) => importRecipe(text),
      compareRecipes({ before, after }) {
        const [one, other] = [draftRecipe(before), draftRecipe(after)];
        if (!one.ok) return one;
        return other.ok ? done(recipeDifferences(one.value, other.value)) : other;
      },
    },
  };
}

function draftRecipe(value: unknown): Outcome<Recipe> {
  const draft = readDraft(value);
  if ('recipe' in draft) return done(draft.recipe);
  const [first] = draft.problems;
  if (!first) throw new Error('a recipe without a problem is none');
  return failed(first.problem);
}
