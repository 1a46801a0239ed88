/** The packages that are offered without a search. */
import { describe, expect, test } from 'vitest';
import { catalogue, presets } from '../../src/main/packages/catalogue.ts';
import { packagePath } from '../../src/shared/package-path.ts';
import { release } from '../../src/shared/recipe-text.ts';

const names = catalogue().flatMap(({ packages }) => packages.map(({ name }) => name));

describe('the catalogue', () => {
  test('has 150 to 200 packages in groups that follow what one does', () => {
    expect(names.length).toBeGreaterThanOrEqual(150);
    expect(names.length).toBeLessThanOrEqual(200);
    expect(catalogue().map(({ group }) => group)).toEqual([
      'Installer essentials',
      'Disks',
      'Network',
      'Editors',
      'Monitoring',
      'Rescue',
      'Hardware',
      'Shells',
      'Nix',
      'Security',
    ]);
  });

  test('names each package once, as nixpkgs does, with a line about it', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { name, about } of catalogue().flatMap(({ packages }) => packages)) {
      expect(packagePath(name)).not.toBeNull();
      expect(about).toMatch(/^[A-Za-z].{5,70}[^.!]$/);
    }
  });

  test('marks what older releases lack with a release that Nixburn knows', () => {
    const marked = catalogue()
      .flatMap(({ packages }) => packages)
      .flatMap(({ from }) => from ?? []);
    expect(marked.filter((from) => !release.safeParse(from).success)).toEqual([]);
    expect(marked.length).toBeGreaterThan(0);
  });

  test('has every package of the presets', () => {
    const unknown = presets().flatMap(({ packages }) => packages.filter((one) => !names.includes(one)));
    expect(unknown).toEqual([]);
    expect(presets().map(({ name }) => name)).toEqual([
      'Everyday',
      'Minimal',
      'Rescue',
      'Encrypted install',
      'Remote install',
    ]);
  });
});

describe('a package name', () => {
  test.each([
    ['vim', ['vim']],
    ['python3Packages.requests', ['python3Packages', 'requests']],
    ['nodePackages."@angular/cli"', ['nodePackages', '@angular/cli']],
    ['"a.b".c', ['a.b', 'c']],
    ["a'b-c", ["a'b-c"]],
    ['"${x}"', ['${x}']],
    ['', null],
    ['.vim', null],
    ['vim.', null],
    ['"open', null],
    ['a"b"', null],
    ['""', null],
    [' vim', null],
    ['vim\n', null],
  ])('%j is the path %j', (name, path) => {
    expect(packagePath(name)).toEqual(path);
  });
});
