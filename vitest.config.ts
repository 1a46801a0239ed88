/** How `npm test` finds and runs the tests that need no browser; the window's are Playwright's. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: './test/built.ts',
    include: ['test/**/*.test.ts'],
    // Real Nix, real devices and emulated machines take seconds; on a busy machine many.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Two files at a time, since much of their time is waiting. Each has devices, ports, network namespaces, folders and
    // names of its own, so that no two of them can quarrel.
    maxWorkers: 2,
  },
});
