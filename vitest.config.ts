/** How `npm test` finds and runs the tests that need no browser; the window's are Playwright's. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: './test/built.ts',
    // Real Nix, real devices and emulated machines take seconds; on a busy machine many.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
