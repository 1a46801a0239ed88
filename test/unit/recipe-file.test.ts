/** Recipe files as people have them: missing, damaged, too large; and passphrases that stand elsewhere. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readRecipe, resolveSecrets } from '../../src/main/recipe-file.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { ed25519Key, recipeNamed, recipeOf, recipePath } from '../recipes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-recipe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, text: string | Uint8Array, mode = 0o600): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

async function problemOf(text: string): Promise<Problem> {
  const read = await readRecipe(written('attic.json', text));
  if (read.ok) throw new Error('the recipe is fine');
  return read.problem;
}

describe('a recipe file', () => {
  test('is read with every default filled in', async () => {
    expect(await readRecipe(recipePath('minimal'))).toEqual({
      ok: true,
      value: { recipe: recipeNamed('minimal') },
    });
  });

  test('may begin with a byte order mark', async () => {
    const file = written('bom.json', `\uFEFF${JSON.stringify({ schema: 1, keys: [ed25519Key] })}`);
    expect(await readRecipe(file)).toMatchObject({ ok: true });
  });

  test('that is missing is named', async () => {
    const read = await readRecipe(path.join(folder, 'nowhere.json'));
    expect(read).toMatchObject({
      problem: { code: 'recipe-unreadable', title: 'There is no file nowhere.json.' },
    });
  });

  test('that is a folder is refused', async () => {
    mkdirSync(path.join(folder, 'folder.json'));
    const read = await readRecipe(path.join(folder, 'folder.json'));
    expect(read).toMatchObject({
      problem: { code: 'recipe-unreadable', title: 'folder.json is not a file.' },
    });
  });

  test('of more than a megabyte is refused', async () => {
    expect((await problemOf(`"${'x'.repeat(1_000_000)}"`)).code).toBe('recipe-too-large');
  });

  test.each([
    ['{\n  "schema": 1,\n  "keys": [,]\n}', 3, 12],
    ['{\n  "schema": 1\n  "keys": []\n}', 3, 3],
    ['{ "schema": 1, }', 1, 16],
    ["{ 'schema': 1 }", 1, 3],
    ['{ "schema": 1 // mine\n}', 1, 15],
    ['{ "ä🔑": x }', 1, 9],
    ['{ "schema": 01 }', 1, 14],
    ['{ "schema": 1', 1, 14],
    ['{ "schema": "1\n" }', 1, 15],
    ['{ "schema": "\\x" }', 1, 14],
    ['', 1, 1],
    ['{} {}', 1, 4],
  ])('that is not JSON is refused with the place: %j', async (text, line, column) => {
    const found = await problemOf(text);
    expect(found.code).toBe('recipe-not-json');
    expect(found.title).toBe(`attic.json is not proper JSON: see line ${line}, column ${column}.`);
  });

  test('that is not JSON does not have a passphrase repeated', async () => {
    expect(JSON.stringify(await problemOf('{"passphrase": "secret!" oops'))).not.toContain('secret!');
  });

  test.each(['[]', 'null', '7', '"text"'])('that holds %s is refused', async (text) => {
    expect((await problemOf(text)).detail).toBe('A recipe is one JSON object in braces.');
  });

  test('of another version is refused', async () => {
    expect((await problemOf('{"schema": 2}')).code).toBe('recipe-version');
  });

  test('with several problems gives all of them', async () => {
    const file = written(
      'many.json',
      JSON.stringify({ schema: 1, keys: [ed25519Key], name: '-', colour: 1 }),
    );
    const read = await readRecipe(file);
    expect(read).toMatchObject({
      problem: { code: 'recipe-problems', title: 'many.json has 2 problems.' },
      problems: [
        { path: 'name', problem: { code: 'bad-host-name' } },
        { path: 'colour', problem: { code: 'unknown-field' } },
      ],
    });
  });
});

const withPassphrase = (passphrase: unknown) =>
  recipeOf({ wifi: { secrets: 'baked', networks: [{ ssid: 'Attic', passphrase }] } });

/** The passphrase that is found, or the code of the problem. */
async function passphraseOf(source: unknown, env = {}, warn?: (problem: Problem) => void) {
  const outcome = await resolveSecrets(withPassphrase(source), folder, env, warn);
  return outcome.ok ? outcome.value.wifi.networks[0]!.passphrase : outcome.problem.code;
}

describe('a passphrase that stands elsewhere', () => {
  test('is taken from the environment', async () => {
    expect(await passphraseOf({ env: 'PSK' }, { PSK: 'correct horse' })).toBe('correct horse');
    expect(await passphraseOf({ env: 'PSK' })).toBe('secret-missing');
  });

  test('is taken from a file beside the recipe, without the line feed at its end', async () => {
    for (const [text, expected] of [
      ['correct horse\n', 'correct horse'],
      ['correct horse\r\n', 'correct horse'],
      ['  correct horse  ', '  correct horse  '],
      ['correct horse\n\n', 'bad-character'],
    ] as const) {
      written('psk.txt', text);
      expect(await passphraseOf({ file: 'psk.txt' })).toBe(expected);
    }
    expect(await passphraseOf({ file: 'nowhere.txt' })).toBe('secret-unreadable');
  });

  test('in a file that everybody can read is used with a warning', async () => {
    const warnings: Problem[] = [];
    written('open.txt', 'correct horse', 0o644);
    written('mine.txt', 'correct horse', 0o600);
    expect(await passphraseOf({ file: 'open.txt' }, {}, (one) => warnings.push(one))).toBe('correct horse');
    expect(await passphraseOf({ file: 'mine.txt' }, {}, (one) => warnings.push(one))).toBe('correct horse');
    expect(warnings.map(({ code, title }) => [code, title])).toEqual([
      ['secret-exposed', 'Everybody on this computer can read open.txt.'],
    ]);
  });

  test('is checked like any other, and not repeated', async () => {
    const outcome = await resolveSecrets(withPassphrase({ env: 'PSK' }), folder, { PSK: 'secret!' });
    expect(outcome).toMatchObject({
      problem: { code: 'bad-passphrase' },
      problems: [{ path: 'wifi.networks.0.passphrase' }],
    });
    expect(JSON.stringify(outcome)).not.toContain('secret!');
  });
});
