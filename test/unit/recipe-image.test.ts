/**
 * From a recipe to an image, as far as no Nix is needed for it: what is kept and what is answered at once. The builder
 * is a stand-in that counts, because a real one would make these seconds minutes; real ones are in test/nix-build.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Builder } from '../../src/main/build/builder.ts';
import { copyImage, streamImage } from '../../src/main/build/image-copy.ts';
import { keptImages } from '../../src/main/image/store.ts';
import { findPlaces, type Places } from '../../src/main/places.ts';
import { buildRecipe, type RecipeBuild } from '../../src/main/recipe-image.ts';
import { done, failed, problem } from '../../src/shared/problem.ts';
import { emptyRecipe } from '../../src/shared/recipe.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-recipe-'));
const iso = path.join(folder, 'x.iso');
beforeAll(() => {
  mkdirSync(path.join(folder, 'tree'));
  execFileSync(
    'xorriso',
    ['-as', 'mkisofs', '-quiet', '-V', 'NIXOS_TINY', '-o', iso, path.join(folder, 'tree')],
    {
      stdio: 'pipe',
    },
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let places: Places;
let builds: number;
beforeEach(() => {
  const home = mkdtempSync(path.join(folder, 'home-'));
  places = findPlaces({ platform: 'linux', env: { NIXBURN_HOME: home }, home });
  builds = 0;
});

/** Takes any flake, writes a lock as Nix does, and gives the tiny image. */
const builder: Builder = {
  name: 'a stand-in',
  remote: true,
  facts: async () => failed(problem('none', 'None.')),
  // oxlint-disable-next-line require-yield
  async *build(flakeDir) {
    builds += 1;
    await writeFile(path.join(flakeDir, 'flake.lock'), lock);
    const { length: bytes } = await readFile(iso);
    return done({
      bytes,
      lock: null,
      stream: (signal) => streamImage(iso, signal),
      copyTo: (file, signal) => copyImage(iso, file, signal),
      async release() {},
    });
  },
};
const lock = '{"nodes":{"root":{}},"root":"root","version":7}';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPnVHOqOgHrfk5ZkAdWf4u6wBdC0W5pNU4iNdIVT5Zg test';
const recipe = { ...emptyRecipe(), name: 'attic', keys: [key] } as RecipeBuild['recipe'];

async function build(more: Partial<RecipeBuild> = {}) {
  const job = buildRecipe({ recipe, nixpkgs: null, builder, places, ...more }, new AbortController().signal);
  const notes: string[] = [];
  let next = await job.next();
  for (; !next.done; next = await job.next()) if (next.value.kind === 'note') notes.push(next.value.text);
  if (!next.value.ok) throw new Error(next.value.problem.title);
  return { image: next.value.value, notes };
}
const built = /built before/;

describe('The same recipe again', () => {
  test('is answered at once, with the same image', async () => {
    const first = await build();
    expect(first.notes.join()).not.toMatch(built);
    const again = await build();
    expect(again.image).toEqual(first.image);
    expect(again.notes.join()).toMatch(built);
    expect(builds).toBe(1);
  });

  test('is copied to where it is wanted', async () => {
    await build();
    const out = path.join(folder, 'copy.iso');
    const { image } = await build({ out });
    expect(image).toMatchObject({ path: out, volumeId: 'NIXOS_TINY' });
    expect((await readFile(out)).equals(await readFile(iso))).toBe(true);
    expect(builds).toBe(1);
  });

  test('is built anew where its image is not there any more', async () => {
    const { image } = await build();
    await rm(image.path);
    await build();
    expect(builds).toBe(2);
  });

  test('to be updated from a computer without Nix is locked anew by the builder’s', async () => {
    await build();
    const before = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      await build({ update: true });
    } finally {
      process.env['PATH'] = before;
    }
    expect(builds).toBe(2);
  });

  test('with one thing changed is another image, which leaves the first where it is', async () => {
    const vim = { ...recipe, packages: ['vim'] };
    const [first, second] = [await build(), await build({ recipe: vim })];
    expect(path.basename(first.image.path)).toBe(path.basename(second.image.path));
    expect([(await build()).image, (await build({ recipe: vim })).image]).toEqual([
      first.image,
      second.image,
    ]);
    expect(builds).toBe(2);
    const inside = await readdir(path.dirname(first.image.path));
    expect(inside.toSorted()).toEqual(['nixos-installer.iso', 'nixos-installer.iso.nixburn.json']);
  });
});

test('Beyond the limit the oldest image goes', async () => {
  for (const name of ['one', 'two', 'three'])
    await build({ recipe: { ...recipe, image: { ...recipe.image, fileName: name } }, keepGigabytes: 1e-6 });
  expect((await keptImages(places.images)).map(({ fileName }) => fileName)).toEqual(['three.iso']);
});

test('Nothing of a build stays but the image, what was learnt, and the log', async () => {
  await build();
  expect((await readdir(places.cache)).toSorted()).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/^flake-/)]),
  );
  expect((await readdir(path.join(places.logs, 'builds'))).length).toBe(1);
});

describe('A disk that is full in the end', () => {
  test('keeps no image that nobody would find again, and is said in words', async () => {
    const { length } = await readFile(iso);
    mkdirSync(places.images, { recursive: true });
    const size = `size=${Math.ceil(length / 4096) * 4096}`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'nixburn-test', places.images]);
    try {
      const job = buildRecipe({ recipe, nixpkgs: null, builder, places }, new AbortController().signal);
      let next = await job.next();
      while (!next.done) next = await job.next();
      expect(next.value).toMatchObject({ ok: false, problem: { code: 'target-full' } });
      expect(await readdir(places.images)).toEqual([]);
    } finally {
      execFileSync('umount', [places.images]);
    }
  });

  test('costs the revision of nixpkgs, and not the image', async () => {
    const locks = path.join(places.data, 'locks');
    mkdirSync(locks, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'nixburn-test', locks]);
    try {
      await writeFile(path.join(locks, 'full'), Buffer.alloc(4096));
      const { image, notes } = await build();
      expect(notes.join()).toMatch(/could not be kept/);
      expect(await keptImages(places.images)).toMatchObject([image]);
      expect(await readdir(locks)).toEqual(['full']);
    } finally {
      execFileSync('umount', [locks]);
    }
  });
});
