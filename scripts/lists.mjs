/**
 * Makes assets/lists.json: the names of all time zones, locales, keyboard layouts and console fonts that a person can
 * choose from, as the projects that keep them list them. To be run when NixOS has taken in newer versions of these:
 *
 *     apt-get download locales tzdata && apt-get source --download-only kbd
 *     dpkg-deb -x locales_*.deb debian && dpkg-deb -x tzdata_*.deb debian
 *     node scripts/lists.mjs debian kbd_*.orig.tar.gz
 *
 * - time zones: the IANA time zone database, `zone.tab`: names, and the country of each (ISO 3166-1 alpha-2)
 * - locales: glibc's `SUPPORTED`, those in UTF-8, which is what i18n.supportedLocales of NixOS takes
 * - layouts and fonts: kbd, whose maps for PCs and fonts NixOS installs under their own names
 * - fonts of Terminus: the ones with all characters ("v"), as its INSTALL file lists them
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [debian, kbd] = process.argv.slice(2);
if (!debian || !kbd) {
  console.error('usage: node scripts/lists.mjs DEBIAN-FOLDER KBD-ARCHIVE (see the head of this file)');
  process.exit(2);
}
const linesOf = (file) => readFileSync(path.join(debian, file), 'utf8').split('\n');

const timeZones = linesOf('usr/share/zoneinfo/zone.tab')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'))
  .map(([country, , name]) => [name, country])
  .sort(([one], [other]) => (one < other ? -1 : 1));

const locales = linesOf('usr/share/i18n/SUPPORTED')
  .map((line) => line.trim().split(' '))
  .filter(([, charset]) => charset === 'UTF-8')
  // As it stands there: `ar_IN` is in UTF-8 without saying so, and is not called `ar_IN.UTF-8`.
  .map(([name]) => name)
  .sort();

const archive = execFileSync('tar', ['-tf', kbd], { encoding: 'utf8' }).split('\n');
const namesIn = (pattern) => [...new Set(archive.flatMap((file) => pattern.exec(file)?.[1] ?? []))].sort();
const keyMaps = namesIn(/\/data\/keymaps\/i386\/(?!include\/)[^/]+\/([^/]+)\.map$/);
const terminus = [12, 14, 16, 18, 20, 22, 24, 28, 32].flatMap((size) =>
  (size === 12 ? ['n'] : ['n', 'b']).map((weight) => `ter-v${size}${weight}`),
);
const consoleFonts = [
  ...namesIn(/\/data\/consolefonts\/(?!README)([^/]+)\.(?:psfu?|fnt)$/),
  ...terminus,
].sort();

writeFileSync(
  new URL('../assets/lists.json', import.meta.url),
  `${JSON.stringify({ timeZones, locales, keyMaps, consoleFonts })}\n`,
);
console.log(
  `${timeZones.length} time zones, ${locales.length} locales, ${keyMaps.length} layouts, ${consoleFonts.length} fonts`,
);
