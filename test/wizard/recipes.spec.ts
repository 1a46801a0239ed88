/** Recipes under names: kept, found again, compared, and never lost by closing the window. */
import { problem } from '../../src/shared/problem.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { keptWorld } from './kept-world.ts';
import { inputsOf } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, laptopKey } from './world.ts';

const attic: Recipe = { ...emptyRecipe, name: 'attic', keys: [laptopKey.line], packages: ['git'] };
const cellar: Recipe = { ...attic, name: 'cellar', packages: ['git', 'vim'], release: 'unstable' };

test('a recipe is kept under a name, changed, kept again, and opened another day', async ({ page }) => {
  await openWindow(page, {
    emptyRecipe: () => attic,
    about: () => ({ version: '0.1.0', platform: 'linux', host: 'web', nixpkgs: null }),
    ...keptWorld(),
  });
  await page.getByRole('heading', { level: 1, name: 'Who may log in?' }).waitFor();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: 'Recipes' });
  await expect(dialog.getByText('None yet.')).toBeVisible();
  // It has no name yet, so it is asked for one.
  await expect(dialog.getByLabel('Keep this recipe as')).toBeFocused();
  await page.keyboard.type('In the attic');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('Saved.', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('listitem')).toContainText('attic');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  const menu = page.getByRole('group', { name: 'Recipe', exact: true });
  await expect(menu.getByText('In the attic', { exact: true })).toBeVisible();

  await goTo(page, 'Packages');
  await page.getByRole('checkbox', { name: /^curl / }).check();
  await expect(menu.getByText('In the attic, changed')).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(menu.getByText('Saved as In the attic.')).toBeVisible();
  await expect(menu.getByText('In the attic, changed')).toBeHidden();

  await page.getByRole('button', { name: 'Recipes…' }).click();
  await dialog.getByRole('button', { name: 'Begin anew' }).click();
  await expect(dialog).toBeHidden();
  const chosen = page.getByRole('list', { name: 'Chosen packages' }).getByRole('listitem');
  await expect(chosen).toHaveText(['git']);
  await page.keyboard.press('Control+o');
  await dialog.getByRole('button', { name: 'Open In the attic' }).click();
  await expect(chosen).toHaveText(['git', 'curl']);
  await expect(menu.getByText('Opened In the attic.')).toBeVisible();
});

test('Undo after opening another recipe brings back the one before, under its own name', async ({ page }) => {
  const door = await openWindow(page, {
    emptyRecipe: () => emptyRecipe,
    ...keptWorld({ Attic: attic, Cellar: cellar }),
  });
  const menu = page.getByRole('group', { name: 'Recipe', exact: true });
  for (const name of ['Attic', 'Cellar']) {
    await page.getByRole('button', { name: 'Recipes…' }).click();
    await page.getByRole('button', { name: `Open ${name}` }).click();
    await expect(menu.getByText(name, { exact: true })).toBeVisible();
  }
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(menu.getByText('Attic', { exact: true })).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(menu.getByText('Saved as Attic.')).toBeVisible();
  expect(inputsOf(door, 'saveRecipe').at(-1)).toMatchObject({ name: 'Attic', recipe: { name: 'attic' } });
});

