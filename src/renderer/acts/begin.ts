/** What the window asks for before anybody has pressed anything, and again when a lost connection is back. */
import { useStore } from '../store.ts';
import { loadBuilding } from './builders.ts';
import { followDesktop } from './desktop.ts';
import { loadFoundKeys } from './keys.ts';
import { loadCatalogue } from './packages.ts';
import { known, program, set } from './program.ts';
import { recheck } from './recipe.ts';
import { loadSettings } from './settings.ts';
import { bringBack } from './unsaved.ts';

useStore.subscribe((now, before) => {
  if (now.connection === 'open' && before.connection === 'lost') void begin();
});

/** Asks for everything the first screens need. Called again after a lost connection; keeps what the person chose. */
export async function begin(): Promise<void> {
  set({ trouble: null });
  // All at once: the first screen waits for them.
  const [about, recipe, unsaved] = await Promise.all([
    program.call('about', undefined),
    program.call('emptyRecipe', undefined),
    program.call('unsavedRecipe', undefined),
  ]);
  if (!about.ok) return set({ trouble: about.problem });
  if (!recipe.ok) return set({ trouble: recipe.problem });
  set({ about: about.value });
  if (known().recipe === null) {
    const before = unsaved.ok ? unsaved.value : null;
    if (before === null) set({ recipe: recipe.value });
    else bringBack(before);
  }
  recheck(0);
  followDesktop();
  const [images, choices] = await Promise.all([
    program.call('images', undefined),
    program.call('choices', undefined),
    loadFoundKeys(),
    loadCatalogue(),
    loadBuilding(),
    loadSettings(),
  ]);
  if (images.ok) set({ images: images.value });
  if (choices.ok) set({ choices: choices.value });
}
