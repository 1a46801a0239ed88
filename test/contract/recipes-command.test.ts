/** `nixburn recipes` as people run it: what the window keeps under names, for scripts. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recipeNamed } from '../recipes.ts';
import { makeHome, runCommand, type Home } from './program.ts';

let home: Home;
const nixburn = (...args: string[]) => runCommand(home, ['recipes', ...args]);
const put = (name: string, recipe: object) => writeFile(path.join(home.folder, name), JSON.stringify(recipe));

beforeAll(async () => {
  home = await makeHome();
  await put('attic.json', {
    ...recipeNamed('minimal'),
    name: 'attic',
    wifi: { networks: [{ ssid: 'Attic', passphrase: 'correct horse' }] },
  });
  await put('cellar.json', { ...recipeNamed('minimal'), name: 'cellar', packages: ['vim'] });
});
afterAll(() => home.remove());

describe('nixburn recipes', () => {
  test('keeps a recipe, and none of its secrets', async () => {
    expect(await nixburn()).toEqual({ exit: 0, stdout: '', stderr: 'No recipe is kept yet.\n' });
    expect(await nixburn('save', 'In the attic', 'attic.json')).toEqual({
      exit: 0,
      stdout: 'Saved as In the attic.\n',
      stderr: 'Note: the secrets of its networks are not kept with it.\n',
    });
    const { stdout } = await nixburn('show', 'In the attic');
    expect(stdout).not.toContain('correct horse');
    await writeFile(path.join(home.folder, 'again.json'), stdout);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, name: 'attic' });
    expect((await nixburn('compare', 'In the attic', 'again.json')).stderr).toBe('They are the same.\n');
  });

  test('replaces nothing unless told to', async () => {
    const refused = await nixburn('save', 'in the ATTIC', 'cellar.json');
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toMatch(
      /There is a recipe “in the ATTIC” already\.\nChoose another name, or say --replace\./,
    );
    expect((await nixburn('save', 'Cellar', 'cellar.json')).exit).toBe(0);
    expect((await nixburn('save', 'Cellar', 'cellar.json', '--replace')).exit).toBe(0);
  });

  test('lists what is kept, and the same as lines of JSON', async () => {
    const { stdout } = await nixburn('list');
    expect(stdout.split('\n').toSorted().slice(1)).toEqual([
      expect.stringMatching(/^Cellar — cellar, \S+, 1 key, 1 package, 0 networks \(\d{4}-\d\d-\d\d\)$/),
      expect.stringMatching(/^In the attic — attic, \S+, 1 key, 0 packages, 1 network \(/),
    ]);
    const lines = (await nixburn('--json')).stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'recipe',
      'recipe',
      'done',
    ]);
  });

  test('says in sentences what changes from one to the other, be they kept or files', async () => {
    const { exit, stdout } = await nixburn('compare', 'In the attic', 'cellar.json');
    expect(exit).toBe(0);
    expect(stdout).toContain('1 package is added: vim.');
    expect(stdout).toContain('The host name changes from “attic” to “cellar”.');
    expect((await nixburn('compare', 'In the attic', 'Nobody')).stderr).toMatch(
      /There is no recipe “Nobody”\./,
    );
  });

  test('removes nothing without a yes', async () => {
    const asked = await nixburn('remove', 'Cellar');
    expect(asked.exit).toBe(2);
    expect(asked.stderr).toContain('Nothing was removed.');
    expect(await nixburn('remove', 'Cellar', '--yes')).toEqual({
      exit: 0,
      stdout: 'Removed Cellar.\n',
      stderr: '',
    });
    expect((await nixburn('show', 'Cellar')).exit).toBe(2);
    expect((await nixburn('remove', 'Cellar', '--yes')).exit).toBe(2);
  });

  test.each([
    [['frobnicate'], 'nixburn recipes can list, show, save, remove, compare, and not frobnicate.'],
    [['show'], 'nixburn recipes show takes 1 name.'],
    [['list', 'attic'], 'nixburn recipes list takes 0 names.'],
    [['show', 'attic', '--yes'], 'The option --yes belongs to nixburn recipes remove.'],
    [['save', '../attic', 'attic.json'], '“../attic” can not be the name of a recipe.'],
    [['save', 'Attic', 'nothing.json'], 'nothing.json can not be read.'],
  ])('refuses %j', async (args, words) => {
    const { exit, stdout, stderr } = await nixburn(...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  test('leaves the file it was given as it was', async () => {
    expect(await readFile(path.join(home.folder, 'attic.json'), 'utf8')).toContain('correct horse');
  });
});