test('a name that is taken is never taken over without a question', async ({ page }) => {
  const door = await openWindow(page, { emptyRecipe: () => attic, ...keptWorld({ Cellar: cellar }) });
  await page.getByRole('button', { name: 'Recipes…' }).click();
  const name = page.getByLabel('Keep this recipe as');
  await name.fill('Cellar');
  await name.press('Enter');
  const question = page.getByRole('alert');
  await expect(question).toContainText('There is a recipe “Cellar” already.');
  await question.getByRole('button', { name: 'Keep the old one' }).click();
  await expect(question).toBeHidden();
  expect(inputsOf(door, 'saveRecipe').every(({ replace }) => !replace)).toBe(true);
  await name.press('Enter');
  await question.getByRole('button', { name: 'Replace Cellar' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Cellar' })).toContainText('attic');
});

test('a kept recipe is copied, renamed and, after a question, removed; the window’s own follows its name', async ({
  page,
}) => {
  await openWindow(page, { emptyRecipe: () => emptyRecipe, ...keptWorld({ Attic: attic }) });
  const open = page.getByRole('button', { name: 'Recipes…' });
  const menu = page.getByRole('group', { name: 'Recipe', exact: true });
  await open.click();
  await page.getByRole('button', { name: 'Open Attic' }).click();
  await open.click();
  await page.getByRole('button', { name: 'Copy Attic' }).click();
  const copy = page.getByLabel('Name of the copy of Attic');
  await expect(copy).toHaveValue('Attic 2');
  await expect(copy).toBeFocused();
  await copy.press('Enter');
  const items = page.getByRole('list', { name: /^Kept recipes/ }).getByRole('listitem');
  await expect(items).toHaveCount(2);

  await page.getByRole('button', { name: 'Rename Attic', exact: true }).click();
  await page.getByLabel('New name of Attic').fill('Attic 2');
  await page.getByLabel('New name of Attic').press('Enter');
  await expect(page.getByRole('alert')).toContainText('There is a recipe “Attic 2” already.');
  await page.getByLabel('New name of Attic').fill('Loft');
  await page.getByLabel('New name of Attic').press('Enter');
  await expect(items.filter({ hasText: 'Loft' })).toContainText('open');
  await expect(menu.locator('.recipe-name')).toHaveText('Loft');

  await page.getByRole('button', { name: 'Remove Loft…' }).click();
  await expect(page.getByText('Remove Loft from this computer? It can not be brought back.')).toBeVisible();
  await page.getByRole('button', { name: 'Keep Loft' }).click();
  await expect(items).toHaveCount(2);
  await page.getByRole('button', { name: 'Remove Loft…' }).press('Enter');
  await page.getByRole('button', { name: 'Remove Loft now' }).press('Enter');
  await expect(items).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Remove Attic 2…' })).toBeFocused();
  await expect(menu.locator('.recipe-name')).toBeHidden();
});

test('two recipes are compared in sentences: a kept one with the one at hand, and two kept ones', async ({
  page,
}) => {
  await openWindow(page, {
    emptyRecipe: () => ({ ...attic, timeZone: 'Europe/Stockholm' }),
    ...keptWorld({ Attic: attic, Cellar: cellar }),
  });
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByRole('button', { name: 'Compare Attic' }).click();
  await expect(page.getByText('The time zone changes from “UTC” to “Europe/Stockholm”.')).toBeVisible();
  await page.getByLabel('From Attic to').selectOption('Cellar');
  await expect(page.getByText('1 package is added: vim.')).toBeVisible();
  await expect(page.getByText('The time zone changes')).toBeHidden();
});

test('many recipes are looked through by a few letters', async ({ page }) => {
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`Machine ${at + 1}`, { ...attic, name: `host-${at + 1}` }]),
  );
  await openWindow(page, keptWorld(many));
  await page.getByRole('button', { name: 'Recipes…' }).click();
  const items = page.getByRole('list', { name: /^Kept recipes/ }).getByRole('listitem');
  await expect(items).toHaveCount(40);
  await page.getByLabel('Look for a recipe').fill('HOST-39');
  await expect(items).toHaveCount(1);
  await page.getByLabel('Look for a recipe').fill('nothing like it');
  await expect(page.getByText('No name has that in it.')).toBeVisible();
});

test('whoever closes the window finds the recipe again, all but its secrets, and under its name', async ({
  page,
}) => {
  const withWifi: Recipe = {
    ...attic,
    wifi: {
      ...attic.wifi,
      networks: [
        { ssid: 'Attic', security: 'wpa2-wpa3', passphrase: 'correct horse', hidden: false, priority: 0 },
      ],
    },
  };
  const door = await openWindow(page, { emptyRecipe: () => withWifi, ...keptWorld({ Attic: attic }) });
  await page.getByRole('heading', { level: 1, name: 'Who may log in?' }).waitFor();
  await page.keyboard.press('Control+s');
  await page.getByLabel('Keep this recipe as').fill('Loft');
  await page.getByLabel('Keep this recipe as').press('Enter');
  await page.keyboard.press('Escape');
  await goTo(page, 'Packages');
  await page.getByRole('checkbox', { name: /^curl / }).check();
  await expect
    .poll(() => inputsOf(door, 'keepUnsavedRecipe').at(-1))
    .toMatchObject({ name: 'Loft', recipe: { packages: ['git', 'curl'] } });
  door.answers.emptyRecipe = () => emptyRecipe;
  await page.reload();
  await expect(page.getByText(/^Here is your recipe from last time, without the secrets/)).toBeVisible();
  await expect(page.locator('.recipe-name')).toHaveText('Loft, changed');
  await goTo(page, 'Network');
  await expect(page.getByText('Its passphrase is missing.')).toBeVisible();
});

