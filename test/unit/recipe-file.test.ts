/** Recipe files as people have them: missing, damaged, too large; and passphrases that stand elsewhere. */
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readRecipe, resolveSecrets } from '../../src/main/recipe-file.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { pageRecipe, secretNotes } from '../../src/main/recipe-flake.ts';
import { certificatePath, ed25519Key, recipeNamed, recipeOf, recipePath } from '../recipes.ts';

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
      // As editors and shells of Windows begin a file.
      ['\uFEFFcorrect horse\r\n', 'correct horse'],
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

const enterprise = (fields: object) =>
  recipeOf({
    wifi: {
      networks: [
        { ssid: 'Office', security: 'enterprise', enterprise: { method: 'tls', identity: 'ada', ...fields } },
      ],
    },
  });
const pem = (name: string) => readFileSync(certificatePath(name), 'utf8');
const client = { clientCertificate: pem('client.pem') };

/** Where something is wrong with the enterprise network, and what. */
async function misfitOf(fields: object, env = {}) {
  const outcome = await resolveSecrets(enterprise(fields), folder, env);
  return outcome.ok ? null : [outcome.problems[0]?.path.replace(/^.*enterprise\./, ''), outcome.problem.code];
}

describe('what an enterprise network needs', () => {
  test('may all stand elsewhere', async () => {
    for (const name of ['ca.pem', 'client.pem', 'client-key.pem']) written(name, pem(name));
    written('key-password.txt', 'key "password" #1\n');
    const outcome = await resolveSecrets(
      enterprise({
        caCertificate: { file: 'ca.pem' },
        clientCertificate: { file: 'client.pem' },
        clientKey: { env: 'KEY' },
        clientKeyPassword: { file: 'key-password.txt' },
      }),
      folder,
      { KEY: pem('client-key.pem') },
    );
    expect(outcome.ok && outcome.value.wifi.networks[0]?.enterprise).toEqual({
      method: 'tls',
      identity: 'ada',
      caCertificate: pem('ca.pem'),
      clientCertificate: pem('client.pem'),
      clientKey: pem('client-key.pem'),
      clientKeyPassword: 'key "password" #1',
    });
  });

  test('that is missing is named by its field', async () => {
    expect(await misfitOf({ ...client, caCertificate: { file: 'nowhere.pem' } })).toEqual([
      'caCertificate',
      'secret-unreadable',
    ]);
    expect(await misfitOf({ ...client, clientKey: { env: 'NOWHERE' } })).toEqual([
      'clientKey',
      'secret-missing',
    ]);
  });

  test('fits, or is refused before anything is built', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const otherKey = other.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const damaged = pem('ca.pem').replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    expect(await misfitOf({ ...client, clientKey: pem('client-key-open.pem') })).toBeNull();
    expect(await misfitOf({ ...client, clientKey: otherKey })).toEqual(['clientKey', 'bad-client-key']);
    expect(
      await misfitOf({ ...client, clientKey: pem('client-key.pem'), clientKeyPassword: 'wrong' }),
    ).toEqual(['clientKeyPassword', 'bad-key-password']);
    expect(await misfitOf({ ...client, caCertificate: damaged })).toEqual([
      'caCertificate',
      'bad-certificate',
    ]);
    expect(await misfitOf({ ...client, clientKey: { env: 'KEY' } }, { KEY: pem('client-key.pem') })).toEqual([
      'clientKeyPassword',
      'missing-key-password',
    ]);
    const damagedKey = pem('client-key-open.pem').replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    expect(await misfitOf({ ...client, clientKey: damagedKey })).toEqual(['clientKey', 'bad-client-key']);
  });

  test('in a file that everybody can read is used with a warning, a certificate without', async () => {
    const warnings: string[] = [];
    written('client.pem', pem('client.pem'), 0o644);
    written('open-key.pem', pem('client-key-open.pem'), 0o644);
    const recipe = enterprise({
      clientCertificate: { file: 'client.pem' },
      clientKey: { file: 'open-key.pem' },
    });
    const outcome = await resolveSecrets(recipe, folder, {}, ({ title }) => warnings.push(title));
    expect([outcome.ok, warnings]).toEqual([true, ['Everybody on this computer can read open-key.pem.']]);
  });
});

describe('a recipe from a page', () => {
  const networks = (fields: object) => ({
    schema: 1,
    keys: [ed25519Key],
    wifi: { networks: [{ ssid: 'Office', ...fields }] },
  });

  test('is the same as one from a file', async () => {
    const fields = {
      security: 'enterprise',
      enterprise: { method: 'peap', identity: 'ada', password: 'x', caCertificate: pem('ca.pem') },
    };
    const fromPage = pageRecipe(networks(fields));
    const fromFile = await resolveSecrets(recipeOf(networks(fields)), folder, {});
    if (!fromPage.ok || !fromFile.ok) throw new Error('refused');
    expect(JSON.stringify(fromPage.value)).toBe(JSON.stringify(fromFile.value));
  });

  test.each([
    { passphrase: { env: 'HOME' } },
    {
      security: 'enterprise',
      enterprise: { method: 'peap', identity: 'ada', password: { file: '/etc/passwd' } },
    },
    {
      security: 'enterprise',
      enterprise: { method: 'peap', identity: 'ada', caCertificate: { file: '/etc/passwd' } },
    },
  ])('may not point to what is on this computer: %j', (fields) => {
    const outcome = pageRecipe(networks(fields));
    expect(outcome).toMatchObject({ problem: { code: 'secret-elsewhere' } });
  });

  test('has its keys and certificates looked into as well', () => {
    const enterpriseFields = { method: 'tls', identity: 'ada', ...client, clientKey: pem('ca.pem') };
    expect(pageRecipe(networks({ security: 'enterprise', enterprise: enterpriseFields }))).toMatchObject({
      problem: { code: 'bad-client-key' },
    });
  });
});

describe('the notes on a recipe', () => {
  const enterpriseNetwork = { ssid: 'Office', security: 'enterprise' };
  const peap = { method: 'peap', identity: 'ada', password: 'x' };

  test.each<[string, object[], RegExp[]]>([
    ['no network', [], []],
    ['an open network', [{ ssid: 'a', security: 'open' }], []],
    ['a passphrase', [{ ssid: 'a', passphrase: 'correct horse' }], [/built into the image/]],
    [
      'an enterprise network that believes everybody',
      [{ ...enterpriseNetwork, enterprise: peap }],
      [/built into the image/, /Anybody can pretend to be the network Office/],
    ],
    [
      'an enterprise network that knows its domain',
      [{ ...enterpriseNetwork, enterprise: { ...peap, domain: 'example.org' } }],
      [/built into the image/],
    ],
  ])('with %s', (_, list, expected) => {
    const outcome = pageRecipe({ schema: 1, keys: [ed25519Key], wifi: { secrets: 'baked', networks: list } });
    if (!outcome.ok) throw new Error(outcome.problem.title);
    const notes = secretNotes(outcome.value);
    expect(notes).toHaveLength(expected.length);
    for (const [at, pattern] of expected.entries()) expect(notes[at]).toMatch(pattern);
  });
});
