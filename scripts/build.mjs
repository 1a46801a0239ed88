/**
 * `npm run build`: bundles what runs on Node and what runs in the window, each only where its sources have changed.
 * Two builds may run at once: the second waits for the first and then finds nothing left to do.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');

/**
 * What can be built by itself. `folders` are filled from the Vite `config` in the mode of the same name; `inputs` are
 * files and folders whose change makes the part stale, besides those that all parts share.
 */
const parts = {
  program: {
    config: 'vite.node.config.ts',
    folders: ['main', 'search', 'writer', 'preload'],
    inputs: ['src/main', 'src/writer', 'src/preload', 'assets', 'vite.node.config.ts'],
  },
  window: {
    config: 'vite.renderer.config.ts',
    folders: ['renderer'],
    inputs: ['src/renderer', 'assets', 'docs/guide.md', 'vite.renderer.config.ts'],
  },
};
const shared = ['src/shared', 'package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs'];

/** Long enough for a build on a slow machine; a lock older than this was left by something that was killed. */
const lockMillis = 180_000;

/**
 * Whether any of the parts must be built again: their inputs' names, sizes or times are not those of the last build.
 * @param {(keyof typeof parts)[]} [which] all by default
 */
export function isStale(which = allParts()) {
  return which.some((part) => !isFresh(part));
}

/**
 * Builds those of the parts that are stale. Rejects with what Vite says where the source does not build, and leaves
 * the previous build in place then.
 * @param {(keyof typeof parts)[]} [which] all by default
 */
export async function build(which = allParts()) {
  mkdirSync(dist, { recursive: true });
  const unlock = await lock();
  try {
    for (const part of which) if (!isFresh(part)) await buildPart(part);
  } finally {
    unlock();
  }
}

/** @returns {(keyof typeof parts)[]} */
function allParts() {
  return ['program', 'window'];
}

/** @param {keyof typeof parts} part */
function isFresh(part) {
  const complete = parts[part].folders.every((folder) => existsSync(path.join(dist, folder)));
  return complete && stamped(part)[0] === digest(part);
}

/**
 * Removes what only earlier builds had, for packing; otherwise it stays for an hour, for programs that still load from it.
 */
export function removeLeftovers() {
  for (const part of allParts()) {
    const [, ...files] = stamped(part);
    for (const folder of parts[part].folders)
      for (const file of filesIn(path.join(dist, folder)))
        if (!files.includes(path.join(folder, file))) rmSync(path.join(dist, folder, file));
  }
}

/**
 * What the stamp of a part's last build says: the digest of its inputs, then the files that it made.
 * @param {keyof typeof parts} part
 */
function stamped(part) {
  return readIfThere(stampOf(part)).split('\n');
}

/** @param {keyof typeof parts} part */
function stampOf(part) {
  return path.join(dist, `${part}.stamp`);
}

/**
 * Names, sizes and times of all inputs of a part in one hash. Contents are not read: this runs before every command.
 * @param {keyof typeof parts} part
 */
function digest(part) {
  const hash = createHash('sha256').update(process.version);
  const add = (/** @type {string} */ file) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\n`);
    else for (const name of readdirSync(file).toSorted()) add(path.join(file, name));
  };
  for (const input of [...parts[part].inputs, ...shared]) add(path.join(root, input));
  return hash.digest('hex');
}

/** @param {keyof typeof parts} part */
async function buildPart(part) {
  // Before the build: what changes while it runs makes the result stale again.
  const stamp = digest(part);
  const { build: viteBuild } = await import('vite');
  const { config, folders } = parts[part];
  const beside = path.join(dist, `.${part}-${process.pid}`);
  // A test runner sets it to `test`, and the window would be made of React as it is for developers.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    for (const folder of folders)
      await viteBuild({
        configFile: path.join(root, config),
        mode: part === 'window' ? 'production' : folder,
        logLevel: 'warn',
        // A window that is loaded from this computer's disk may have large files.
        build: { outDir: path.join(beside, folder), emptyOutDir: true, chunkSizeWarningLimit: 10_000 },
      });
    const files = folders.flatMap((folder) =>
      filesIn(path.join(beside, folder)).map((file) => path.join(folder, file)),
    );
    for (const folder of folders) install(path.join(beside, folder), path.join(dist, folder));
    const fresh = `${stampOf(part)}.${process.pid}`;
    writeFileSync(fresh, [stamp, ...files].join('\n'));
    renameSync(fresh, stampOf(part));
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
    rmSync(beside, { recursive: true, force: true });
  }
}

/**
 * Moves a finished build into place while the previous one may be running: files whose names carry a hash first, and
 * what refers to them after. What only the previous build had stays for an hour, for programs that still load from it.
 * @param {string} from
 * @param {string} to
 */
function install(from, to) {
  mkdirSync(to, { recursive: true });
  const files = filesIn(from);
  for (const file of files.toSorted((a, b) => Number(hasHash(b)) - Number(hasHash(a)))) {
    mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    renameSync(path.join(from, file), path.join(to, file));
  }
  const anHourAgo = Date.now() - 3_600_000;
  for (const file of filesIn(to))
    if (!files.includes(file) && statSync(path.join(to, file)).mtimeMs < anHourAgo)
      rmSync(path.join(to, file));
}

/** @param {string} file */
function hasHash(file) {
  return /-[\w-]{8}\.\w+$/.test(file);
}

/** @param {string} folder @returns {string[]} paths inside the folder */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Waits until no other build runs. @returns {Promise<() => void>} how to let the next one in */
async function lock() {
  const file = path.join(dist, '.lock');
  const mine = `${process.pid} ${randomUUID()}`;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      const release = () => {
        if (readIfThere(file) === mine) rmSync(file, { force: true });
      };
      process.once('exit', release);
      return () => {
        process.off('exit', release);
        release();
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (isAbandoned(file)) rmSync(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether a lock belongs to a process that is gone, or that must be stuck. @param {string} file */
function isAbandoned(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return false;
  if (Date.now() - stat.mtimeMs > lockMillis) return true;
  const pid = Number.parseInt(readIfThere(file), 10);
  // Created and not written yet.
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
