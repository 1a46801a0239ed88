/** Makes a folder that electron-builder takes for Electron where its program can not be had: all that is packed is real but that. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What marks the fuses in Electron's program (`@electron/fuses`): a word, a version, how many, and each as `0` or `1`. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = 9;

/**
 * @param {string} folder is made
 * @param {string} version of Electron
 */
export async function makeStandIn(folder, version) {
  await mkdir(path.join(folder, 'resources'), { recursive: true });
  await mkdir(path.join(folder, 'locales'), { recursive: true });
  const wire = Buffer.concat([
    Buffer.from(sentinel),
    Buffer.from([1, fuses]),
    Buffer.from('1'.repeat(fuses)),
  ]);
  await writeFile(path.join(folder, 'electron'), Buffer.concat([Buffer.from('stand-in\n'), wire]));
  await chmod(path.join(folder, 'electron'), 0o755);
  await writeFile(path.join(folder, 'version'), version);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak', 'chrome-sandbox'])
    await writeFile(path.join(folder, name), `${name}\n`);
}
