/** Kept recipes behind the scripted door: in memory in place of a folder, and all that is pure the real thing. */
import { exportRecipe, importRecipe } from '../../src/main/recipes/store.ts';
import type { KeptRecipe, UnsavedRecipe } from '../../src/shared/choosing.ts';
import { done, failed, problem } from '../../src/shared/problem.ts';
import { recipeDifferences } from '../../src/shared/recipe-differences.ts';
import { readDraft } from '../../src/shared/recipe-draft.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { withoutSecrets } from '../../src/shared/recipe-without-secrets.ts';
import type { Answers } from './scripted-door.ts';

export type KeptCall =
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

/** @param at what is there in the beginning, the most recent first. */
export function keptWorld(at: Record<string, Recipe> = {}): Pick<Answers, KeptCall> {
  let kept = new Map(Object.entries(at));
  let unsaved: UnsavedRecipe | null = null;
  const put = (name: string, recipe: Recipe) => {
    kept.delete(name);
    kept = new Map([[name, withoutSecrets(recipe)], ...kept]);
    return done(null);
  };
  const gone = (name: string) => failed(problem('recipe-gone', `There is no recipe “${name}”.`));
  const exists = (name: string) => failed(problem('recipe-exists', `There is a recipe “${name}” already.`));
  return {
    recipes: () => [...kept].map(([name, recipe]) => keptFact(name, recipe)),
    saveRecipe: ({ name, recipe, replace }) =>
      kept.has(name) && !replace ? exists(name) : put(name, recipe as Recipe),
    openRecipe({ name }) {
      const recipe = kept.get(name);
      return recipe === undefined ? gone(name) : done(draft(recipe));
    },
    duplicateRecipe({ name, as }) {
      const recipe = kept.get(name);
      if (recipe === undefined) return gone(name);
      return kept.has(as) ? exists(as) : put(as, recipe);
    },
    renameRecipe({ name, to }) {
      const recipe = kept.get(name);
      if (recipe === undefined) return gone(name);
      if (kept.has(to)) return exists(to);
      kept.delete(name);
      return put(to, recipe);
    },
    removeRecipe: ({ name }) => (kept.delete(name) ? done(null) : gone(name)),
    keepUnsavedRecipe({ name, recipe }) {
      unsaved = { ...draft(withoutSecrets(recipe as Recipe)), name };
      return done(null);
    },
    unsavedRecipe: () => unsaved,
    exportRecipe,
    importRecipe: (text) => importRecipe(text),
    compareRecipes({ before, after }) {
      const look = (one: typeof before) => ('name' in one ? kept.get(one.name) : (one.recipe as Recipe));
      const [one, other] = [look(before), look(after)];
      return one && other ? done(recipeDifferences(one, other)) : gone('');
    },
  };
}

function draft(recipe: Recipe) {
  const read = readDraft(recipe);
  if ('recipe' in read) return read;
  throw new Error('no recipe of a test is misshapen');
}

function keptFact(name: string, recipe: Recipe): KeptRecipe {
  return {
    name,
    savedAt: '2026-11-20T18:30:00Z',
    openedAt: null,
    hostName: recipe.name,
    release: recipe.release,
    keys: recipe.keys.length,
    packages: recipe.packages.length,
    networks: recipe.wifi.networks.length,
  };
}
