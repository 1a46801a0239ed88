/** Keeps what is being worked on, so that whoever closes the window finds it again: all but its secrets. */
import type { UnsavedRecipe } from '../../shared/choosing.ts';
import { missingSecret } from '../missing-secret.ts';
import { useStore } from '../store.ts';
import { learnKept } from './kept-recipes.ts';
import { known, program, set } from './program.ts';
import { showRecipe } from './recipe.ts';

/** ms. What is typed within that time is written once. */
const settleMillis = 400;

let timer: ReturnType<typeof setTimeout> | undefined;

useStore.subscribe((now, before) => {
  // The recipe that a window begins with is there already, or is empty.
  if (before.recipe === null || (now.recipe === before.recipe && now.keptAs === before.keptAs)) return;
  clearTimeout(timer);
  timer = setTimeout(() => void keep(), settleMillis);
});

// Whoever closes the window right after the last letter has typed that, too.
for (const name of ['pagehide', 'blur'] as const)
  window.addEventListener(name, () => {
    if (timer !== undefined) void keep();
  });

/** What was said of changes that could not be kept; null: all are kept. */
let said: string | null = null;

// What could not be kept while nobody was there is kept now, also if nothing is typed any more.
useStore.subscribe((now, before) => {
  if (said !== null && now.connection === 'open' && before.connection === 'lost') void keep();
});

async function keep(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const { recipe, keptAs } = known();
  const answer = await program.call('keepUnsavedRecipe', { name: keptAs, recipe });
  const outcome = answer.ok ? answer.value : answer;
  if (outcome.ok) {
    if (said !== null && known().recipeNews === said) set({ recipeNews: '' });
    said = null;
  } else if (said === null) {
    // Said once: it would fail again at every letter.
    const recipeNews = `Your changes are not being kept. ${outcome.problem.title}`;
    said = recipeNews;
    set({ recipeNews });
  }
}

/** Shows again what was worked on when the window was closed. */
export function bringBack({ recipe, name }: UnsavedRecipe): void {
  showRecipe(recipe, name);
  set({
    recipeNews: recipe.wifi.networks.some((network) => missingSecret(network) !== null)
      ? 'Here is your recipe from last time, without the secrets of WiFi: type them again.'
      : 'Here is your recipe from last time.',
  });
  if (name !== null) void learnKept(name);
}
