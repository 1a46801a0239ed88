/** Which of Nix's verdicts still count after the person has changed what was asked about. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askAgainWords, isAbout, openVerdicts } from '../../src/renderer/package-verdicts.ts';
import type { PackageCheck } from '../../src/renderer/store.ts';
import type { PackageVerdict } from '../../src/shared/choosing.ts';
import { problem } from '../../src/shared/problem.ts';
import { emptyRecipe } from '../../src/shared/recipe.ts';
import { counterexampleOf } from '../property/runs.ts';

const size = { lastImage: null, packages: 0, unknown: [], words: '' };
const verdict = (name: string, code?: string): PackageVerdict => ({
  name,
  version: '1',
  about: null,
  licenses: [],
  program: null,
  unfree: code === 'package-unfree',
  broken: false,
  insecure: false,
  unsupported: false,
  problem: code === undefined ? null : problem(code, 'No.'),
  suggestion: null,
});
const recipe = { ...emptyRecipe(), packages: ['git', 'vimm', 'steam'] };
const { release, system } = recipe;
const check: PackageCheck = {
  state: 'done',
  verdicts: [verdict('git'), verdict('vimm', 'package-missing'), verdict('steam', 'package-unfree')],
  size,
  release,
  system,
  allowUnfree: false,
};
const names = (found: PackageVerdict[]) => found.map(({ name }) => name);

describe('what stands in the way', () => {
  test('is what Nix refused of what is chosen now', () => {
    expect(names(openVerdicts(check, recipe))).toEqual(['vimm', 'steam']);
    expect(names(openVerdicts(check, { ...recipe, packages: ['git', 'steam'] }))).toEqual(['steam']);
  });

  test('is no license once that is allowed, and everything else all the same', () => {
    expect(names(openVerdicts(check, { ...recipe, allowUnfree: true }))).toEqual(['vimm']);
  });

  test('is nothing that was said about another release or machine', () => {
    for (const other of [{ release: 'unstable' }, { system: 'aarch64-linux' as const }]) {
      expect(isAbout(check, { ...recipe, ...other })).toBe(false);
      expect(openVerdicts(check, { ...recipe, ...other })).toEqual([]);
      expect(askAgainWords(check, { ...recipe, ...other })).toBeNull();
    }
  });

  test.each<PackageCheck>([
    { state: 'idle' },
    { state: 'running' },
    { state: 'failed', problem: problem('nix-missing', 'Nix is not installed.') },
  ])('is unknown while the check is %j', (none) => {
    expect(openVerdicts(none, recipe)).toEqual([]);
    expect(isAbout(none, recipe)).toBe(false);
    expect(askAgainWords(none, recipe)).toBeNull();
  });
});

describe('Nix is asked again', () => {
  test('for a package that was added, and not for one that was removed', () => {
    expect(askAgainWords(check, { ...recipe, packages: [...recipe.packages, 'htop'] })).toBe(
      'You have added packages since.',
    );
    expect(askAgainWords(check, { ...recipe, packages: ['git'] })).toBeNull();
  });

  test('where what was allowed is refused now, and not the other way round', () => {
    const allowing: PackageCheck = { ...check, allowUnfree: true };
    expect(askAgainWords(allowing, recipe)).toBe('Packages that are not free are refused since.');
    expect(askAgainWords(check, { ...recipe, allowUnfree: true })).toBeNull();
  });
});

test('whatever is chosen, only what is chosen and was refused stands in the way', () => {
  const some = fc.uniqueArray(fc.constantFrom<string[]>('git', 'vimm', 'steam', 'htop', 'zile'));
  const property = fc.property(some, fc.boolean(), (packages, allowUnfree) => {
    const open = openVerdicts(check, { ...recipe, packages, allowUnfree });
    return open.every(
      ({ name, problem: why }) =>
        packages.includes(name) && why !== null && !(allowUnfree && why.code === 'package-unfree'),
    );
  });
  expect(counterexampleOf(property)).toBeNull();
});
