/**
 * On macOS one app is for both processors, and electron-builder joins only what differs between two Electrons. What was
 * compiled or copied here is for the processor that this runs on: it is joined with its twin for the other one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { root } from './set-up.mjs';

/** What `npm ci` compiles, in node_modules. Other modules bring a file for each processor along. */
const compiled = ['drivelist/build/Release/drivelist.node', '@ronomon/direct-io/binding.node'];

/**
 * Joins every program with its twin. A program that is for both already stays as it is.
 * @param {string} other a folder with a Node for the other processor, `node`, and the `node_modules` that its `npm ci` made
 * @param {string} node the Node that is packed
 */
export function joinProcessors(other, node) {
  join(node, path.join(other, 'node'));
  for (const file of compiled)
    join(path.join(root, 'node_modules', file), path.join(other, 'node_modules', file));
}

function join(/** @type {string} */ own, /** @type {string} */ twin) {
  const both = spawnSync('lipo', [own, '-verify_arch', 'x86_64', 'arm64']);
  if (both.status === 0) return;
  if (!existsSync(twin)) throw new Error(`An app for both processors needs ${twin}: see release.yml.`);
  const joined = spawnSync('lipo', ['-create', own, twin, '-output', `${own}.both`], { encoding: 'utf8' });
  if (joined.status !== 0) throw new Error(`lipo did not join ${own} with ${twin}: ${joined.stderr}`);
  renameSync(`${own}.both`, own);
}
