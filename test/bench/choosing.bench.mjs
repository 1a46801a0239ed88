/**
 * How soon each screen is drawn after its station is pressed, how soon a package is chosen beside 200 others, and how soon
 * the flake drawer shows a change of a recipe with 200 packages: the built window in Chromium over the real host, with the
 * real flake generator behind it. All are counted from the event to the frame after the page has drawn it. Beside each stands a bare button of the same page that
 * only changes its own text, in the same run: less than that, Chromium and this machine can not do. Limits: 50 ms of
 * processor time of the page for a change of the drawer; on the clock comes the wait that lets a person finish a word.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { build } from '../../scripts/build.mjs';
import { median, table, tenths } from './figures.mjs';
import { judge } from './judge.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const renderer = path.join(root, 'dist/renderer');
const rounds = Number(process.env.ROUNDS ?? 15);
const drawerMillis = 50;
/** ms. The window waits that long after the last letter (src/renderer/acts/recipe.ts). */
const settleMillis = 150;

await build(['window']);
const load = async (/** @type {string} */ file) =>
  (await runnerImport(path.join(root, file), { root, configFile: false, logLevel: 'error' })).module;
const { openWebHost } = await load('src/main/web-host.ts');
const { ordinaryWorld, emptyRecipe, laptopKey } = await load('test/wizard/world.ts');
const { cancelled, done, failed } = await load('src/shared/problem.ts');
const { catalogue } = await load('src/main/packages/catalogue.ts');

const packages = catalogue()
  .flatMap((/** @type {{ packages: { name: string }[] }} */ group) => group.packages.map(({ name }) => name))
  .concat(Array.from({ length: 200 }, (_, at) => `python3Packages.module-${at}`))
  .slice(0, 200);
const recipe = { ...emptyRecipe, keys: [laptopKey.line], packages };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const host = await openHost();
  const page = await browser.newPage({ viewport: { width: 1180, height: 760 } });
  await page.addInitScript(measuring);
  await page.goto(host.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await measureScreens(page);
  await measureTick(page);
  const drawer = await measureDrawer(page);
  await host.close();
  await browser.close();
  const what = `work of the page until the flake drawer shows a change, ${packages.length} packages`;
  const isKept = judge({ what, measured: drawer, unit: 'ms', most: drawerMillis });
  // What was loaded for the host holds on to this process.
  process.exit(isKept ? 0 : 1);
} finally {
  await browser.close();
}

/** The real host over the scripted world: calls are answered at once, jobs end at once. */
function openHost() {
  const answers = { ...ordinaryWorld(), emptyRecipe: () => recipe };
  return openWebHost(
    {
      call: async (/** @type {keyof typeof answers} */ name, /** @type {never} */ input) =>
        done(await answers[name](input)),
      // oxlint-disable-next-line require-yield -- a job of this host says nothing
      async *job() {
        return failed(cancelled);
      },
    },
    renderer,
    0,
  );
}

/** Runs in the page: `window.timed(act, isDone)` gives the ms from the act to the frame after `isDone` first held. */
function measuring() {
  Object.assign(window, {
    timed: (/** @type {() => void} */ act, /** @type {() => boolean} */ isDone) =>
      new Promise((resolve) => {
        const begun = performance.now();
        const look = () => {
          if (isDone()) requestAnimationFrame(() => resolve(performance.now() - begun));
          else requestAnimationFrame(look);
        };
        act();
        look();
      }),
  });
}

/** @param {import('@playwright/test').Page} page */
async function measureScreens(page) {
  const titles = ['Keys', 'Packages', 'Network', 'System', 'Build', 'Drive', 'Boot'];
  /** @type {Record<string, number[]>} */
  const taken = Object.fromEntries(titles.map((title) => [title, []]));
  const bare = [];
  // The window opens at the first station; whoever presses that sees nothing change.
  await page.evaluate(showStation, 'Boot');
  for (let round = 0; round <= rounds; round += 1)
    for (const title of titles) {
      const millis = await page.evaluate(showStation, title);
      // The first round pays for code that has never run.
      if (round > 0) taken[title]?.push(millis);
      if (round > 0) bare.push(await page.evaluate(pressBare));
    }
  table(
    titles.map((title) => ({
      screen: title,
      'drawn after (ms)': median(taken[title] ?? []),
      'longest (ms)': Math.max(...(taken[title] ?? [])),
    })),
  );
  const slowest = Math.max(...titles.map((title) => median(taken[title] ?? [])));
  console.log(
    `the slowest screen is drawn ${tenths(slowest)} ms after its station is pressed; a bare button ${tenths(median(bare))} ms`,
  );
}

