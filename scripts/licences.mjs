/**
 * Writes what Nixburn owes to others: the licence of every package whose code is in the packed app, word for word, as
 * dist/licences.json for the window (name, version, licence, text) and as release/licences.txt for who has only the files;
 * and the same packages for programs, with their sums (release/sbom.cdx.json: CycloneDX, by `npm sbom`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './set-up.mjs';

/** What is bundled into the window and into the program; each brings along what it depends on. */
const bundled = [
  'react',
  'react-dom',
  'zustand',
  'lucide-react',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
  'zod',
  'execa',
  'ws',
];

/** @typedef {{ name: string, version: string, licence: string, text: string }} Licence */

/** Every package whose code is in the packed app, in the order of their names. @returns {Licence[]} */
export function licences() {
  const found = new Map();
  const waiting = bundled.map((name) => ({ name, from: root }));
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const folder = folderOf(next.name, next.from);
    if (folder === null || found.has(folder)) continue;
    const about = read(folder);
    found.set(folder, about);
    for (const name of Object.keys(about.dependencies ?? {})) waiting.push({ name, from: folder });
  }
  // Of what lies beside the archive exactly what is packed, and not all that it once depended on.
  for (const name of packedModules()) {
    const folder = path.join(root, 'node_modules', name);
    found.set(folder, read(folder));
  }
  const others = [...found]
    .map(([folder, about]) => ({
      name: about.name,
      version: about.version,
      licence: typeof about.license === 'string' ? about.license : (about.license?.type ?? 'not named'),
      text: ownText(folder),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
  return [node(), ...others];
}

/** The Node that lies beside the app, and what is in it; Electron and Chromium bring their own list along. */
function node() {
  const folder = path.dirname(process.execPath);
  const file = ['LICENSE', '../LICENSE', '../share/doc/node/LICENSE', '../share/doc/nodejs/copyright']
    .map((name) => path.join(folder, name))
    .find((name) => existsSync(name));
  return {
    name: 'Node.js',
    version: process.versions.node,
    licence: 'MIT',
    text: file
      ? readFileSync(file, 'utf8').trim()
      : `See https://github.com/nodejs/node/blob/${process.version}/LICENSE`,
  };
}

/** The modules that electron-builder.yml names. @returns {string[]} */
export function packedModules() {
  const text = readFileSync(path.join(root, 'electron-builder.yml'), 'utf8');
  return [...text.matchAll(/^ {2}- node_modules\/\{([^}]*)\}/gm)].flatMap(([, names = '']) =>
    names.split(','),
  );
}

/** As Node finds a package: in the nearest node_modules upwards. Null for what was not installed on this system. */
function folderOf(/** @type {string} */ name, /** @type {string} */ from) {
  for (let at = from; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (at === path.dirname(at)) return null;
  }
}

function read(/** @type {string} */ folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

function ownText(/** @type {string} */ folder) {
  const file = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying|ofl)(?:[.-]|$)/i.test(one));
  return file
    ? readFileSync(path.join(folder, file), 'utf8').trim()
    : 'The package brings no text of its licence.';
}

/** Writes dist/licences.json, which the window shows. */
export function writeLicences() {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  writeFileSync(path.join(root, 'dist/licences.json'), JSON.stringify(licences(), null, 1));
}

/** Writes what goes beside the app and beside its packages: release/licences.txt and release/sbom.cdx.json. */
export function writeNotices() {
  const folder = path.join(root, 'release');
  mkdirSync(folder, { recursive: true });
  const text = licences()
    .map((one) => `${one.name} ${one.version}: ${one.licence}\n\n${one.text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
  writeFileSync(path.join(folder, 'licences.txt'), text);
  writeFileSync(path.join(folder, 'sbom.cdx.json'), JSON.stringify(componentList(), null, 2));
}

/** What `npm sbom` says of the lock file, without what is not packed. */
function componentList() {
  const list = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    shell: process.platform === 'win32',
  });
  if (list.status !== 0) throw new Error(`npm sbom did not succeed: ${list.stderr}`);
  const all = JSON.parse(list.stdout);
  // npm takes the folder's.
  all.metadata.component.name = 'nixburn';
  const packed = new Set(licences().map(({ name, version }) => `${name}@${version}`));
  const components = all.components
    .filter((/** @type {Component} */ one) => packed.has(`${one.name}@${one.version}`))
    // Needed to build the window, and in it.
    .map((/** @type {Component} */ one) => ({ ...one, scope: 'required', properties: undefined }));
  const kept = new Set(components.map((/** @type {Component} */ one) => one['bom-ref']));
  const dependencies = all.dependencies
    .filter((/** @type {Dependency} */ one) => kept.has(one.ref))
    .map((/** @type {Dependency} */ one) => ({
      ref: one.ref,
      dependsOn: one.dependsOn.filter((ref) => kept.has(ref)),
    }));
  return { ...all, components, dependencies };
}

/**
 * @typedef {{ name: string, version: string, 'bom-ref': string }} Component
 * @typedef {{ ref: string, dependsOn: string[] }} Dependency
 */

if (process.argv[1] === import.meta.filename) {
  writeLicences();
  writeNotices();
}