test('a change that can not be kept is said once', async ({ page }) => {
  const full = problem('recipe-disk', 'The recipe could not be read or written.');
  const door = await openWindow(page, {
    ...keptWorld(),
    keepUnsavedRecipe: () => ({ ok: false, problem: full }),
  });
  await page.getByRole('button', { name: 'Add me@laptop' }).click();
  await expect(page.getByText(/^Your changes are not being kept\. The recipe could not/)).toBeVisible();
  expect(inputsOf(door, 'keepUnsavedRecipe').length).toBe(1);
});

test('the whole dialog works by keyboard, and gives the focus back', async ({ page }) => {
  await openWindow(page, { emptyRecipe: () => emptyRecipe, ...keptWorld({ Attic: attic }) });
  const open = page.getByRole('button', { name: 'Recipes…' });
  await open.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Recipes' });
  await dialog.getByRole('button', { name: 'Open Attic' }).waitFor();
  const stops: string[] = [];
  for (let presses = 0; presses < 12; presses += 1) {
    stops.push(
      await page.evaluate(() => {
        const one = document.activeElement;
        return one?.getAttribute('aria-label') ?? one?.textContent.trim() ?? '';
      }),
    );
    await page.keyboard.press('Tab');
  }
  for (const name of ['Open Attic', 'Compare Attic', 'Copy Attic', 'Rename Attic', 'Remove Attic…'])
    expect(stops).toContain(name);
  for (const name of ['Save', 'Open a file…', 'Save as a file', 'Begin anew']) expect(stops).toContain(name);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(open).toBeFocused();
});

test('a recipe that is begun while the one before is still being saved does not get its name', async ({
  page,
}) => {
  const world = keptWorld({ Attic: attic });
  let save = () => {};
  const door = await openWindow(page, {
    emptyRecipe: () => emptyRecipe,
    ...world,
    saveRecipe: (input) => new Promise((resolve) => (save = () => resolve(world.saveRecipe(input)))),
  });
  const menu = page.getByRole('group', { name: 'Recipe', exact: true });
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByRole('button', { name: 'Open Attic' }).click();
  await expect(menu.getByText('Attic', { exact: true })).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect.poll(() => inputsOf(door, 'saveRecipe').length).toBe(1);
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByRole('button', { name: 'Begin anew' }).click();
  await expect(menu.getByText('Attic', { exact: true })).toBeHidden();
  save();
  await expect(menu.getByText('Saved as Attic.')).toBeVisible();
  await expect(menu.getByText('Attic', { exact: true })).toBeHidden();
  await expect(menu.getByText('Attic, changed')).toBeHidden();
});

test('a name is asked about once, however often Save is pressed meanwhile', async ({ page }) => {
  const world = keptWorld();
  const waiting: (() => void)[] = [];
  const door = await openWindow(page, {
    emptyRecipe: () => attic,
    ...world,
    saveRecipe: (input) => new Promise((resolve) => waiting.push(() => resolve(world.saveRecipe(input)))),
  });
  await page.getByRole('button', { name: 'Recipes…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Recipes' });
  await dialog.getByLabel('Keep this recipe as').fill('Attic');
  await dialog.getByRole('button', { name: 'Save', exact: true }).dblclick();
  await expect.poll(() => inputsOf(door, 'saveRecipe').length).toBeGreaterThan(0);
  for (let at = 0; at < waiting.length; at += 1) waiting[at]?.();
  await expect(dialog.getByText('Saved.', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('alert')).toBeHidden();
  expect(inputsOf(door, 'saveRecipe')).toHaveLength(1);
});
