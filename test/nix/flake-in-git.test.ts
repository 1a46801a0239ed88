/** A flake that lies in git builds by the words of its README: real git, real Nix. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveFlake } from '../../src/main/flake-folder.ts';
import { stageFlake } from '../../src/main/flake-git.ts';
import { nix } from '../nix.ts';
import { flakeOf, recipeNamed } from '../recipes.ts';
import { nixpkgsOf } from './releases.ts';

let base = '';
let nixpkgs = '';
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'nixburn-in-git-'));
  nixpkgs = await nixpkgsOf('26.05', base);
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** A folder with the flake of this recipe, as `nixburn flake` leaves it. */
async function flakeIn(name: string, note: string | null = null): Promise<string> {
  const folder = path.join(base, 'flakes', name);
  const files = await flakeOf(recipeNamed(name), `path:${nixpkgs}`);
  const saved = await saveFlake(files, folder);
  expect(saved.ok).toBe(true);
  expect(await stageFlake(folder, files, [])).toBe(note);
  return folder;
}

/** The derivation that `nix build` of this installable would build, or the words with which Nix refuses. */
async function answer(folder: string, installable: string): Promise<string> {
  return nix('nix', ['eval', '--raw', `${installable}.drvPath`], folder).then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => error.stderr,
  );
}

const image = /^\/nix\/store\/[0-9a-z]{32}-.*\.drv$/;

describe('a flake without secrets', () => {
  test('builds at once, by whichever name, in git or not', async () => {
    const folder = await flakeIn('full');
    const iso = await answer(folder, '.#iso');
    expect(iso).toMatch(image);
    for (const other of ['.#default', '.#packages.x86_64-linux.iso', 'path:.#iso']) {
      expect(await answer(folder, other)).toBe(iso);
    }
  });

  test('has a lock that git knows, so that the next build is of the same nixpkgs', async () => {
    const folder = await flakeIn('several-keys');
    expect(await answer(folder, '.#iso')).toMatch(image);
    // Nix adds it by name only; the next save stages it.
    await flakeIn('several-keys');
    const diff = execFileSync('git', ['diff', '--name-only'], { cwd: folder, encoding: 'utf8' });
    expect(diff).toBe('');
    expect(execFileSync('git', ['ls-files', 'flake.lock'], { cwd: folder, encoding: 'utf8' })).toBe(
      'flake.lock\n',
    );
  });
});

describe('a flake with secrets', () => {
  test('is refused in a sentence where git hides them, and builds as its README says', async () => {
    const folder = await flakeIn(
      'wifi-enterprise-tls',
      'The WiFi secrets are kept out of git: build path:.#iso, not .#iso.',
    );
    expect(await answer(folder, '.#iso')).toContain(
      'The WiFi secrets in wifi/ are not in the git repository: build path:.#iso, not .#iso.',
    );
    expect(await answer(folder, 'path:.#iso')).toMatch(image);
  });
});
