/** What the window says about kept recipes, and about what is not kept with them. */
import { describe, expect, test } from 'vitest';
import { copyName, isChangedSince, keptFacts, keptLike } from '../../src/renderer/kept-recipe-words.ts';
import { missingSecret } from '../../src/renderer/missing-secret.ts';
import type { KeptRecipe } from '../../src/shared/choosing.ts';
import { emptyRecipe, type WifiNetwork } from '../../src/shared/recipe.ts';

const kept: KeptRecipe = {
  name: 'In the attic',
  savedAt: '2026-11-20T18:30:00Z',
  openedAt: null,
  hostName: 'attic',
  release: '26.05',
  keys: 1,
  packages: 14,
  networks: 0,
};
const home: WifiNetwork = { ssid: 'Attic', security: 'wpa2-wpa3', hidden: false, priority: 0 };
const recipe = { ...emptyRecipe(), name: 'attic' };

describe('a kept recipe', () => {
  test('is told by its facts, and one that can not be read has none', () => {
    expect(keptFacts(kept)).toEqual(['attic', 'NixOS 26.05', '1 key', '14 packages', 'cable']);
    expect(keptFacts({ ...kept, release: 'unstable', networks: 2 })).toContain('NixOS unstable');
    expect(keptFacts({ ...kept, hostName: null })).toEqual([]);
  });

  test('is found by a part of its name or of its host name, in any case', () => {
    expect(keptLike([kept], ' THE attic ')).toEqual([kept]);
    expect(keptLike([{ ...kept, name: 'x' }], 'TTI')).toHaveLength(1);
    expect(keptLike([kept, { ...kept, name: 'x', hostName: null }], '')).toHaveLength(2);
    expect(keptLike([kept], 'cellar')).toEqual([]);
  });

  test('is copied under a name that is free on every system', () => {
    expect(copyName('Attic', [{ name: 'Attic' }])).toBe('Attic 2');
    expect(copyName('Attic', [{ name: 'attic 2' }, { name: 'ATTIC 3' }])).toBe('Attic 4');
  });
});

describe('a recipe that is kept', () => {
  const known = { recipe, keptAs: 'Attic', keptCopies: { Attic: recipe } };
  test('is changed since when it differs, and a secret is no difference', () => {
    expect(isChangedSince(known)).toBe(false);
    expect(isChangedSince({ ...known, recipe: { ...recipe, name: 'loft' } })).toBe(true);
    const bare = { ...recipe, wifi: { ...recipe.wifi, networks: [home] } };
    const typed = {
      ...recipe,
      wifi: { ...recipe.wifi, networks: [{ ...home, passphrase: 'correct horse' }] },
    };
    expect(isChangedSince({ ...known, recipe: typed, keptCopies: { Attic: bare } })).toBe(false);
  });

  test('says nothing of what nobody knows', () => {
    expect(isChangedSince({ ...known, keptAs: null })).toBe(false);
    expect(isChangedSince({ ...known, keptCopies: {} })).toBe(false);
    expect(isChangedSince({ ...known, recipe: null })).toBe(false);
  });
});

test.each([
  [{ ...home, security: 'open' as const }, null],
  [home, 'passphrase'],
  [{ ...home, passphrase: 'correct horse' }, null],
  [{ ...home, security: 'enterprise' as const }, 'password'],
])('a network %j lacks %s', (network, what) => {
  expect(missingSecret(network)).toBe(what);
});
