/** The images that are kept: listed, known by what determines them, removed. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  buildFolder,
  findKept,
  flakeKey,
  keepBuilt,
  keepImage,
  keptImages,
  removeKept,
  trimKept,
} from '../../src/main/image/store.ts';
import type { Image } from '../../src/shared/contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(folder, 'images-'));
});

/** An image file of so many bytes, made so many minutes ago, and its description. */
async function made(name: string, bytes = 100, minutesAgo = 0): Promise<Image> {
  const file = path.join(dir, name);
  await writeFile(file, randomBytes(bytes));
  const time = new Date(Date.now() - minutesAgo * 60_000);
  await utimes(file, time, time);
  const sha256 = randomBytes(32).toString('hex');
  return {
    id: sha256,
    path: file,
    fileName: name,
    bytes,
    sha256,
    volumeId: 'NIXOS',
    bootModes: ['uefi'],
    name: 'attic',
  };
}
const names = async () => (await keptImages(dir)).map(({ fileName }) => fileName);

test('Images are listed, the newest first, as they were described', async () => {
  const [old, young] = [await made('old.iso', 10, 60), await made('young.iso')];
  await keepImage(dir, young);
  await keepImage(dir, old);
  expect(await keptImages(dir)).toMatchObject([young, old]);
  const [{ builtAt } = { builtAt: '' }] = (await keptImages(dir)).slice(1);
  expect(Date.now() - Date.parse(builtAt)).toBeGreaterThan(59 * 60_000);
  expect(await keptImages(path.join(dir, 'nowhere'))).toEqual([]);
});

test('An image that is gone, that was changed, or whose record makes no sense is passed over', async () => {
  for (const name of ['gone.iso', 'changed.iso', 'odd.iso', 'good.iso'])
    await keepImage(dir, await made(name));
  await rm(path.join(dir, 'gone.iso'));
  await writeFile(path.join(dir, 'changed.iso'), 'shorter');
  await writeFile(path.join(dir, 'odd.iso.nixburn.json'), '{ "id": 1');
  expect(await names()).toEqual(['good.iso']);
});

test('An image that lies elsewhere is a mistake', async () => {
  const image = await made('a.iso');
  await expect(keepImage(path.join(dir, 'other'), image)).rejects.toThrow(/does not lie in/);
});

test('An image is found by its key, and only while it is whole', async () => {
  const image = await made('a.iso');
  await keepImage(dir, image, 'key-a');
  expect(await findKept(dir, 'key-a')).toEqual(image);
  expect(await findKept(dir, 'key-b')).toBeNull();
  await writeFile(image.path, 'changed');
  expect(await findKept(dir, 'key-a')).toBeNull();
});

test('Images of one name lie beside each other, each where its key says, and one of the same key takes its place', async () => {
  const built = async (key: string | null) => {
    const at = await buildFolder(dir);
    const image = await made('attic.iso');
    const file = path.join(at, 'attic.iso');
    await rename(image.path, file);
    return keepBuilt(dir, { ...image, path: file }, key);
  };
  const [one, other, again] = [await built('a'.repeat(64)), await built('b'.repeat(64)), await built(null)];
  expect(one.path).toBe(path.join(dir, 'a'.repeat(16), 'attic.iso'));
  expect((await keptImages(dir)).map(({ id }) => id).toSorted()).toEqual(
    [one.id, other.id, again.id].toSorted(),
  );
  const newer = await built('a'.repeat(64));
  expect(await findKept(dir, 'a'.repeat(64))).toEqual(newer);
  expect(await keptImages(dir)).toHaveLength(3);
  for (const { id } of [newer, other, again]) expect(await removeKept(dir, id)).toBe(true);
  expect(await readdir(dir)).toEqual([]);
});

test('A folder in which a build was given up goes when a day has passed', async () => {
  const [old, young] = [await buildFolder(dir), await buildFolder(dir)];
  const time = new Date(Date.now() - 25 * 60 * 60_000);
  await utimes(old, time, time);
  await trimKept(dir, 1000);
  expect(await readdir(dir)).toEqual([path.basename(young)]);
});

test('An image that was kept without a key is never taken for another', async () => {
  await keepImage(dir, await made('a.iso'));
  expect(await findKept(dir, 'null')).toBeNull();
});

test('Removing takes the image and what was remembered of it', async () => {
  const image = await made('a.iso');
  await keepImage(dir, image);
  await writeFile(path.join(dir, 'my-own.iso'), 'not Nixburn’s');
  expect(await removeKept(dir, image.id)).toBe(true);
  expect(await removeKept(dir, image.id)).toBe(false);
  expect(await readdir(dir)).toEqual(['my-own.iso']);
});

test('Beyond the limit the oldest go, and the newest stays whatever its size', async () => {
  for (const [name, bytes, age] of [
    ['a.iso', 300, 1],
    ['b.iso', 300, 2],
    ['c.iso', 300, 3],
  ] as const)
    await keepImage(dir, await made(name, bytes, age));
  await trimKept(dir, 700);
  expect(await names()).toEqual(['a.iso', 'b.iso']);
  await trimKept(dir, 10);
  expect(await names()).toEqual(['a.iso']);
  expect((await readdir(dir)).toSorted()).toEqual(['a.iso', 'a.iso.nixburn.json']);
});

describe('What determines an image', () => {
  let flake: string;
  beforeEach(async () => {
    flake = mkdtempSync(path.join(folder, 'flake-'));
    await mkdir(path.join(flake, 'slot'));
    await writeFile(path.join(flake, 'flake.nix'), '{ }');
    await writeFile(path.join(flake, 'flake.lock'), '{"version":7}');
    await writeFile(path.join(flake, 'slot/slot'), Buffer.alloc(1000));
  });

  test('is every file of its flake, by name and content', async () => {
    const before = await flakeKey(flake);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await flakeKey(flake)).toBe(before);
    const changes: [string, string][] = [
      ['flake.nix', '{ a = 1; }'],
      ['flake.lock', '{"version":8}'],
      ['slot/slot', 'x'],
      ['new.nix', ''],
    ];
    const keys = new Set([before]);
    for (const [name, text] of changes) {
      await writeFile(path.join(flake, name), text);
      keys.add(await flakeKey(flake));
    }
    expect(keys.size).toBe(changes.length + 1);
  });

  test('is not known without a lock, because the next build may take a newer nixpkgs', async () => {
    await rm(path.join(flake, 'flake.lock'));
    expect(await flakeKey(flake)).toBeNull();
  });

  test('is not the folder’s own git', async () => {
    const before = await flakeKey(flake);
    await mkdir(path.join(flake, '.git'));
    await writeFile(path.join(flake, '.git/HEAD'), 'ref: refs/heads/main');
    expect(await flakeKey(flake)).toBe(before);
  });

  test('differs where only the border between two files moves', async () => {
    const keyOf = async (files: [string, string][]) => {
      const one = mkdtempSync(path.join(folder, 'flake-'));
      for (const [name, text] of [['flake.lock', ''], ...files] as [string, string][])
        await writeFile(path.join(one, name), text);
      return flakeKey(one);
    };
    expect(await keyOf([['a', 'bc']])).not.toBe(await keyOf([['ab', 'c']]));
    expect(
      await keyOf([
        ['a', 'b'],
        ['c', 'd'],
      ]),
    ).not.toBe(await keyOf([['a', 'b1:c:1:d']]));
  });
});
