/** The flake leaves the window: into a folder that the person names or points to, and nowhere else. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flakeServices } from '../../src/main/services/flakes.ts';
import { recipeNamed } from '../recipes.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nixburn-flakes-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const recipe = recipeNamed('minimal');
const baked = {
  ...recipe,
  wifi: { secrets: 'baked', networks: [{ ssid: 'Attic', passphrase: 'correct horse' }] },
};

function services(chosen?: string | null) {
  const opened: string[] = [];
  const desktop = {
    chooseFolder: async () => chosen ?? null,
    showFile: (file: string) => void opened.push(file),
  };
  const part = flakeServices({ nixpkgs: null, desktop: chosen === undefined ? null : desktop });
  return { ...part.calls, opened };
}

describe('in a browser', () => {
  test('the flake goes into the folder that the person names, staged for Nix, and again', async () => {
    const folder = path.join(root, 'attic flake');
    const { saveFlake, openSavedFlake } = services();
    const saved = await saveFlake({ recipe, folder });
    expect(saved).toMatchObject({ ok: true, value: { folder, canOpen: false } });
    expect(readFileSync(path.join(folder, 'flake.nix'), 'utf8')).toContain('description =');
    expect(existsSync(path.join(folder, '.git'))).toBe(true);
    expect(await saveFlake({ recipe, folder })).toMatchObject({ ok: true, value: { changed: [] } });
    expect(await openSavedFlake(undefined)).toMatchObject({ ok: false });
  });

  test.each(['', 'attic', './attic', '../attic', '~', '~ada/attic'])(
    'the folder “%s” is not a whole path, and nothing is written',
    async (folder) => {
      expect(await services().saveFlake({ recipe, folder })).toMatchObject({
        ok: false,
        problem: { code: 'bad-folder' },
      });
    },
  );

  test('a folder that holds something else stays as it is', async () => {
    writeFileSync(path.join(root, 'thesis.txt'), 'mine');
    const { saveFlake } = services();
    expect(await saveFlake({ recipe, folder: root })).toMatchObject({
      ok: false,
      problem: { code: 'folder-not-ours' },
    });
    expect(existsSync(path.join(root, 'flake.nix'))).toBe(false);
  });

  test('what is baked in is said, and only the person can read it', async () => {
    const folder = path.join(root, 'flake');
    const saved = await services().saveFlake({ recipe: baked, folder });
    expect(saved).toMatchObject({
      ok: true,
      value: { notes: expect.arrayContaining([expect.stringContaining('built into the image')]) },
    });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('a recipe with a problem makes no folder', async () => {
    const folder = path.join(root, 'flake');
    expect(await services().saveFlake({ recipe: { ...recipe, keys: [] }, folder })).toMatchObject({
      ok: false,
    });
    expect(existsSync(folder)).toBe(false);
  });
});

describe('in the desktop app', () => {
  test('the person is asked for the folder, whatever the page names, and can have it shown', async () => {
    const folder = path.join(root, 'chosen');
    const { saveFlake, openSavedFlake, opened } = services(folder);
    expect(await openSavedFlake(undefined)).toMatchObject({ ok: false });
    const saved = await saveFlake({ recipe, folder: path.join(root, 'named') });
    expect(saved).toMatchObject({ ok: true, value: { folder, canOpen: true } });
    expect(existsSync(path.join(root, 'named'))).toBe(false);
    expect(await openSavedFlake(undefined)).toEqual({ ok: true, value: null });
    expect(opened).toEqual([path.join(folder, 'flake.nix')]);
  });

  test('whoever cancels gets nothing, and no problem', async () => {
    expect(await services(null).saveFlake({ recipe, folder: null })).toEqual({ ok: true, value: null });
  });
});
