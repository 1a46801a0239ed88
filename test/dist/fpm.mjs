#!/usr/bin/env node
/**
 * Stands in for fpm, which electron-builder downloads, where that can not be had: understands what electron-builder says
 * to it and makes the package with the system's own dpkg-deb, rpmbuild or bsdtar. Nothing is packed tightly: these are
 * looked into and thrown away.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Options without a value; of every other the next word is one. */
const alone = new Set(['--force', '--debug']);
/** @type {Map<string, string[]>} */
const options = new Map();
/** @type {[string, string][]} */
const mappings = [];
const words = process.argv.slice(2);
for (let word = words.shift(); word !== undefined; word = words.shift()) {
  if (alone.has(word)) continue;
  if (word.startsWith('-')) options.set(word, [...(options.get(word) ?? []), words.shift() ?? '']);
  else mappings.push(/** @type {[string, string]} */ (word.split('=')));
}
const all = (/** @type {string} */ name) => options.get(name) ?? [];
const one = (/** @type {string} */ name) => all(name)[0] ?? '';

const work = mkdtempSync(path.join(tmpdir(), 'nixburn-fpm-'));
const tree = path.join(work, 'tree');
try {
  for (const [from, to] of mappings) {
    const target = path.join(tree, to);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    // As fpm does with its own: files of a package belong to everybody's reading.
    if (!from.endsWith('/')) chmodSync(target, to.startsWith('/usr/bin/') ? 0o755 : 0o644);
  }
  const makers = { deb: makeDeb, rpm: makeRpm, pacman: makePacman };
  const make = makers[/** @type {keyof typeof makers} */ (one('-t'))];
  if (!make) throw new Error(`There is no stand-in for a package of the kind ${one('-t')}.`);
  make();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function makeDeb() {
  const control = path.join(tree, 'DEBIAN');
  mkdirSync(control, { recursive: true });
  writeFileSync(
    path.join(control, 'control'),
    [
      `Package: ${one('--name')}`,
      `Version: ${one('--version')}`,
      `Architecture: ${one('--architecture')}`,
      `Maintainer: ${one('--maintainer')}`,
      `Depends: ${all('-d').join(', ')}`,
      `Recommends: ${all('--deb-recommends').join(', ')}`,
      `Priority: ${one('--deb-priority')}`,
      `Homepage: ${one('--url')}`,
      `Description: ${one('--description')}`,
      '',
    ].join('\n'),
  );
  for (const [option, name] of [
    ['--after-install', 'postinst'],
    ['--after-remove', 'postrm'],
  ]) {
    cpSync(one(String(option)), path.join(control, String(name)));
    chmodSync(path.join(control, String(name)), 0o755);
  }
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, one('--package')]);
}

function makeRpm() {
  const spec = path.join(work, 'package.spec');
  // A dash is not allowed in a version; electron-builder has seen to it.
  writeFileSync(
    spec,
    [
      `Name: ${one('--name')}`,
      `Version: ${one('--version')}`,
      'Release: 1',
      `Summary: ${one('--rpm-summary')}`,
      `License: ${one('--license')}`,
      `URL: ${one('--url')}`,
      'AutoReqProv: no',
      ...all('-d').map((name) => `Requires: ${name}`),
      '%description',
      one('--description'),
      '%post',
      readFileSync(one('--after-install'), 'utf8').replaceAll('%', '%%'),
      '%postun',
      readFileSync(one('--after-remove'), 'utf8').replaceAll('%', '%%'),
      '%files',
      '%defattr(-, root, root)',
      ...mappings.map(([, to]) => to),
      '',
    ].join('\n'),
  );
  execFileSync(
    'rpmbuild',
    [
      ...['-bb', '--quiet', '--target', one('--architecture'), '--buildroot', tree],
      ...['--define', `_topdir ${work}`, '--define', '_binary_payload w0.gzdio'],
      ...['--define', '__os_install_post %{nil}', '--define', '_build_id_links none', spec],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const made = `${one('--name')}-${one('--version')}-1.${one('--architecture')}.rpm`;
  cpSync(path.join(work, 'RPMS', one('--architecture'), made), one('--package'));
}

function makePacman() {
  writeFileSync(
    path.join(tree, '.PKGINFO'),
    [
      `pkgname = ${one('--name')}`,
      `pkgver = ${one('--version')}-1`,
      `pkgdesc = ${one('--description')}`,
      `url = ${one('--url')}`,
      `arch = ${one('--architecture')}`,
      `license = ${one('--license')}`,
      ...all('-d').map((name) => `depend = ${name}`),
      '',
    ].join('\n'),
  );
  const install = (/** @type {string} */ name, /** @type {string} */ option) =>
    `${name}() {\n${readFileSync(one(option), 'utf8')}\n}\n`;
  writeFileSync(
    path.join(tree, '.INSTALL'),
    install('post_install', '--after-install') + install('post_remove', '--after-remove'),
  );
  const made = path.join(work, 'package.tar');
  execFileSync('bsdtar', ['--uid', '0', '--gid', '0', '-cf', made, '-C', tree, '.PKGINFO', '.INSTALL', 'opt', 'usr']);
  cpSync(made, one('--package'));
}
