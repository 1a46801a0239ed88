/** The packages that are offered without a search. */
import { describe, expect, test } from 'vitest';
import catalogueFile from '../../assets/packages.json' with { type: 'json' };
import { catalogue } from '../../src/main/packages/catalogue.ts';
import { packagePath } from '../../src/shared/package-path.ts';

const names = catalogue().flatMap(({ packages }) => packages.map(({ name }) => name));

describe('the catalogue', () => {
  test('has 60 to 100 packages in the seven groups', () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(names.length).toBeLessThanOrEqual(100);
    expect(catalogue().map(({ group }) => group)).toEqual([
      'Installer essentials',
      'Disks',
      'Network',
      'Editors',
      'Monitoring',
      'Rescue',
      'Hardware',
    ]);
  });

  test('names each package once, as nixpkgs does, with a line about it', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { name, about } of catalogue().flatMap(({ packages }) => packages)) {
      expect(packagePath(name)).not.toBeNull();
      expect(about).toMatch(/^[A-Za-z].{5,70}[^.!]$/);
    }
  });

  test('has every package of the presets', () => {
    const unknown = catalogueFile.presets.flatMap(({ packages }) =>
      packages.filter((one) => !names.includes(one)),
    );
    expect(unknown).toEqual([]);
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
