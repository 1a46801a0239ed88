/** How `npm run test:usb` finds the long tests with an emulated computer; `npm test` runs a short form of them. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.usb.ts'],
    // Emulated machines on a busy one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    reporters: ['verbose'],
  },
});