/** Runs in the page. */
function showStation(/** @type {string} */ title) {
  const stops = [...document.querySelectorAll('.stop')];
  const stop = stops.find((one) => one.querySelector('.stop-title')?.textContent === title);
  const before = document.querySelector('main');
  if (!(stop instanceof HTMLElement)) throw new Error(`There is no station ${title}.`);
  return window.timed(
    () => stop.click(),
    () => document.querySelector('main') !== before && document.querySelector('main h1') !== null,
  );
}

/** Runs in the page. */
function pressBare() {
  const button = document.body.appendChild(document.createElement('button'));
  button.addEventListener('click', () => (button.textContent = 'pressed'));
  return window
    .timed(
      () => button.click(),
      () => button.textContent === 'pressed',
    )
    .finally(() => button.remove());
}

/**
 * A package of the catalogue is ticked, and the next time unticked.
 * @param {import('@playwright/test').Page} page
 */
async function measureTick(page) {
  await page.evaluate(showStation, 'Packages');
  const worked = await workOf(page);
  const clock = [];
  const work = [];
  for (let round = 0; round <= rounds; round += 1) {
    const before = await worked();
    const millis = await page.evaluate(tickPackage);
    const after = await worked();
    if (round === 0) continue;
    clock.push(millis);
    work.push(after - before);
  }
  table([
    {
      change: 'a package is ticked or unticked',
      'on the clock (ms)': median(clock),
      'work of the page (ms)': median(work),
    },
  ]);
}

/** Runs in the page. */
function tickPackage() {
  const box = document.querySelector('.groups input');
  const count = document.querySelectorAll('.chip').length;
  if (!(box instanceof HTMLElement)) throw new Error('There is no package to tick.');
  return window.timed(
    () => box.click(),
    () => document.querySelectorAll('.chip').length !== count,
  );
}

/**
 * @param {import('@playwright/test').Page} page
 * @returns {Promise<() => Promise<number>>} asks how long the page has worked so far, in ms of processor time
 */
async function workOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
}

/**
 * The host name is typed with configuration.nix in the drawer, and a package ticked with packages.nix in it.
 * @param {import('@playwright/test').Page} page
 * @returns {Promise<number>} ms of processor time of the page a change, the median of the slower of the two
 */
async function measureDrawer(page) {
  const worked = await workOf(page);
  await page.evaluate(showStation, 'Network');
  await page.getByRole('button', { name: 'Flake', exact: true }).click();
  await page.getByText('networking.hostName').waitFor();
  const typed = await measureChange('a letter of the host name', (round) =>
    page.evaluate(typeHostName, `attic-${round}`),
  );
  await page.evaluate(showStation, 'Packages');
  await page.getByRole('complementary').getByRole('button', { name: 'packages.nix' }).click();
  await page.getByRole('complementary').getByText('python3Packages.module-1').first().waitFor();
  const ticked = await measureChange('a package is ticked or unticked', () =>
    page.evaluate(tickPackageInFlake),
  );
  return Math.max(typed, ticked);

  /**
   * @param {string} change
   * @param {(round: number) => Promise<unknown>} act resolves with ms
   */
  async function measureChange(change, act) {
    const clock = [];
    const work = [];
    for (let round = 0; round <= rounds; round += 1) {
      const before = await worked();
      const millis = Number(await act(round));
      const after = await worked();
      if (round === 0) continue;
      clock.push(millis - settleMillis);
      work.push(after - before);
    }
    const lines = await page.locator('.drawer .line').count();
    table([
      {
        change: `${change}, ${packages.length} packages, ${lines} lines`,
        'on the clock, after the wait (ms)': median(clock),
        'longest (ms)': Math.max(...clock),
        'work of the page (ms)': median(work),
        'most work (ms)': Math.max(...work),
      },
    ]);
    return median(work);
  }
}

/** Runs in the page: types as a person does, so that React hears of it. */
function typeHostName(/** @type {string} */ name) {
  const labels = [...document.querySelectorAll('label')];
  const field = labels.find((one) => one.textContent === 'Host name')?.control;
  if (!(field instanceof HTMLInputElement)) throw new Error('There is no field for the host name.');
  return window.timed(
    () => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, name);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    },
    () =>
      document.querySelector('.drawer .line.changed')?.parentElement?.textContent?.includes(`"${name}"`) ===
      true,
  );
}

/** Runs in the page: the first package of the catalogue, seen in the flake or gone from it. */
function tickPackageInFlake() {
  const box = document.querySelector('.groups input');
  const name = box?.closest('label')?.querySelector('.package-name')?.textContent?.trim();
  if (!(box instanceof HTMLInputElement) || !name) throw new Error('There is no package to tick.');
  const wanted = !box.checked;
  const isThere = () =>
    [...document.querySelectorAll('.drawer .line')].some((one) => one.textContent?.trim() === `pkgs.${name}`);
  if (isThere() === wanted) throw new Error(`The flake does not follow ${name}.`);
  return window.timed(
    () => box.click(),
    () => isThere() === wanted,
  );
}
