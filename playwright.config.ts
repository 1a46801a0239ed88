/** How the window is tested: Debian's Chromium, two pages at a time, and no second try for a test that fails. */
import { defineConfig } from '@playwright/test';

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
  use: {
    browserName: 'chromium',
    viewport: { width: 1180, height: 760 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Chromium refuses to run as root inside its sandbox, and containers run as root.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
