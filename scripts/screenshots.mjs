/**
 * `npm run screenshots`: takes a picture of every state of the window in light and in dark. One of each station goes
 * to docs/screenshots, the others to test-results/screenshots.
 */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { build } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const kept = path.join(root, 'docs/screenshots');
const others = path.join(root, 'test-results/screenshots');

await build(['window']);
const load = async (/** @type {string} */ file) =>
  (await runnerImport(path.join(root, 'test/wizard', file), { root, configFile: false, logLevel: 'error' }))
    .module;
const { states } = await load('states.ts');
const { openWindow } = await load('window.ts');

for (const folder of [kept, others]) {
  rmSync(folder, { recursive: true, force: true });
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
  for (const state of states)
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const page = await browser.newPage({
        viewport: { width: 1180, height: 760 },
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
      await page.evaluate(() => document.fonts.ready);
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      );
      const file = path.join(
        state.kept ? kept : others,
        `${state.station}-${state.state}-${colorScheme}.png`,
      );
      await page.screenshot({ path: file });
      await page.close();
      console.log(`${path.relative(root, file)}  ${Math.round(statSync(file).size / 1000)} kB`);
    }
} finally {
  await browser.close();
}
