/** Every state can be read, reached and used by everybody: axe, keyboard, enlargement, quiet announcements. */
import type { Locator, Page } from '@playwright/test';
import { bringAxe, violations } from './axe.ts';
import { tabStops, tabTo } from './hands.ts';
import { states } from './states.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, image, laptopKey, receiptOf, secondStick, stick, systemDrive } from './world.ts';

const sizes = [
  { width: 960, height: 640 },
  // 200 % of a comfortable window and of the smallest one: half as many CSS pixels.
  { width: 590, height: 380 },
  { width: 480, height: 320 },
];

const withKey = { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) };
const withImage = { ...withKey, images: () => [image] };

for (const state of states)
  test(`axe finds nothing, nothing moves and nothing scrolls sideways at ${state.station}: ${state.state}`, async ({
    page,
  }) => {
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
    const door = await openWindow(page, state.answers);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await state.arrange?.(page, door);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await bringAxe(page);
    expect(await violations(page)).toEqual([]);
    // Between the two themes only the colours differ.
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, ['color-contrast'])).toEqual([]);
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

/** What has the focus, and how it looks. */
interface Focused {
  what: string;
  name: string;
  /** Its place in the document, in the order of reading. */
  place: number;
  isMarked: boolean;
  isInSight: boolean;
}

/** Runs in the page. */
function focused(): Focused {
  const one = document.activeElement ?? document.body;
  const label = 'labels' in one ? (one as HTMLInputElement).labels?.[0]?.textContent : null;
  const { top, bottom, left, right } = one.getBoundingClientRect();
  // The card around a radio button is marked in its place, and so is the box in which a field for code scrolls.
  const outlines = [one, one.closest('label'), one.closest('.code-input')].map((each) =>
    each ? getComputedStyle(each).outlineStyle : '',
  );
  // Something higher than the window can only be seen in part.
  const seen = [top + 4, (top + bottom) / 2, bottom - 4].map((y) =>
    document.elementFromPoint((left + right) / 2, y),
  );
  return {
    what: one.tagName,
    name: one.getAttribute('aria-label') ?? label ?? one.textContent,
    place: [...document.querySelectorAll('*')].indexOf(one),
    isMarked: outlines.includes('solid'),
    isInSight: seen.some((each) => each && (one.contains(each) || one.closest('label')?.contains(each))),
  };
}

/** Presses Tab once around the window, from its first stop on. */
async function tabAround(page: Page, stops: number): Promise<Focused[]> {
  await page.evaluate(`(${String(tabStops)})()[0].focus({ focusVisible: true })`);
  const all = [await page.evaluate(focused)];
  while (all.length < stops) {
    await page.keyboard.press('Tab');
    all.push(await page.evaluate(focused));
  }
  return all;
}

const toWalk = ['opening: failed', 'keys: chosen', 'packages: chosen', 'network: wifi', 'network: editing'];
toWalk.push('system: extras', 'system: flake', 'build: not-ready', 'build: running', 'build: done');
toWalk.push('build: builder-new', 'build: builder-checked', 'build: builder-key', 'build: nixpkgs-moved');
toWalk.push('drive: chosen', 'drive: writing', 'drive: verified', 'boot: first-aid');

for (const name of toWalk)
  test(`Tab goes through ${name} in the order of reading, and what has the focus has a name and can be seen`, async ({
    page,
  }) => {
    const state = states.find((one) => `${one.station}: ${one.state}` === name);
    expect(state).toBeDefined();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const door = await openWindow(page, state?.answers);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await state?.arrange?.(page, door);
    for (const size of [
      { width: 1180, height: 760 },
      { width: 590, height: 380 },
    ]) {
      await page.setViewportSize(size);
      const places = await page.evaluate<number[]>(
        `(${String(tabStops)})().map((one) => [...document.querySelectorAll('*')].indexOf(one))`,
      );
      const all = await tabAround(page, places.length);
      expect(all.map((one) => one.place)).toEqual(places);
      expect(all.filter((one) => one.name.trim() === '')).toEqual([]);
      expect(all.filter((one) => !one.isMarked)).toEqual([]);
      expect(all.filter((one) => !one.isInSight)).toEqual([]);
    }
  });

