/** How the command line reads its arguments, and which exit status a problem gets. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { nearest, readArguments, type Options } from '../../src/main/cli/arguments.ts';
import { exitCodeOf, worst } from '../../src/main/cli/exit.ts';
import { help, helpOn, overview } from '../../src/main/cli/help.ts';
import { nixpkgsReference } from '../../src/main/nixpkgs-reference.ts';
import { cancelled, problem } from '../../src/shared/problem.ts';

const options: Options = { to: 'strings', out: 'string', json: 'boolean', yes: 'boolean' };
const read = (...args: string[]) => readArguments('write', args, options);
const refusal = (...args: string[]) => {
  const outcome = read(...args);
  return outcome.ok ? '' : outcome.problem.title;
};

describe('Arguments', () => {
  test('are taken apart into what they are', () => {
    expect(read('a.iso', '--to', '/dev/sdb', '/dev/sdc', '--json', '--out=x y')).toEqual({
      ok: true,
      value: {
        positionals: ['a.iso'],
        flags: new Set(['json']),
        values: new Map([
          ['to', ['/dev/sdb', '/dev/sdc']],
          ['out', ['x y']],
        ]),
      },
    });
  });

  test('after a list of targets belong to the list: an image is never taken for a target unseen', () => {
    const outcome = read('--to', '/dev/sdb', 'a.iso');
    expect(outcome.ok && outcome.value.positionals).toEqual([]);
  });

  test('after -- are no options', () => {
    const outcome = read('--', '--json');
    expect(outcome.ok && outcome.value.positionals).toEqual(['--json']);
  });

  test.each([
    [['--jsno'], 'There is no option --jsno. Did you mean --json?'],
    [['--force'], 'There is no option --force.'],
    [['-x'], 'There is no option -x.'],
    [['--constructor'], 'There is no option --constructor.'],
    [['--out'], 'The option --out needs a value.'],
    [['--out', '--json'], 'The option --out needs a value.'],
    [['--out='], 'The option --out needs a value.'],
    [['--json=yes'], 'The option --json takes no value.'],
    [['--out', 'a', '--out', 'b'], 'The option --out is given twice.'],
  ])('%j are refused in one sentence', (args, sentence) => {
    expect(refusal(...args)).toBe(sentence);
  });

  test('that are misspelt are met with what is near, and with nothing where nothing is', () => {
    expect(nearest('chekc', Object.keys(help))).toBe('check');
    expect(nearest('flke', Object.keys(help))).toBe('flake');
    expect(nearest('frobnicate', Object.keys(help))).toBeUndefined();
  });
});

describe('A reference to nixpkgs', () => {
  test.each([
    ['github:NixOS/nixpkgs/nixos-26.05', 'github:NixOS/nixpkgs/nixos-26.05'],
    ['nixpkgs', 'nixpkgs'],
    ['path:/srv/nixpkgs', 'path:/srv/nixpkgs'],
    ['/srv/nixpkgs', 'path:/srv/nixpkgs'],
    ['./nixpkgs', `path:${path.resolve('nixpkgs')}`],
    ['.', `path:${process.cwd()}`],
    ['path:../nixpkgs', `path:${path.resolve('../nixpkgs')}`],
    ['path:nixpkgs?rev=1', `path:${path.resolve('nixpkgs')}?rev=1`],
  ])('%s means %s', (given, meant) => {
    expect(nixpkgsReference(given)).toBe(meant);
  });

  test('is left to the release where none is given', () => {
    expect(nixpkgsReference(undefined)).toBeNull();
  });
});

describe('The exit status', () => {
  test('is 3 for every rule that keeps the wrong drive from being written', async () => {
    const source = await readFile(path.join(import.meta.dirname, '../../src/main/drives/rules.ts'), 'utf8');
    const codes = [...source.matchAll(/'(drive-[a-z-]+)'/g)].map((match) => match[1] ?? '');
    expect(codes.length).toBeGreaterThan(8);
    for (const code of codes) expect([code, exitCodeOf(problem(code, ''))]).toEqual([code, 3]);
  });

  test.each([
    ['usage', 2],
    ['drive-not-found', 2],
    ['target-is-directory', 2],
    ['stick-differs', 1],
    ['internal-error', 1],
  ])('of %s is %i', (code, exit) => {
    expect(exitCodeOf(problem(code, ''))).toBe(exit);
  });

  test('of a cancel is 130', () => {
    expect(exitCodeOf(cancelled)).toBe(130);
  });

  test('of several results is that of the worst', () => {
    expect(worst([0, 1, 3, 2])).toBe(3);
    expect(worst([0, 0])).toBe(0);
    expect(worst([1, 130])).toBe(130);
  });
});

describe('Help', () => {
  test('names every command that there is, and tells of each how it is used', () => {
    for (const [name, { usage }] of Object.entries(help)) {
      expect(overview()).toContain(`nixburn ${name}`);
      for (const form of usage) expect(helpOn(name)).toContain(form);
    }
  });

  test('fits an ordinary terminal', () => {
    for (const line of overview().split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});
