/** Says where the built parts of Nixburn lie, from the source tree as well as from an installed package. */
import path from 'node:path';

/** Two levels up from `src/main` and from `dist/main` alike: the project, or the packaged app's archive. */
const root = path.resolve(import.meta.dirname, '../..');

/** Absolute paths. */
export const programs = {
  /** The files of the window. */
  renderer: path.join(root, 'dist/renderer'),
  preload: path.join(root, 'dist/preload/preload.cjs'),
  /** Started as root, outside Electron's archive support: so it lies unpacked beside the archive. */
  writer: path.join(root.replace(/app\.asar$/, 'app.asar.unpacked'), 'dist/writer/writer.mjs'),
};
