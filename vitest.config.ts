/** How `npm test` finds and runs the tests that need no browser; the window's are Playwright's. */
import { defineConfig } from 'vitest/config';

/** These have nothing in common that two of them could quarrel over: each device, port and network namespace is one file's own. */
const apart = [
  ...['unit', 'property', 'keys', 'usb', 'flash', 'machine', 'dist'].map(
    (folder) => `test/${folder}/**/*.test.ts`,
  ),
  ...['electron', 'desktop', 'package', 'web-host'].map((name) => `test/contract/${name}.test.ts`),
];

export default defineConfig({
  test: {
    globalSetup: './test/built.ts',
    // Real Nix, real devices and emulated machines take seconds; on a busy machine many.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: { name: 'apart', include: apart, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        // Nix's store: one file after the other.
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: apart,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
