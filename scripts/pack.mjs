/**
 * `npm run dist`: builds everything and has electron-builder make the packages of this system.
 *
 *   --dir             only the folder, no package
 *   --electron=DIR    an unpacked Electron to take instead of downloading one
 *   --out=DIR         where it goes, instead of release/
 */
import { parseArgs } from 'node:util';
import { build, Platform } from 'electron-builder';
import electron from 'electron/package.json' with { type: 'json' };
import { build as buildProgram } from './build.mjs';
import { writeLicences } from './licences.mjs';
import { packNode } from './pack-node.mjs';
import { root } from './set-up.mjs';

const { values } = parseArgs({
  options: { dir: { type: 'boolean' }, electron: { type: 'string' }, out: { type: 'string' } },
});
await buildProgram();
packNode();
writeLicences();
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
