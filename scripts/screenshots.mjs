/**
 * `npm run screenshots [SIZE [PART-OF-NAME]]`: takes a picture of every state of the window in light and in dark. At the
 * comfortable size one of each station goes to docs/screenshots, the others to test-results/screenshots; at any other
 * SIZE (`960x640`; `590x380` is the comfortable one enlarged to 200 %) all go to a folder of that name there. All of them
 * at the comfortable size also draw assets/icon.png, which electron-builder packs, from assets/icon.svg.
 */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { build } from './build.mjs';

const comfortable = '1180x760';
const [size = comfortable, wanted = ''] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
if (!width || !height) throw new Error(`${size} is no size: write 960x640.`);
const root = fileURLToPath(new URL('..', import.meta.url));
const others = path.join(root, 'test-results/screenshots', size === comfortable ? '' : size);
const kept = size === comfortable ? path.join(root, 'docs/screenshots') : others;

await build(['window']);
const load = async (/** @type {string} */ file) =>
  (await runnerImport(path.join(root, 'test/wizard', file), { root, configFile: false, logLevel: 'error' }))
    .module;
const { states } = await load('states.ts');
const { openWindow } = await load('window.ts');

for (const folder of [kept, others]) {
  if (wanted === '') rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-lcd-text',
    '--font-render-hinting=none',
  ],
});
try {
  if (size === comfortable && wanted === '') await drawIcon();
  for (const state of states) {
    if (!`${state.station}-${state.state}`.includes(wanted)) continue;
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const page = await browser.newPage({
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
        locale: 'en-GB',
        timezoneId: 'UTC',
      });
      // The same picture on every day: durations are counted from a clock that stands still.
      await page.clock.setFixedTime('2026-11-24T10:00:00Z');
      const door = await openWindow(page, state.answers);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await state.arrange?.(page, door);
      await page.clock.setFixedTime('2026-11-24T10:01:14Z');
      for (const elapsed of await page.locator('.elapsed').all())
        await elapsed.filter({ hasText: '1 min 14 s' }).waitFor();
      // Nothing under the pointer, and no text cursor that blinks.
      await page.mouse.move(0, 0);
      await page.evaluate(() => document.fonts.ready);
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      );
      const folder = state.kept ? kept : others;
      const file = path.join(folder, `${state.station}-${state.state}-${colorScheme}.png`);
      await page.screenshot({ path: file, caret: 'hide' });
      await page.close();
      console.log(`${path.relative(root, file)}  ${Math.round(statSync(file).size / 1000)} kB`);
    }
  }
} finally {
  await browser.close();
}

/** 512 pixels, the least that macOS asks for; clear where the rounded corners leave room. */
async function drawIcon() {
  const page = await browser.newPage({ viewport: { width: 512, height: 512 } });
  const svg = readFileSync(path.join(root, 'assets/icon.svg')).toString('base64');
  await page.setContent(
    `<body style="margin: 0"><img style="display: block; width: 512px" src="data:image/svg+xml;base64,${svg}">`,
  );
  await page.locator('img').evaluate((/** @type {HTMLImageElement} */ image) => image.decode());
  await page.screenshot({ path: path.join(root, 'assets/icon.png'), omitBackground: true });
  await page.close();
}
