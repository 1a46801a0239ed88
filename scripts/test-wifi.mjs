/**
 * `npm run test:wifi`: networks that a recipe names are joined by real programs, with simulated radios in an emulated
 * machine. A word after it (`npm run test:wifi -- enterprise`) chooses the networks whose descriptions contain it.
 */
import path from 'node:path';
import { installPackages, installPrograms, root } from './set-up.mjs';

installPackages();
const missing = installPrograms();
// The guest ends with this process, which has to end in an orderly way for that.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
const { runnerImport } = await import('vite');
const { module } = await runnerImport(path.join(root, 'test/wifi/run.ts'));
const { passed, failed } = await module.run(process.argv[2] ?? '');
for (const { program, package: name } of missing)
  console.log(`${program} is missing here; Debian has it in ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
