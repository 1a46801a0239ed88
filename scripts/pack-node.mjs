/**
 * Puts the Node that runs this beside the app that is packed: the writer is started as root, by a program that is Node and
 * nothing else. Electron's own program refuses to be Node (the fuse `runAsNode` is off).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { joinProcessors } from './pack-universal.mjs';
import { root } from './set-up.mjs';

/** As electron-builder spells the folder in `extraResources`: `${os}-${arch}`. */
const systems = { linux: 'linux', darwin: 'mac', win32: 'win' };

/**
 * Copies the program to `release/node/OS-ARCH/` and proves that it works from anywhere. On macOS, where
 * `NIXBURN_OTHER_PROCESSOR` names a folder for `joinProcessors`, it is for both processors and lies in both folders.
 * @returns {string} the folder
 */
export function packNode() {
  const system = systems[/** @type {keyof typeof systems} */ (process.platform)];
  if (!system) throw new Error(`There is no package for ${process.platform}.`);
  const folder = path.join(root, 'release', 'node', `${system}-${process.arch}`);
  mkdirSync(folder, { recursive: true });
  const program = path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  rmSync(program, { force: true });
  copyFileSync(process.execPath, program);
  chmodSync(program, 0o755);
  // A Node of a Linux distribution needs libraries that other computers do not have.
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'nixburn-node-'));
  try {
    const asked = spawnSync(program, ['--version'], { cwd: elsewhere, env: {}, encoding: 'utf8' });
    if (asked.stdout.trim() !== process.version) throw new Error(`${program} does not work: ${asked.stderr}`);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
  const other = process.env['NIXBURN_OTHER_PROCESSOR'];
  if (process.platform === 'darwin' && other) {
    joinProcessors(other, program);
    for (const arch of ['x64', 'arm64']) {
      const twin = path.join(root, 'release', 'node', `mac-${arch}`);
      if (twin !== folder) cpSync(folder, twin, { recursive: true });
    }
  }
  return folder;
}

if (process.argv[1] === import.meta.filename) console.log(packNode());
