/** Says where the built parts of Nixburn lie, from the source tree as well as from an installed package. */
import path from 'node:path';

/** Two levels up from `src/main` and from `dist/main` alike: the project, or the packaged app's archive, or, for the command
 * line of a package, the folder of what is not in the archive. */
const root = path.resolve(import.meta.dirname, '../..');

const unpacked = root.replace(/app\.asar$/, 'app.asar.unpacked');
/** The folder beside the archive of a packaged app; null in the source tree, where nothing is packed. */
const beside = /app\.asar(?:\.unpacked)?$/.test(root) ? path.dirname(root) : null;
const node = process.platform === 'win32' ? 'node.exe' : 'node';

/** Absolute paths. */
export const programs = {
  /** The files of the window. */
  renderer: path.join(root, 'dist/renderer'),
  preload: path.join(root, 'dist/preload/preload.cjs'),
  /** Which packages are part of Nixburn, and their licences; made when it is packed. */
  licences: path.join(root, 'dist/licences.json'),
  /** A thread: loaded by Node itself, so it lies unpacked, too. */
  searchWorker: path.join(unpacked, 'dist/search/search-worker.mjs'),
  /** Started as root, outside Electron's archive support: so it lies unpacked beside the archive. */
  writer: path.join(unpacked, 'dist/writer/writer.mjs'),
  /** What runs the writer. Electron's program is no Node once it is packed. */
  node: beside === null ? process.execPath : path.join(beside, 'node', node),
  /** What asks for the password under a name of its own; null where polkit would be asked for Node itself. */
  launcher: beside !== null && process.platform === 'linux' ? path.join(beside, 'nixburn-writer') : null,
};
