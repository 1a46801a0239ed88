/** How long `nixburn personalise` takes on a finished stick, from its start to its end: at most 3 s. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { judge } from './judge.mjs';
import { mebi, round, withLoop } from './writer.mjs';

const loop = '/dev/loop119';
const runs = Number(process.env.PAIRS ?? 5);
const nixburn = path.resolve(import.meta.dirname, '../../bin/nixburn');

await withLoop({ loop, bytes: 64 * mebi }, async (folder) => {
  const slot = Buffer.alloc(262_144);
  slot.write('NIXBURN\0\u0001', 'latin1');
  mkdirSync(path.join(folder, 'contents/nixburn'), { recursive: true });
  writeFileSync(path.join(folder, 'contents/nixburn/slot'), slot);
  const image = path.join(folder, 'image.iso');
  const make = ['-as', 'mkisofs', '-quiet', '-R', '-V', 'BENCH', '-o', image, path.join(folder, 'contents')];
  if (spawnSync('xorriso', make, { stdio: 'ignore' }).status !== 0) throw new Error('xorriso failed');
  writeFileSync(loop, readFileSync(image));
  const recipe = path.join(folder, 'recipe.json');
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPnVHOqOgHrfk5ZkAdWf4u6wBdC0W5pNU4iNdIVT5Zg bench';
  const wifi = { networks: [{ ssid: 'Attic', passphrase: 'correct horse' }] };
  writeFileSync(recipe, JSON.stringify({ schema: 1, name: 'attic', keys: [key], wifi }), { mode: 0o600 });
  const times = Array.from({ length: runs }, () => {
    const started = performance.now();
    const ran = spawnSync(process.execPath, [nixburn, 'personalise', loop, '--with', recipe], {
      env: { ...process.env, NIXBURN_HOME: path.join(folder, 'home') },
      encoding: 'utf8',
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return performance.now() - started;
  }).toSorted((one, other) => one - other);
  const median = times[Math.floor(runs / 2)] ?? 0;
  const worst = times.at(-1) ?? 0;
  console.log(
    `personalised within ${round(median)} ms, the longest of ${runs} ${round(worst)} ms (at most 3000)`,
  );
  return judge({ what: 'personalise a stick', measured: median, unit: 'ms', most: 3000 }) ? 0 : 1;
});
