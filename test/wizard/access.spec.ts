/** Every state can be read, reached and used by everybody: axe, keyboard, enlargement, quiet announcements. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { states } from './states.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, laptopKey } from './world.ts';

const sizes = [
  { width: 960, height: 640 },
  // 200 % of a comfortable window and of the smallest one: half as many CSS pixels.
  { width: 590, height: 380 },
  { width: 480, height: 320 },
];

for (const state of states)
  test(`axe finds nothing and nothing scrolls sideways at ${state.station}: ${state.state}`, async ({
    page,
  }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const door = await openWindow(page, state.answers);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await state.arrange?.(page, door);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join('\n')}`)).toEqual(
        [],
      );
    }
    for (const size of sizes) {
      await page.setViewportSize(size);
      expect(await page.evaluate(scrollsSideways), `at ${size.width} pixels`).toEqual([]);
    }
  });

/** Runs in the page: what is wider than its place. */
function scrollsSideways(): string[] {
  return [document.documentElement, ...document.querySelectorAll('body *')]
    .filter((one) => {
      const { overflowX } = getComputedStyle(one);
      const scrolls = one === document.documentElement || overflowX === 'auto' || overflowX === 'scroll';
      return scrolls && one.scrollWidth > one.clientWidth;
    })
    .map((one) => `${one.tagName} ${one.className}: ${one.scrollWidth} > ${one.clientWidth}`);
}

/** Presses Tab and says where that led. */
async function tab(page: Page): Promise<string> {
  await page.keyboard.press('Tab');
  return page.evaluate(() => document.activeElement?.textContent ?? '');
}

test('everything up to the build can be done with the keyboard alone, in the order of reading', async ({
  page,
}) => {
  await openWindow(page);
  await expect(page.getByRole('button', { name: 'Add me@laptop' })).toBeVisible();
  for (const title of ['Keys', 'Packages', 'Network', 'System', 'Build', 'Drive', 'Boot']) {
    expect(await tab(page)).toMatch(new RegExp(`^${title}`));
  }
  await tab(page);
  await expect(page.getByRole('button', { name: 'Add me@laptop' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Next: Packages' })).toBeEnabled();
  for (const next of ['Packages', 'Network', 'System', 'Build']) {
    await page.getByRole('button', { name: `Next: ${next}` }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  }
  await expect(page.getByRole('heading', { level: 1, name: 'Ready to build the image?' })).toBeVisible();
});

test('the focus can be seen', async ({ page }) => {
  await openWindow(page);
  await page.getByRole('button', { name: 'Add me@laptop' }).waitFor();
  await page.keyboard.press('Tab');
  const outline = await page.evaluate(
    () => getComputedStyle(document.activeElement ?? document.body).outline,
  );
  expect(outline).toMatch(/solid 2px/);
});

test('progress is announced at most every five seconds', async ({ page }) => {
  await page.clock.install();
  const door = await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) });
  await goTo(page, 'Build');
  await page.evaluate(() => {
    const said: string[] = [];
    const status = document.querySelector('.window > output');
    new MutationObserver(() => said.push(status?.textContent ?? '')).observe(status ?? document, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    Object.assign(window, { said });
  });
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  for (let percent = 1; percent <= 20; percent += 1) {
    await run.tell({ kind: 'progress', phase: 'fetch', fraction: percent / 100, label: `${percent}` });
    await page.clock.runFor(1000);
  }
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said.length).toBeGreaterThanOrEqual(3);
  expect(said.length).toBeLessThanOrEqual(5);
  expect(said.at(-1)).toMatch(/^Building: Fetch, \d+ %$/);
});

test('nothing moves for a person who asked for less motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const door = await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) });
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  await door.run('build');
  await expect(page.getByRole('progressbar')).toBeVisible();
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});
