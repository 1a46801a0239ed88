/** Recipes that are kept, and what is asked before one is replaced or removed. */
import type { Page } from '@playwright/test';
import { problem } from '../../../src/shared/problem.ts';
import { keptWorld } from '../kept-world.ts';
import { attic, atticRecipe, never } from './answers.ts';
import type { State } from './state.ts';

const keptRecipes = {
  'In the attic': { ...atticRecipe, packages: ['git'] },
  Cellar: { ...atticRecipe, name: 'cellar', release: 'unstable' as const },
};

async function openRecipes(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByRole('dialog', { name: 'Recipes' }).waitFor();
}

export const recipeStates: State[] = [
  {
    station: 'recipes',
    state: 'empty',
    answers: attic,
    arrange: openRecipes,
  },
  {
    station: 'recipes',
    state: 'loading',
    answers: { ...attic, recipes: never },
    arrange: openRecipes,
  },
  {
    station: 'recipes',
    state: 'failed',
    answers: {
      ...attic,
      recipes: () => Promise.reject(problem('recipe-disk', 'The recipe could not be read or written.')),
    },
    async arrange(page) {
      await openRecipes(page);
      await page.getByRole('button', { name: 'Look again' }).waitFor();
    },
  },
  {
    station: 'recipes',
    state: 'kept',
    kept: true,
    answers: { ...attic, ...keptWorld(keptRecipes) },
    async arrange(page) {
      await openRecipes(page);
      await page.getByRole('button', { name: 'Compare In the attic' }).click();
      await page.getByText('packages are added').waitFor();
    },
  },
  {
    station: 'recipes',
    state: 'questions',
    answers: { ...attic, ...keptWorld(keptRecipes) },
    async arrange(page) {
      await openRecipes(page);
      await page.getByLabel('Keep this recipe as').fill('Cellar');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Replace Cellar' }).waitFor();
      await page.getByRole('button', { name: 'Rename In the attic' }).click();
      await page.getByRole('button', { name: 'Remove Cellar…' }).click();
    },
  },
  {
    station: 'recipes',
    state: 'many',
    answers: {
      ...attic,
      ...keptWorld(
        Object.fromEntries(
          Array.from({ length: 20 }, (_, at) => [
            `Machine ${at + 1} of the workshop`,
            { ...atticRecipe, name: `host-${at + 1}` },
          ]),
        ),
      ),
    },
    async arrange(page) {
      await openRecipes(page);
      await page.getByText('host-20', { exact: true }).waitFor({ state: 'attached' });
    },
  },
];
