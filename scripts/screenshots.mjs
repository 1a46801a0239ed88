/**
 * `npm run screenshots [SIZE [PART-OF-NAME]]`: takes a picture of every state of the window in light and in dark, for
 * looking at them, into test-results/screenshots; of another SIZE than the comfortable one (`960x640`; `590x380` is that
 * enlarged to 200 %) into a folder of that name there. The pictures that tests compare are taken by `npm run pictures`.
 */
import { mkdirSync, rmSync, statSync } from 'node:fs';
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
const folder = path.join(root, 'test-results/screenshots', size === comfortable ? '' : size);

await build(['window']);
const load = async (/** @type {string} */ file) =>
  (await runnerImport(path.join(root, 'test/wizard', file), { root, configFile: false, logLevel: 'error' }))
    .module;
const { states } = await load('states.ts');
const { openStill, stillArguments, stillContext } = await load('picture.ts');

if (wanted === '') rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [...stillArguments, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
try {
  for (const state of states) {
    const name = `${state.station}-${state.state}`;
    if (!name.includes(wanted)) continue;
    const page = await browser.newPage({ viewport: { width, height }, ...stillContext });
    await openStill(page, state);
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme });
      const file = path.join(folder, `${name}-${colorScheme}.png`);
      await page.screenshot({ path: file, caret: 'hide' });
      console.log(`${path.relative(root, file)}  ${Math.round(statSync(file).size / 1000)} kB`);
    }
    await page.close();
  }
} finally {
  await browser.close();
}
