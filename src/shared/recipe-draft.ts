/** Takes in recipes that are not finished yet. */
import type { RecipeProblem } from './contract.ts';
import { checkRecipe, emptyRecipe, type Recipe } from './recipe.ts';

/** A recipe as a person left it: every field is there and of its kind, and some may still be wrong in themselves. */
export interface RecipeDraft {
  recipe: Recipe;
  /** What is still to be done before it can be built. Empty: nothing. */
  problems: RecipeProblem[];
}

/** What makes a value no recipe at all, not even an unfinished one: a field that is unknown, or not of its kind. */
const misshapen = new Set([
  'bad-choice',
  'missing-field',
  'out-of-range',
  'recipe-version',
  'unknown-field',
  'wrong-kind',
]);

/** Reads anything at all as a draft. Never throws; where it is none, the problems say why. */
export function readDraft(value: unknown): RecipeDraft | { problems: RecipeProblem[] } {
  const checked = checkRecipe(value);
  if ('recipe' in checked) return { recipe: checked.recipe, problems: [] };
  const reasons = checked.problems.filter(({ problem }) => misshapen.has(problem.code));
  if (reasons.length > 0) return { problems: reasons };
  return { recipe: withDefaults(value as Partial<Recipe>), problems: checked.problems };
}

/** The shape was found to be right: only what is missing is added. */
function withDefaults(value: Partial<Recipe>): Recipe {
  const empty = emptyRecipe();
  const wifi = { ...empty.wifi, ...value.wifi };
  const networkDefaults = { security: 'wpa2-wpa3', hidden: false, priority: 0 } as const;
  return {
    ...empty,
    ...value,
    wifi: { ...wifi, networks: wifi.networks.map((network) => ({ ...networkDefaults, ...network })) },
    console: { ...empty.console, ...value.console },
    image: { ...empty.image, ...value.image },
  };
}
