/** The same sentence in the window and on the terminal for every input that a recipe refuses. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServices } from '../../src/main/services.ts';
import { findPlaces } from '../../src/main/places.ts';
import type { RecipeProblem } from '../../src/shared/contract.ts';
import { makeHome, runCommand, type Home } from '../contract/program.ts';
import { recipeNamed } from '../recipes.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

const [good = ''] = recipeNamed('full').keys;
const longSsid = 'ä'.repeat(17);
const network = (more: object) => ({ ssid: 'a', ...more });

/** Each is refused for one reason; together they are everything that cli-and-recipe's limits name. */
const refused: Record<string, object> = {
  'a host name with a space': { name: 'my attic' },
  'a release that is not known': { release: '19.03' },
  'a key that is cut': { keys: [good.slice(0, 40)] },
  'a key with options': { keys: [`no-pty ${good}`] },
  'two keys on a line': { keys: [`${good} ${good}`] },
  'a private key': { keys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] },
  'a package name with a space': { packages: ['a b'] },
  'a network name of 34 bytes': { wifi: { networks: [network({ ssid: longSsid })] } },
  'a WPA2 passphrase of 7': { wifi: { networks: [network({ security: 'wpa2', passphrase: '1234567' })] } },
  'a WPA3 passphrase of 64': {
    wifi: { networks: [network({ security: 'wpa3', passphrase: 'x'.repeat(64) })] },
  },
  'a key where WPA3 may be': { wifi: { networks: [network({ passphrase: 'a'.repeat(64) })] } },
  'a country that is none': { wifi: { country: 'sweden' } },
  'a password that is no hash': { console: { password: { hashed: 'secret' } } },
  'a locale that is none': { locale: 'english please' },
  'a keyboard that is none': { keyMap: 'a b' },
  'a time zone that is none': { timeZone: 'Mars/Olympus Mons' },
  'a file name with a folder': { image: { fileName: '../x' } },
  'a label of 33': { image: { volumeId: 'X'.repeat(33) } },
  'a script name with a slash': { scripts: [{ name: 'a/b', text: '' }] },
  'an empty module': { module: '  ' },
  'a field that is not known': { packges: [] },
};

describe('what a recipe refuses', () => {
  test.each(Object.entries(refused))('%s has the same words everywhere', async (_, wrong) => {
    const recipe = { schema: 1, keys: [good], ...wrong };
    const places = findPlaces({ platform: 'linux', env: {}, home: home.folder });
    const answer = await createServices({ places, host: 'web', nixpkgs: null }).call('checkRecipe', recipe);
    const inWindow = answer.ok ? (answer.value as RecipeProblem[]) : [];
    expect(inWindow).toHaveLength(1);

    const file = path.join(home.folder, 'recipe.json');
    await writeFile(file, JSON.stringify(recipe));
    const { exit, stdout } = await runCommand(home, ['check', file, '--json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(exit).toBe(2);
    expect(lines).toEqual([
      { kind: 'problem', ...inWindow[0] },
      // The last line names the place, which the window shows at the field itself.
      {
        kind: 'failed',
        problem: { ...inWindow[0]!.problem, detail: expect.stringContaining(inWindow[0]!.problem.detail) },
      },
    ]);
    const { title, remedy } = inWindow[0]!.problem;
    expect(title).toMatch(/[.]$/);
    expect(remedy).toMatch(/[.A-Za-z0-9…)]$/);
  });
});
