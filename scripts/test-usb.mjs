/** `npm run test:usb`: installs what is needed, and does to Nixburn in an emulated computer whatever befalls USB sticks. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installPackages, installPrograms, root } from './set-up.mjs';

installPackages();
const leftOut = installPrograms();
for (const { program, package: name, neededFor } of leftOut)
  console.log(`missing: ${program} (${neededFor}); Debian has it in ${name}`);
const { build, isStale } = await import('./build.mjs');
if (await isStale()) await build();

const { status } = spawnSync(
  join(root, 'node_modules', '.bin', 'vitest'),
  ['run', '--config', join(root, 'test/usb/vitest.config.ts'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
);
process.exit(status ?? 1);
