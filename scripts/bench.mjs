/** `npm run bench`: runs the benchmarks one after another; each measures against a plain tool in the same run and prints ratios. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, totalmem, release } from 'node:os';
import { join } from 'node:path';
import { installPackages, installPrograms, nixEnvironment, root } from './set-up.mjs';

installPackages();
installPrograms();
const { build, isStale } = await import('./build.mjs');
if (await isStale()) await build();

const processors = cpus();
console.log(
  `${processors.length} × ${processors[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.version}`,
);
const folder = join(root, 'test', 'bench');
const wanted = process.argv[2] ?? '';
let status = 0;
for (const name of readdirSync(folder).filter(
  (each) => each.endsWith('.bench.mjs') && each.includes(wanted),
)) {
  console.log(`\n── ${name}`);
  const result = spawnSync(process.execPath, [join(folder, name)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...nixEnvironment },
  });
  status ||= result.status ?? 1;
}
process.exit(status);