/** What the keyboard alone presses. */
function presser(page: Page) {
  return async (control: Locator, key = 'Enter') => {
    await tabTo(page, control);
    await page.keyboard.press(key);
  };
}

test('the way from an empty recipe to a build can be gone with the keyboard alone', async ({ page }) => {
  const door = await openWindow(page);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const press = presser(page);
  const heading = page.getByRole('heading', { level: 1 });

  await button('Add me@laptop').waitFor();
  await press(button('Skip the stations'));
  await expect(heading).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(button('Add me@laptop')).toBeFocused();
  await page.keyboard.press('Enter');
  // The button is gone; the focus is at the next key, not at the top of the window.
  await expect(button('Add me@desk')).toBeFocused();

  await press(button('Next: Packages'));
  await expect(heading).toBeFocused();
  await press(page.getByRole('checkbox', { name: /^git / }), 'Space');
  await press(button('Next: Network'));
  await expect(heading).toHaveText('How is the machine reached?');
  await press(button('Add a WiFi network'));
  await expect(page.getByLabel('Network name (SSID)')).toBeFocused();
  await page.keyboard.type('Attic');
  await tabTo(page, page.getByLabel('Passphrase', { exact: true }));
  await page.keyboard.type('correct horse');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'WiFi networks' })).toBeFocused();

  await press(button('Next: System'));
  await tabTo(page, page.getByRole('radio', { name: /^Balanced/ }));
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: /^Fast/ })).toBeChecked();
  await press(button('Next: Build'));
  await press(button('Build the image'));
  await expect(heading).toBeFocused();
  await expect(heading).toHaveText('Building the image');
  expect((await door.run('build')).input).toMatchObject({
    packages: ['git'],
    wifi: { networks: [{ ssid: 'Attic', passphrase: 'correct horse' }] },
    image: { compression: 'fast' },
  });
});

test('the way from a build to a verified stick can be gone with the keyboard alone', async ({ page }) => {
  const door = await openWindow(page, withKey);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const press = presser(page);
  const heading = page.getByRole('heading', { level: 1 });

  await press(button(/^Build/));
  await press(button('Build the image'));
  await (await door.run('build')).finish(image);
  await expect(heading).toHaveText('The image is built');
  await expect(heading).toBeFocused();

  await press(button('Next: Drive'));
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [systemDrive, stick, secondStick] });
  await press(page.getByRole('radio', { name: /SanDisk/ }), 'Space');
  await press(button(/^Write to SanDisk/));
  const erase = button('Erase SanDisk Ultra 32 GB and write');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeFocused();
  await press(erase);
  await expect(heading).toHaveText('Writing SanDisk Ultra 32 GB');
  await expect(heading).toBeFocused();
  await (await door.run('writeStick')).finish(receiptOf(stick));
  await press(button('Next: Boot'));
  await expect(heading).toHaveText('Boot the machine from the stick');
  await expect(heading).toBeFocused();
});

test('Ctrl+Enter goes on from anywhere, and never past what is missing or past a question', async ({
  page,
}) => {
  const door = await openWindow(page, { images: () => [image] });
  const heading = page.getByRole('heading', { level: 1 });
  await page.getByRole('button', { name: 'Add me@laptop' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await expect(heading).toHaveText('Who may log in?');
  await page.getByRole('button', { name: 'Add me@laptop' }).click();
  await page.getByLabel('Public keys', { exact: true }).press('Control+Enter');
  await expect(heading).toHaveText('What should be on the stick?');
  await expect(heading).toBeFocused();
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [systemDrive, stick] });
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  expect(door.requests.some((one) => one.kind === 'start' && one.name === 'writeStick')).toBe(false);
});

test('the question before erasing keeps the focus, and gives it back to the button that asked', async ({
  page,
}) => {
  const door = await openWindow(page, withImage);
  await goTo(page, 'Drive');
  const watch = await door.run('watchDrives');
  await watch.tell({ kind: 'drives', drives: [systemDrive, stick] });
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  const ask = page.getByRole('button', { name: /^Write to SanDisk/ });
  const dialog = page.getByRole('dialog');
  for (const key of ['Escape', 'Enter']) {
    await ask.press('Enter');
    await expect(dialog).toBeVisible();
    await page.keyboard.press(key);
    await expect(dialog).toBeHidden();
    await expect(ask).toBeFocused();
  }
  await ask.press('Enter');
  await watch.tell({ kind: 'drives', drives: [systemDrive] });
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(
    page.getByText('SanDisk Ultra 32 GB was unplugged. Nothing is chosen now.').first(),
  ).toBeVisible();
});

