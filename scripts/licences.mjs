/**
 * Writes what the packed app owes to others: the licence of every package whose code is in it, word for word, and a list of
 * all of them for programs (CycloneDX, by `npm sbom`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './set-up.mjs';

/** What is bundled into the window; package.json lists it for development, because nothing of it is loaded at run time. */
const inTheWindow = [
  'react',
  'react-dom',
  'zustand',
  'lucide-react',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
];

/** The licence texts of the app's packages, each under its name and version. */
export function licenceText() {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const found = new Map();
  const waiting = [...Object.keys(dependencies), ...inTheWindow].map((name) => ({ name, from: root }));
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const folder = folderOf(next.name, next.from);
    if (folder === null || found.has(folder)) continue;
    const about = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    found.set(folder, { about, text: ownText(folder) });
    for (const name of Object.keys(about.dependencies ?? {})) waiting.push({ name, from: folder });
  }
  return [...found.values()]
    .toSorted((a, b) => a.about.name.localeCompare(b.about.name))
    .map(({ about, text }) => `${about.name} ${about.version}: ${nameOf(about)}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** As Node finds a package: in the nearest node_modules upwards. Null for what was not installed on this system. */
function folderOf(/** @type {string} */ name, /** @type {string} */ from) {
  for (let at = from; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (at === path.dirname(at)) return null;
  }
}

function ownText(/** @type {string} */ folder) {
  const file = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying|ofl)(?:[.-]|$)/i.test(one));
  return file
    ? readFileSync(path.join(folder, file), 'utf8').trim()
    : 'The package brings no text of its licence.';
}

function nameOf(/** @type {{ license?: string | { type?: string } }} */ { license }) {
  return typeof license === 'string' ? license : (license?.type ?? 'not named');
}

/** Writes `release/licences.txt` and `release/sbom.cdx.json`. */
export function writeLicences() {
  const folder = path.join(root, 'release');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'licences.txt'), licenceText());
  const list = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 100_000_000,
      shell: process.platform === 'win32',
    },
  );
  if (list.status !== 0) throw new Error(`npm sbom did not succeed: ${list.stderr}`);
  writeFileSync(path.join(folder, 'sbom.cdx.json'), list.stdout);
}

if (process.argv[1] === import.meta.filename) writeLicences();
