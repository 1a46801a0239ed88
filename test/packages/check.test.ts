/** What the real Nix says about names of the nixpkgs in miniature: each way in which a package can be unusable. */
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkPackages, type CheckInput } from '../../src/main/packages/check.ts';
import { closureSize } from '../../src/main/packages/closure-size.ts';
import { estimateImage } from '../../src/main/packages/estimate.ts';
import { successor } from '../../src/main/packages/verdict.ts';
import { checkRecipe } from '../../src/shared/recipe.ts';
import { nix } from '../nix.ts';
import { recipeNamed } from '../recipes.ts';

const nixpkgs = `path:${path.resolve(import.meta.dirname, '../fixtures/nixpkgs')}`;

async function check(packages: string[], more: Partial<CheckInput> = {}) {
  const input = { packages, nixpkgs, system: 'x86_64-linux', allowUnfree: false, ...more };
  return checkPackages(input, new AbortController().signal);
}

async function verdictOn(name: string, more: Partial<CheckInput> = {}) {
  const checked = await check([name], more);
  if (!checked.ok) throw new Error(`${checked.problem.title} ${checked.problem.raw}`);
  return checked.value.verdicts[0]!;
}

describe('a package that can be on the stick', () => {
  test('is told with version, description and program', async () => {
    expect(await verdictOn('neovim')).toMatchObject({
      name: 'neovim',
      version: expect.stringMatching(/^\d/),
      about: 'Vim text editor fork focused on extensibility and agility',
      program: 'nvim',
      problem: null,
      suggestion: null,
    });
  });

  test.each(['python3Packages.requests', '"git"', 'nixfmt-rfc-style', 'fixture-throwing-description'])(
    'may be %s',
    async (name) => {
      expect(await verdictOn(name)).toMatchObject({ name, problem: null });
    },
  );

  test('may be one that is not free, where that is allowed', async () => {
    expect(await verdictOn('vscode', { allowUnfree: true })).toMatchObject({ unfree: true, problem: null });
  });
});

describe('a package that can not', () => {
  test.each([
    ['vscode', 'package-unfree', 'Its license'],
    ['cde', 'package-broken', 'broken'],
    ['python2', 'package-insecure', 'end of life'],
    ['darwin-airplay', 'package-unsupported', 'not exist for Linux'],
    ['nonsense', 'package-missing', ''],
    ['neovmi', 'package-missing', 'Did you mean neovim?'],
    ['python3Packages.requets', 'package-missing', 'Did you mean python3Packages.requests?'],
    ['pyhton3Packages.requests', 'package-missing', 'Did you mean python3Packages.requests?'],
    ['git.lost', 'package-missing', ''],
    ['etcher', 'package-removed', 'insecure version of Electron'],
    ['exa', 'package-removed', 'eza'],
    ['pythonPackages.requests', 'package-removed', 'Python 2 is end of life'],
    ['python3Packages', 'package-is-set', 'a set of'],
    ['lib.version', 'package-is-set', ''],
    ['fixture-aborting', 'package-fails', ''],
  ])('%s is told as %s', async (name, code, words) => {
    const { problem } = await verdictOn(name);
    expect(problem).toMatchObject({ code, title: expect.stringContaining(`“${name}”`) });
    expect(problem?.detail).toContain(words);
    expect(problem?.remedy).not.toBe('');
  });

  test('on another architecture says where it exists', async () => {
    expect(await verdictOn('fwts')).toMatchObject({ problem: null });
    expect(await verdictOn('fwts', { system: 'aarch64-linux' })).toMatchObject({
      problem: { code: 'package-unsupported', detail: 'It exists for x86_64-linux.' },
    });
  });

  test.each([
    ['rg', 'ripgrep'],
    ['exa', 'eza'],
    ['neovmi', 'neovim'],
    ['pythonPackages.requests', 'python3Packages.requests'],
  ])('%s suggests %s', async (name, suggestion) => {
    expect(await verdictOn(name)).toMatchObject({ suggestion });
  });
});

