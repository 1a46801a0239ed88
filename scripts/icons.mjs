/**
 * `npm run icons`: draws the app's icon from assets/icon.svg in every size that a desktop asks for, into assets/icons, and
 * in the size from which electron-builder makes the icons of macOS and Windows, as assets/icon.png.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const assets = fileURLToPath(new URL('../assets', import.meta.url));

/** In pixels; hicolor's, see the Icon Theme Specification, and what panels show of it. */
const sizes = [16, 22, 24, 32, 48, 64, 96, 128, 256, 512];

mkdirSync(path.join(assets, 'icons'), { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  for (const size of sizes) await draw(size, path.join('icons', `${size}x${size}.png`));
  // The largest of an .icns, with what Retina screens show.
  await draw(1024, 'icon.png');
} finally {
  await browser.close();
}

/** Clear where the rounded corners leave room. */
async function draw(/** @type {number} */ size, /** @type {string} */ file) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const svg = readFileSync(path.join(assets, 'icon.svg')).toString('base64');
  await page.setContent(
    `<body style="margin: 0"><img style="display: block; width: ${size}px" src="data:image/svg+xml;base64,${svg}">`,
  );
  await page.locator('img').evaluate((/** @type {HTMLImageElement} */ image) => image.decode());
  await page.screenshot({ path: path.join(assets, file), omitBackground: true });
  await page.close();
  console.log(file);
}
