/** Recipes that are kept: under people's names, without a secret, never half, and unfinished ones, too. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportRecipe, importRecipe, recipeStore, type RecipeStore } from '../../src/main/recipes/store.ts';
import { recipeDifferences } from '../../src/shared/recipe-differences.ts';
import { readDraft } from '../../src/shared/recipe-draft.ts';
import { holdsSecret, withoutSecrets } from '../../src/shared/recipe-without-secrets.ts';
import { checkRecipe, emptyRecipe, type Recipe } from '../../src/shared/recipe.ts';
import { recipeNamed } from '../recipes.ts';

let root: string;
let folder: string;
let store: RecipeStore;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nixburn-recipes-'));
  folder = path.join(root, 'recipes');
  store = recipeStore(folder);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function whole(value: unknown): Recipe {
  const checked = checkRecipe(value);
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.recipe;
}

const attic = whole(recipeNamed('full'));
const withSecret = whole({
  ...recipeNamed('minimal'),
  wifi: {
    networks: [
      { ssid: 'Attic', passphrase: 'correct horse' },
      { ssid: 'Elsewhere', passphrase: { file: 'psk.txt' } },
      {
        ssid: 'Corp',
        security: 'enterprise',
        enterprise: { method: 'peap', identity: 'ada', password: 'battery staple' },
      },
    ],
  },
});
const unfinished = { ...emptyRecipe(), name: 'not yet!', packages: ['vim', 'a b'] };

describe('a kept recipe', () => {
  test('is opened as it was saved', async () => {
    expect(await store.save('Attic', attic, false)).toMatchObject({ ok: true });
    const opened = await store.open('Attic');
    expect(opened).toEqual({ ok: true, value: { recipe: withoutSecrets(attic), problems: [] } });
  });

  test('holds no text of a secret, and still says where one stands', async () => {
    await store.save('Attic', withSecret, false);
    const text = readFileSync(path.join(folder, 'Attic.nixburn.json'), 'utf8');
    expect(text).not.toMatch(/correct horse|battery staple/);
    expect(text).toContain('psk.txt');
    expect(text).toContain('ada');
    const opened = await store.open('Attic');
    if (!opened.ok) throw new Error(opened.problem.title);
    expect(opened.value.recipe.wifi.networks.map(({ ssid }) => ssid)).toEqual(['Attic', 'Elsewhere', 'Corp']);
  });

  test('asks again whether a passphrase may be in the image, once that has to be typed again', () => {
    const baked = { ...withSecret, wifi: { ...withSecret.wifi, secrets: 'baked' as const } };
    expect(holdsSecret(baked)).toBe(true);
    expect(withoutSecrets(baked).wifi.secrets).toBe('slot');
    expect(holdsSecret(withoutSecrets(baked))).toBe(false);
    const elsewhere = whole({
      ...recipeNamed('minimal'),
      wifi: { secrets: 'baked', networks: [{ ssid: 'Elsewhere', passphrase: { file: 'psk.txt' } }] },
    });
    expect(holdsSecret(elsewhere)).toBe(false);
    expect(withoutSecrets(elsewhere)).toEqual(elsewhere);
  });

  test('can be looked at without becoming a recent one', async () => {
    await store.save('Attic', attic, false);
    expect(await store.read('attic')).toMatchObject({ ok: true, value: { recipe: { name: attic.name } } });
    expect((await store.list())[0]?.openedAt).toBeNull();
    await store.open('Attic');
    expect((await store.list())[0]?.openedAt).not.toBeNull();
    expect(await store.read('Nobody')).toMatchObject({ ok: false, problem: { code: 'recipe-gone' } });
  });

  test('is the person’s alone', async () => {
    await store.save('Attic', attic, false);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(folder, 'Attic.nixburn.json')).mode & 0o777).toBe(0o600);
  });

  test('may be unfinished: every field is there again, and what is left to do is told', async () => {
    await store.save('Draft', { schema: 1, name: 'not yet!', wifi: { networks: [{ ssid: '' }] } }, false);
    const opened = await store.open('Draft');
    if (!opened.ok) throw new Error(opened.problem.title);
    expect(opened.value.recipe).toEqual({
      ...emptyRecipe(),
      name: 'not yet!',
      wifi: {
        ...emptyRecipe().wifi,
        networks: [{ ssid: '', security: 'wpa2-wpa3', hidden: false, priority: 0 }],
      },
    });
    expect(opened.value.problems.map(({ path: at }) => at)).toEqual(
      expect.arrayContaining(['name', 'keys', 'wifi.networks.0.ssid']),
    );
  });

  test.each([
    [{}, 'missing-field'],
    [{ schema: 1, packges: [] }, 'unknown-field'],
    [{ schema: 1, packages: 'vim' }, 'wrong-kind'],
    [{ schema: 2 }, 'recipe-version'],
    [null, 'wrong-kind'],
    ['text', 'wrong-kind'],
  ])('%j is refused: it is no recipe at all', async (value, code) => {
    expect(await store.save('X', value, false)).toMatchObject({ ok: false, problem: { code } });
    expect(existsSync(path.join(folder, 'X.nixburn.json'))).toBe(false);
  });

  test('is replaced only where that is said, whatever the case of its name', async () => {
    await store.save('Attic', attic, false);
    expect(await store.save('attic', unfinished, false)).toMatchObject({
      problem: { code: 'recipe-exists' },
    });
    expect(await store.save('ATTIC', unfinished, true)).toMatchObject({ ok: true });
    expect((await store.list()).map(({ name }) => name)).toEqual(['ATTIC']);
    expect(readdirSync(folder).filter((name) => !/^[A-Z][a-zA-Z]*\.nixburn\.json$/.test(name))).toEqual([]);
  });

  test.each([
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    'C:',
    'con',
    'COM1.txt',
    'a\nb',
    ' a',
    'a ',
    'a.',
    'x'.repeat(101),
    '\u202e',
  ])('can not be called %j', async (name) => {
    for (const act of [
      store.save(name, attic, true),
      store.duplicate('Attic', name),
      store.rename('Attic', name),
    ])
      expect(await act).toMatchObject({ ok: false, problem: { code: 'bad-recipe-name' } });
    for (const act of [store.open(name), store.remove(name)])
      expect(await act).toMatchObject({ problem: { code: 'recipe-gone' } });
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });

  test.each(['Attic', 'Rack 7, left', 'Großvaters Büro', '屋根裏', 'a.b', "it's"])(
    'can be called %s',
    async (name) => {
      await store.save(name, attic, false);
      expect(await store.open(name)).toMatchObject({ ok: true });
      expect((await store.list()).map((one) => one.name)).toEqual([name]);
    },
  );

  test('can be duplicated, renamed and removed, and never takes another’s place', async () => {
    await store.save('Attic', attic, false);
    await store.save('Cellar', unfinished, false);
    expect(await store.duplicate('Attic', 'Roof')).toMatchObject({ ok: true });
    expect(await store.open('Roof')).toEqual(await store.open('Attic'));
    for (const act of [
      store.duplicate('Attic', 'cellar'),
      store.rename('Attic', 'CELLAR'),
      store.duplicate('Attic', 'attic'),
    ])
      expect(await act).toMatchObject({ problem: { code: 'recipe-exists' } });
    expect(await store.rename('attic', 'ATTIC')).toMatchObject({ ok: true });
    expect(await store.rename('Roof', 'Shed')).toMatchObject({ ok: true });
    expect(await store.remove('cellar')).toMatchObject({ ok: true });
    expect((await store.list()).map(({ name }) => name).toSorted()).toEqual(['ATTIC', 'Shed']);
    for (const act of [
      store.remove('Roof'),
      store.open('Roof'),
      store.rename('Roof', 'X'),
      store.duplicate('Roof', 'X'),
    ])
      expect(await act).toMatchObject({ problem: { code: 'recipe-gone' } });
  });

  test('that was used last is listed first, with what is in it', async () => {
    for (const [at, name] of ['one', 'two', 'three'].entries()) {
      await store.save(name, attic, false);
      const then = new Date(Date.now() - 1_000_000 + at * 1000);
      utimesSync(path.join(folder, `${name}.nixburn.json`), then, then);
    }
    expect((await store.list()).map(({ name }) => name)).toEqual(['three', 'two', 'one']);
    await store.open('one');
    const [first] = await store.list();
    expect(first).toMatchObject({
      name: 'one',
      hostName: attic.name,
      release: attic.release,
      keys: attic.keys.length,
      packages: attic.packages.length,
      networks: attic.wifi.networks.length,
      openedAt: expect.stringMatching(/^\d{4}-/),
    });
    await store.rename('one', 'uno');
    expect((await store.list())[0]).toMatchObject({ name: 'uno', openedAt: first!.openedAt });
  });

  test('that was damaged is listed still, and says what is wrong when it is opened', async () => {
    await store.save('Attic', attic, false);
    writeFileSync(path.join(folder, 'Attic.nixburn.json'), '{ "schema": 1, "passphrase": "oops');
    expect(await store.list()).toMatchObject([{ name: 'Attic', hostName: null, release: null }]);
    const opened = await store.open('Attic');
    expect(opened).toMatchObject({ ok: false, problem: { code: 'recipe-not-json' } });
    expect(JSON.stringify(opened)).not.toContain('oops');
    writeFileSync(path.join(folder, '.opened.json'), 'nonsense');
    expect(await store.list()).toHaveLength(1);
  });

  test('that can not be written says so, and leaves the old one', async () => {
    await store.save('Attic', attic, false);
    mkdirSync(path.join(folder, 'Block.nixburn.json'));
    expect(await store.save('Block', attic, true)).toMatchObject({ problem: { code: 'recipe-disk' } });
    chmodSync(folder, 0o700);
    expect((await store.list()).map(({ name }) => name)).toEqual(['Attic']);
    expect(readdirSync(folder).filter((name) => !/^[A-Z][a-zA-Z]*\.nixburn\.json$/.test(name))).toEqual([]);
  });
});

describe('what is being worked on', () => {
  test('is kept without secrets, beside the recipes and not among them', async () => {
    expect(await store.unsaved()).toBeNull();
    expect(await store.keepUnsaved('Attic', withSecret)).toMatchObject({ ok: true });
    await store.keepUnsaved(null, unfinished);
    const kept = await store.unsaved();
    expect(kept?.recipe).toEqual(unfinished);
    expect(kept?.problems.length).toBeGreaterThan(0);
    expect(await store.list()).toEqual([]);
    expect(await store.keepUnsaved(null, 'nonsense')).toMatchObject({ ok: false });
    expect((await store.unsaved())?.recipe).toEqual(unfinished);
  });

  test('remembers which kept recipe it came from, and what is no draft is none', async () => {
    await store.keepUnsaved('Attic', withSecret);
    expect(await store.unsaved()).toMatchObject({ name: 'Attic', recipe: { name: withSecret.name } });
    for (const text of ['', '{', '[]', '{"name":5,"recipe":{}}', '{"name":null,"recipe":{"keys":7}}']) {
      writeFileSync(path.join(folder, '.unsaved.json'), text);
      expect(await store.unsaved()).toBeNull();
    }
  });

  test('is never half, however many windows write it at once', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `host-${at}`);
    const reading = Array.from({ length: 20 }, () => store.unsaved());
    await Promise.all([
      ...names.map((name) => store.keepUnsaved(null, { ...emptyRecipe(), name })),
      ...reading,
    ]);
    // What was typed last, whatever the disk did first.
    expect((await store.unsaved())?.recipe.name).toBe('host-19');
    expect(readdirSync(folder)).toEqual(['.unsaved.json']);
  });
});

describe('a recipe as a file', () => {
  test('goes out and comes in as the same, without its secrets', () => {
    const exported = exportRecipe(withSecret);
    if (!exported.ok) throw new Error(exported.problem.title);
    expect(exported.value.fileName).toBe(`${withSecret.name}.nixburn.json`);
    expect(exported.value.text).not.toMatch(/correct horse|battery staple/);
    expect(importRecipe(exported.value.text)).toMatchObject({
      ok: true,
      value: { recipe: withoutSecrets(withSecret) },
    });
  });

  test('of somebody’s own keeps the secrets that are in it, and may have a byte order mark', () => {
    const imported = importRecipe(`\uFEFF${JSON.stringify(withSecret)}`);
    expect(imported).toEqual({ ok: true, value: { recipe: withSecret, problems: [] } });
  });

  test.each([
    ['{ "schema": 1, "passphrase": "secret-thing" ', 'recipe-not-json'],
    ['[]', 'recipe-not-json'],
    ['null', 'recipe-not-json'],
    ['{"schema": 3}', 'recipe-problems'],
    ['{"schema": 1, "keyz": []}', 'recipe-problems'],
  ])('%s is refused with a sentence that repeats nothing', (text, code) => {
    const imported = importRecipe(text);
    expect(imported).toMatchObject({ ok: false, problem: { code, title: expect.stringMatching(/\.$/) } });
    expect(JSON.stringify(imported)).not.toContain('secret-thing');
  });

  test('any JSON at all is taken in or refused, and never fails', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const imported = importRecipe(text);
        if (imported.ok) expect(readDraft(imported.value.recipe)).toHaveProperty('recipe');
        expect(typeof imported.ok).toBe('boolean');
      }),
    );
  });
});

describe('two recipes', () => {
  const differences = (change: Partial<Recipe>, before: Recipe = attic) =>
    recipeDifferences(before, { ...before, ...change }).map(({ words }) => words);

  test('that are the same have no difference', () => {
    expect(differences({})).toEqual([]);
    expect(differences({ keys: attic.keys.map((line) => line.split(' ').slice(0, 2).join(' ')) })).toEqual(
      [],
    );
  });

  test('are compared in words', () => {
    const empty = emptyRecipe();
    expect(differences({ name: 'cellar' }, empty)).toEqual([
      'The host name changes from “nixos-installer” to “cellar”.',
    ]);
    expect(differences({ packages: ['vim', 'git'] }, empty)).toEqual(['2 packages are added: vim, git.']);
    expect(differences({ packages: ['vim'] }, { ...empty, packages: ['git'] })).toEqual([
      '1 package is added: vim.',
      '1 package is removed: git.',
    ]);
    expect(differences({ allowUnfree: true }, empty)).toEqual([
      'Packages that are not free software are allowed.',
    ]);
    expect(differences({ wifi: { ...empty.wifi, country: 'SE' } }, empty)).toEqual([
      'The country of the WiFi is now “SE”.',
    ]);
    expect(differences({ consoleFont: null }, { ...empty, consoleFont: 'ter-v32n' })).toEqual([
      'The font of the console is not set any more; it was “ter-v32n”.',
    ]);
    expect(differences({ console: { password: { hashed: '$6$a$b' } } }, empty)).toEqual([
      'The console password is set.',
    ]);
    expect(differences({ module: '{ }' }, empty)).toEqual(['The extra module is added.']);
    expect(
      differences(
        { scripts: [{ name: 'go', text: 'b' }] },
        { ...empty, scripts: [{ name: 'go', text: 'a' }] },
      ),
    ).toEqual(['The script “go” changes.']);
    expect(differences({ keys: [] }, { ...empty, keys: ['ssh-ed25519 AAAA'] })).toEqual([
      'The key that can not be used is removed.',
    ]);
  });

  test('tell of networks, and never of their passphrases', () => {
    const [network] = withSecret.wifi.networks;
    const wifi = {
      ...withSecret.wifi,
      networks: [{ ...network!, passphrase: 'another one', hidden: true, priority: 3 }],
    };
    const said = differences({ wifi }, withSecret);
    expect(said).toEqual([
      'The network “Elsewhere” is removed.',
      'The network “Corp” is removed.',
      'The network “Attic” changes: it is hidden, priority from 0 to 3, another passphrase.',
    ]);
    expect(said.join()).not.toMatch(/correct|another one/);
  });

  test('differ in each field that a recipe has', () => {
    const full = whole(recipeNamed('full'));
    const empty = emptyRecipe();
    const paths = recipeDifferences(empty, full).map(({ path: at }) => at.split('.')[0]);
    const fields = Object.keys(full).filter(
      (field) => JSON.stringify(full[field as keyof Recipe]) !== JSON.stringify(empty[field as keyof Recipe]),
    );
    expect(new Set(paths)).toEqual(new Set(fields));
  });
});
