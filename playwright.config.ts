/** How the window is tested: Debian's Chromium, two pages at a time, and no second try for a test that fails. */
import { existsSync } from 'node:fs';
import { defineConfig, type PlaywrightTestOptions, type PlaywrightWorkerOptions } from '@playwright/test';
import { stillArguments } from './test/wizard/picture.ts';

type Use = Partial<PlaywrightTestOptions & PlaywrightWorkerOptions>;

/** The whole browser, which is what people have. */
const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The same engine without the browser around it: a page costs it little more than half, and letters look a little different. */
const shell = '/usr/bin/chromium-headless-shell';
const engine = process.env.CHROMIUM === undefined && existsSync(shell) ? shell : browser;

const inTheBrowser = ['**/pictures.spec.ts', '**/whole-job.spec.ts'];

function launched(executablePath: string): Use {
  // Chromium refuses to run as root inside its sandbox, and containers run as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { launchOptions: { executablePath, args: [...stillArguments, ...asRoot] } };
}

export default defineConfig({
  testDir: 'test/wizard',
  globalSetup: './test/wizard/build-window.ts',
  outputDir: 'test-results',
  // No test leans on another one, so two of the same file run side by side as well.
  workers: 2,
  fullyParallel: true,
  retries: 0,
  timeout: 30_000,
  forbidOnly: true,
  reporter: 'line',
  expect: {
    toHaveScreenshot: {
      // From the top of the project: some of the pictures are those of the README.
      pathTemplate: '{testDir}/../../{arg}{ext}',
      // As measured: Chromium 150 and 156 draw the same, to the pixel; moving the smallest mark of the window, a tick of
      // 16 pixels, changes 24 and taking it away 12.
      maxDiffPixels: 10,
    },
  },
  use: { browserName: 'chromium', viewport: { width: 1180, height: 760 } },
  projects: [
    { name: 'browser', testMatch: inTheBrowser, use: launched(browser) },
    { name: 'engine', testIgnore: inTheBrowser, use: launched(engine) },
  ],
});
