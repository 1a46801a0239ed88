/**
 * How large an installed Nixburn is, part by part: the packed app's own files, measured, and Electron's, where its program
 * is there. Reported; the only limit is for what is ours.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import electron from 'electron/package.json' with { type: 'json' };
import { makeStandIn } from '../dist/stand-in.mjs';
import { judge } from './judge.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-size-'));
try {
  const real = path.join(root, 'node_modules/electron/dist');
  const isReal = existsSync(path.join(real, 'version'));
  if (!isReal) await makeStandIn(path.join(folder, 'electron'), electron.version);
  const packed = spawnSync(
    process.execPath,
    [
      'scripts/pack.mjs',
      '--dir',
      `--electron=${isReal ? real : path.join(folder, 'electron')}`,
      `--out=${path.join(folder, 'out')}`,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  if (packed.status !== 0) throw new Error(packed.stderr);
  const resources = path.join(folder, 'out/linux-unpacked/resources');
  const ours = megabytes(path.join(resources, 'app.asar')) + megabytes(`${resources}/app.asar.unpacked`);
  const node = megabytes(path.join(resources, 'node'));
  const all = megabytes(path.join(folder, 'out/linux-unpacked'));
  const isGood = judge({ what: 'installed: what is ours', measured: ours, unit: 'MB', most: 15 });
  judge({ what: `installed: Node ${readVersion()}, which runs the writer`, measured: node, unit: 'MB' });
  judge({
    what: isReal ? 'installed: everything' : 'installed: everything but Electron, whose program is not here',
    measured: all,
    unit: 'MB',
  });
  process.exitCode = isGood ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function readVersion() {
  return JSON.parse(readFileSync(path.join(root, 'dist/licences.json'), 'utf8'))[0].version;
}

/** Of a file or of everything below a folder. */
function megabytes(/** @type {string} */ file) {
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.size / 1e6;
  return readdirSync(file).reduce(
    (sum, /** @type {string} */ name) => sum + megabytes(path.join(file, name)),
    0,
  );
}
