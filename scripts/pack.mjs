/**
 * `npm run dist`: builds everything and has electron-builder make the packages of this system.
 *
 *   --dir             only the folder, no package
 *   --electron=DIR    an unpacked Electron to take instead of downloading one
 *   --out=DIR         where it goes, instead of release/
 */
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, Platform } from 'electron-builder';
import electron from 'electron/package.json' with { type: 'json' };
import { build as buildProgram, removeLeftovers } from './build.mjs';
import { writeLicences, writeNotices } from './licences.mjs';
import { packNode } from './pack-node.mjs';
import { root } from './set-up.mjs';

const { values } = parseArgs({
  options: { dir: { type: 'boolean' }, electron: { type: 'string' }, out: { type: 'string' } },
});
// What a workflow makes of a secret that is not there; electron-builder would look for a certificate in the folder `''`.
for (const name of ['CSC_LINK', 'CSC_KEY_PASSWORD']) if (process.env[name] === '') delete process.env[name];
await buildProgram();
removeLeftovers();
packNode();
writeLicences();
writeNotices();
packCommand();
await build({
  projectDir: root,
  targets: values.dir ? Platform.current().createTarget('dir') : Platform.current().createTarget(),
  publish: 'never',
  config: {
    extends: 'electron-builder.yml',
    electronVersion: electron.version,
    ...(values.electron ? { electronDist: values.electron } : {}),
    ...(values.out ? { directories: { output: values.out, buildResources: 'assets' } } : {}),
  },
});

/** The command line as a folder of its own: electron-builder leaves out of the archive what it copies beside it. */
function packCommand() {
  const folder = path.join(root, 'release/command');
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['bin', 'dist/main', 'dist/renderer', 'dist/licences.json', 'package.json'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
}