test('what is removed hands the focus on to its neighbour, and the last one to its heading', async ({
  page,
}) => {
  const packages = ['git', 'vim', 'tmux'];
  await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line], packages }) });
  await page.getByRole('button', { name: 'Remove me@laptop' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Who gets in' })).toBeFocused();
  await goTo(page, 'Packages');
  await page.getByRole('button', { name: 'Remove vim' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Remove tmux' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Remove git' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Chosen' })).toBeFocused();
});

test('a network that is refused takes the person to the field that is wrong', async ({ page }) => {
  await openWindow(page);
  await goTo(page, 'Network');
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  await page.getByLabel('Network name (SSID)').fill('Attic');
  await page.getByRole('button', { name: 'Save network' }).press('Enter');
  await expect(page.getByLabel('Passphrase', { exact: true })).toBeFocused();
  await expect(page.getByLabel('Passphrase', { exact: true })).toHaveAccessibleDescription(
    /has no passphrase/,
  );
});

/** Notes everything that is said to a screen reader from now on. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
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
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said);
}

test('progress is announced at most every five seconds', async ({ page }) => {
  await page.clock.install();
  const door = await openWindow(page, withKey);
  await goTo(page, 'Build');
  const said = await listen(page);
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  for (let percent = 1; percent <= 20; percent += 1) {
    await run.tell({ kind: 'progress', phase: 'fetch', fraction: percent / 100, label: `${percent}` });
    await page.clock.runFor(1000);
  }
  const words = await said();
  expect(words.length).toBeGreaterThanOrEqual(3);
  expect(words.length).toBeLessThanOrEqual(5);
  expect(words.at(-1)).toMatch(/^Building: Fetch, \d+ %$/);
});

test('a drive that comes, goes, is written and is verified is announced', async ({ page }) => {
  await page.clock.install();
  const door = await openWindow(page, withImage);
  await goTo(page, 'Drive');
  const said = await listen(page);
  const watch = await door.run('watchDrives');
  await watch.tell({ kind: 'drives', drives: [systemDrive] });
  await page.clock.runFor(6000);
  await watch.tell({ kind: 'drives', drives: [systemDrive, stick] });
  await page.clock.runFor(6000);
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await watch.tell({ kind: 'drives', drives: [systemDrive] });
  await page.clock.runFor(6000);
  await watch.tell({ kind: 'drives', drives: [systemDrive, stick] });
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await page.getByRole('button', { name: /^Write to SanDisk/ }).click();
  await page.getByRole('button', { name: /^Erase SanDisk/ }).click();
  const run = await door.run('writeStick');
  await run.tell({ kind: 'phase', phase: 'flush' });
  await page.clock.runFor(6000);
  await run.finish(receiptOf(stick));
  await page.clock.runFor(6000);
  const words = await said();
  expect(words).toContain('Plugged in: SanDisk Ultra 32 GB');
  expect(words).toContain('SanDisk Ultra 32 GB was unplugged. Nothing is chosen now.');
  expect(words).toContain('Waiting until the drive has stored everything');
  expect(words.at(-1)).toBe('The stick is verified.');
});

test('nothing takes longer to move than 200 ms, save what turns while something runs', async ({ page }) => {
  await openWindow(page, withKey);
  for (const title of ['Keys', 'Packages', 'Network', 'System', 'Build', 'Drive', 'Boot']) {
    await goTo(page, title);
    const longest = await page.evaluate(() => {
      const seconds = [...document.querySelectorAll('*')].flatMap((one) => {
        const { transitionDuration, transitionDelay } = getComputedStyle(one);
        return [...transitionDuration.split(','), ...transitionDelay.split(',')].map(Number.parseFloat);
      });
      return Math.max(...seconds);
    });
    expect(longest).toBeLessThanOrEqual(0.2);
  }
});
