/** A copy of an image on a file system that can share blocks: it takes no room, and is a file of its own. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { copyImage } from '../../src/main/build/image-copy.ts';
import { noLoops, run, Traces } from './loop.ts';

const mebi = 1024 * 1024;
/** The smallest that mkfs.btrfs takes is 109 MB; the image and three real copies of it do not fit. Bytes. */
const room = 128 * mebi;
const bytes = 40 * mebi;
const makeFileSystem = '/sbin/mkfs.btrfs';
const isMissing = noLoops ?? (existsSync(makeFileSystem) ? null : 'btrfs-progs is not installed');
const traces = new Traces();
afterEach(() => traces.undoAll());

const never = new AbortController().signal;

describe.skipIf(isMissing !== null)(`On btrfs (${isMissing ?? 'real'})`, () => {
  test('a copy shares the blocks of an image from the store, and may be changed by its owner', async () => {
    const folder = await traces.folder();
    const loop = await traces.loop(85, folder, room);
    await run(makeFileSystem, ['-q', '-M', loop.path]);
    const at = path.join(folder, 'mounted');
    await traces.mount(loop.path, at);
    const image = randomBytes(bytes);
    const from = path.join(at, 'image');
    await writeFile(from, image);
    // As everything in the store of Nix.
    await chmod(from, 0o444);

    for (const name of ['first', 'second', 'third']) {
      const to = path.join(at, name);
      const copy = copyImage(from, to, never);
      let next = await copy.next();
      while (!next.done) next = await copy.next();
      expect(next.value.bytes).toBe(bytes);
      expect((await readFile(to)).equals(image)).toBe(true);
      expect((await stat(to)).mode & 0o777).toBe(0o644);
    }
    await writeFile(path.join(at, 'first'), 'changed');
    expect((await readFile(from)).equals(image)).toBe(true);
  });
});
