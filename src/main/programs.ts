/** Says where the built parts of Nixburn lie, from the source tree as well as from an installed package. */
import path from 'node:path';

/** Two levels up from `src/main` and from `dist/main` alike: the project, or the packaged app's archive. */
const root = path.resolve(import.meta.dirname, '../..');

const unpacked = root.replace(/app\.asar$/, 'app.asar.unpacked');

/** Absolute paths. */
export const programs = {
  /** The files of the window. */
  renderer: path.join(root, 'dist/renderer'),
  preload: path.join(root, 'dist/preload/preload.cjs'),
  /** A thread: loaded by Node itself, so it lies unpacked, too. */
  searchWorker: path.join(unpacked, 'dist/search/search-worker.mjs'),
  /** Started as root, outside Electron's archive support: so it lies unpacked beside the archive. */
  writer: path.join(unpacked, 'dist/writer/writer.mjs'),
};
