/**
 * `npm run bench [PART-OF-NAME]`: runs the benchmarks one after another; each measures against a plain tool in the same run
 * and prints ratios. Ends with a table of what was asked, what was measured, and whether that will do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
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
const results = mkdtempSync(join(tmpdir(), 'nixburn-bench-'));
const verdicts = join(results, 'verdicts');
let status = 0;
for (const name of readdirSync(folder).filter(
  (each) => each.endsWith('.bench.mjs') && each.includes(wanted),
)) {
  console.log(`\n── ${name}`);
  const result = spawnSync(process.execPath, [join(folder, name)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...nixEnvironment, NIXBURN_VERDICTS: verdicts },
  });
  status ||= result.status ?? 1;
}
if (existsSync(verdicts)) {
  const rows = readFileSync(verdicts, 'utf8').trim().split('\n');
  console.log(`\n── what was asked, and what came of it (load ${loadavg()[0]?.toFixed(1)})`);
  console.table(rows.map((row) => JSON.parse(row)));
}
rmSync(results, { recursive: true, force: true });
process.exit(status);