describe('many names at once', () => {
  test('are answered in order, and one that makes Nix give up spoils none of the others', async () => {
    const names = ['git', 'nonsense', 'fixture-aborting', 'exa', 'vim', 'vscode', 'cde', 'htop'];
    const checked = await check(names);
    if (!checked.ok) throw new Error(checked.problem.title);
    expect(checked.value.verdicts.map(({ name, problem }) => [name, problem?.code ?? 'fine'])).toEqual([
      ['git', 'fine'],
      ['nonsense', 'package-missing'],
      ['fixture-aborting', 'package-fails'],
      ['exa', 'package-removed'],
      ['vim', 'fine'],
      ['vscode', 'package-unfree'],
      ['cde', 'package-broken'],
      ['htop', 'fine'],
    ]);
    expect([...checked.value.storePaths.keys()]).toEqual(['git', 'vim', 'htop']);
  });

  test('may be none', async () => {
    expect(await check([])).toMatchObject({ ok: true, value: { verdicts: [] } });
  });
});

describe('a check that can not be made', () => {
  test('for a name that is none says what a recipe with it says', async () => {
    for (const name of ['a b', '', 'a..b', '"; evil', '$(x)']) {
      const inRecipe = checkRecipe({ ...recipeNamed('minimal'), packages: [name] });
      const said = 'problems' in inRecipe ? inRecipe.problems[0]?.problem : undefined;
      expect(await check(['git', name])).toEqual({ ok: false, problem: said });
    }
  });

  test('for a nixpkgs that is not there says so, and asks Nix no more than twice', async () => {
    const started = await check(['git', 'vim', 'htop'], { nixpkgs: 'path:/nowhere/at/all' });
    expect(started).toMatchObject({ ok: false, problem: { title: expect.stringMatching(/\.$/) } });
  });

  test('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const input = { packages: ['git'], nixpkgs, system: 'x86_64-linux', allowUnfree: false };
    const checking = checkPackages(input, stop.signal);
    stop.abort();
    expect(await checking).toMatchObject({ problem: { code: 'cancelled' } });
  });
});

describe('the size of an image', () => {
  test('knows what lies in the store of this computer, and says what it does not know', async () => {
    const checked = await check(['hello', 'cowsay']);
    if (!checked.ok) throw new Error(checked.problem.title);
    const paths = checked.value.storePaths;
    await nix('nix', ['build', '--no-link', `${nixpkgs}#hello`]);
    const { bytes, known } = await closureSize(
      [...paths.values(), '/nix/store/none'],
      new AbortController().signal,
    );
    expect([...known]).toContain(paths.get('hello'));
    expect(bytes).toBeGreaterThan(100);
    const estimate = estimateImage({
      lastImage: null,
      installed: 1e9,
      unknown: ['cowsay'],
      compression: 'fast',
    });
    expect(estimate.packages).toBeCloseTo(502e6, -7);
    expect(estimate.words).toBe(
      'The size of the installer itself is known after the first build. The packages take up to 502 MB of an image. ' +
        'The size of 1 package is not known yet.',
    );
  });

  test('begins with the last image of the same name', () => {
    const { words } = estimateImage({ lastImage: 1.2e9, installed: 0, unknown: [], compression: 'small' });
    expect(words).toBe('The last image of this name has 1.2 GB.');
  });
});

test.each([
  ["'a' has been renamed to/replaced by 'b'", 'b'],
  ["'a' was removed; use 'b' instead", 'b'],
  ["'a' has been removed as it is unmaintained. Consider using 'b-c' instead", 'b-c'],
  ["'a' has been superseded by `b`", 'b'],
  ["'a' has been removed because 'b' is not built any more", null],
  ["'a' has been renamed to 'a'", null],
  ['', null],
])('of the reason %j the successor is %s', (reason, name) => {
  expect(successor(reason, ['a'])).toBe(name);
});
