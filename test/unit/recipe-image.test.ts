/** A recipe that is built again is built from the same nixpkgs: with a builder that stands in for minutes of Nix. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noImage, type Builder } from '../../src/main/build/builder.ts';
import { copyImage } from '../../src/main/build/image-copy.ts';
import { findPlaces } from '../../src/main/places.ts';
import { buildRecipe } from '../../src/main/recipe-image.ts';
import { done, failed } from '../../src/shared/problem.ts';
import { makeIso } from '../slot/iso.ts';
import { recipeOf } from '../recipes.ts';
import type { RecipeWithSecrets } from '../../src/main/recipe-file.ts';

let base = '';
let iso = '';
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'nixburn-recipe-image-'));
  iso = await makeIso(base, 'image');
});
afterAll(() => rm(base, { recursive: true, force: true }));

let count = 0;

/** A place for a person's files, and how to build there. */
function home() {
  const places = findPlaces({
    platform: 'linux',
    env: { NIXBURN_HOME: path.join(base, `home-${(count += 1)}`) },
    home: '/',
  });
  /** What each build was locked to when Nix began; null: to nothing. */
  const locks: (string | null)[] = [];
  let newest = 1;
  let works = true;
  const builder: Builder = {
    name: 'a stand-in',
    facts: async () => failed(noImage('')),
    async *build(flakeDir) {
      yield { kind: 'phase', phase: 'evaluate' };
      const lock = path.join(flakeDir, 'flake.lock');
      let text: string | null = null;
      try {
        text = readFileSync(lock, 'utf8');
      } catch {
        // As Nix does: the newest there is.
        writeFileSync(lock, `revision ${newest}`);
      }
      locks.push(text);
      newest += 1;
      if (!works) return failed(noImage(''));
      const { size: bytes } = await stat(iso);
      return done({
        bytes,
        lock: null,
        stream: () => {
          throw new Error('not asked for here');
        },
        copyTo: (file, signal) => copyImage(iso, file, signal),
        release: async () => {},
      });
    },
  };
  return {
    locks,
    places,
    fail: (fails: boolean) => (works = !fails),
    async build(fields: object = {}, nixpkgs: string | null = null) {
      const recipe = recipeOf({ name: 'attic', ...fields }) as RecipeWithSecrets;
      const job = buildRecipe({ recipe, nixpkgs, builder, places }, new AbortController().signal);
      for (;;) {
        const next = await job.next();
        if (next.done) return next.value;
      }
    },
  };
}

describe('a recipe that is built', () => {
  test('for the first time takes what is newest, and afterwards the same, whatever is changed in it', async () => {
    const { build, locks } = home();
    expect((await build()).ok).toBe(true);
    await build();
    await build({ packages: ['vim'], locale: 'sv_SE.UTF-8' });
    expect(locks).toEqual([null, 'revision 1', 'revision 1']);
  });

  test('for another release, from another nixpkgs or under another name has a revision of its own', async () => {
    const { build, locks } = home();
    await build();
    await build({ release: '25.11' });
    await build({ name: 'cellar' });
    await build({}, 'github:somebody/nixpkgs');
    await build({ release: '25.11' });
    expect(locks).toEqual([null, null, null, null, 'revision 2']);
  });

  test('without success does not stay with a revision that does not work', async () => {
    const { build, locks, fail } = home();
    fail(true);
    expect((await build()).ok).toBe(false);
    fail(false);
    await build();
    await build();
    expect(locks).toEqual([null, null, 'revision 2']);
  });

  test('leaves nothing of its flake behind, which may hold secrets', async () => {
    const { build, places } = home();
    await build({ wifi: { secrets: 'baked', networks: [{ ssid: 'Attic', passphrase: 'correct horse' }] } });
    expect(await readdir(places.cache)).toEqual([]);
    const [lock] = await readdir(path.join(places.data, 'locks'));
    const file = path.join(places.data, 'locks', lock ?? '');
    expect([readFileSync(file, 'utf8'), ((await stat(file)).mode & 0o777).toString(8)]).toEqual([
      'revision 1',
      '600',
    ]);
  });
});
