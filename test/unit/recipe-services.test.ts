/** Kept recipes behind the contract: what a window asks of them, and what the next window finds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPlaces } from '../../src/main/places.ts';
import { createServices } from '../../src/main/services.ts';
import type { CallInput, CallName, CallOutput } from '../../src/shared/contract.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import { recipeNamed } from '../recipes.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nixburn-recipe-services-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A program that was just started. */
function start() {
  const places = findPlaces({ platform: 'linux', env: { NIXBURN_HOME: root }, home: root });
  const services = createServices({ places, host: 'web', nixpkgs: null });
  return async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    const outcome = (await services.call(name, input)) as Outcome<CallOutput<N>>;
    if (!outcome.ok) throw new Error(`${outcome.problem.title} ${outcome.problem.raw}`);
    return outcome.value;
  };
}

const attic = {
  ...recipeNamed('minimal'),
  name: 'attic',
  wifi: { secrets: 'baked', networks: [{ ssid: 'Attic', passphrase: 'correct horse' }] },
};
const cellar = { ...recipeNamed('minimal'), name: 'cellar', packages: ['vim'] };

describe('what is being worked on', () => {
  test('is there when the program is started again, with its name and without its secrets', async () => {
    expect(await start()('unsavedRecipe', undefined)).toBeNull();
    const kept = await start()('keepUnsavedRecipe', { name: 'In the attic', recipe: attic });
    expect(kept).toEqual({ ok: true, value: null });
    const found = await start()('unsavedRecipe', undefined);
    expect(found).toMatchObject({
      name: 'In the attic',
      recipe: { name: 'attic', wifi: { secrets: 'slot', networks: [{ ssid: 'Attic' }] } },
    });
    expect(JSON.stringify(found)).not.toContain('correct horse');
  });

  test('is no matter for the list of kept recipes', async () => {
    const call = start();
    await call('keepUnsavedRecipe', { name: null, recipe: attic });
    expect(await call('recipes', undefined)).toEqual([]);
  });
});

describe('two recipes', () => {
  test('are compared by their names or as they stand in the window, and none of them becomes a recent one', async () => {
    const call = start();
    await call('saveRecipe', { name: 'Attic', recipe: attic, replace: false });
    await call('saveRecipe', { name: 'Cellar', recipe: cellar, replace: false });
    const kept = await call('compareRecipes', { before: { name: 'Attic' }, after: { name: 'Cellar' } });
    expect(kept).toMatchObject({ ok: true });
    expect(JSON.stringify(kept)).toContain('1 package is added: vim.');
    const same = await call('compareRecipes', { before: { name: 'Cellar' }, after: { recipe: cellar } });
    expect(same).toEqual({ ok: true, value: [] });
    expect((await call('recipes', undefined)).map(({ openedAt }) => openedAt)).toEqual([null, null]);
  });

  test('of which one is gone or is none are not compared', async () => {
    const call = start();
    const gone = await call('compareRecipes', { before: { name: 'Nobody' }, after: { recipe: cellar } });
    expect(gone).toMatchObject({ ok: false, problem: { code: 'recipe-gone' } });
    const none = await call('compareRecipes', { before: { recipe: 7 }, after: { recipe: cellar } });
    expect(none).toMatchObject({ ok: false });
  });
});
