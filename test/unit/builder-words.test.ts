/** Where an image is built, and why there, in words. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameFor, placeOf, revisionWords, statusPlace } from '../../src/renderer/builder-words.ts';
import type { BuildingChoices } from '../../src/shared/building.ts';
import type { PreflightLine } from '../../src/shared/contract.ts';
import { counterexampleOf } from '../property/runs.ts';
import * as building from '../wizard/building-world.ts';

const choices = (chosen: string, builders = [building.workshop]): BuildingChoices => ({
  builders,
  chosen,
  distribute: null,
  keepGigabytes: 20,
});
const line = (id: string): PreflightLine => ({ id, title: id, state: 'ok' });
const { name } = building.workshop;
const system = 'x86_64-linux';

describe('an image is built', () => {
  test('where the person said, and what is sent there is said', () => {
    expect(placeOf(choices(name), system, null)).toMatchObject({
      on: name,
      words: name,
      why: expect.stringMatching(/^You chose .*over SSH/),
    });
    expect(placeOf(choices('here'), system, null)).toEqual({
      on: 'here',
      words: 'this computer',
      why: 'You chose this computer. Nothing is sent anywhere.',
    });
  });

  test('here, where there is no other builder or the chosen one is gone', () => {
    for (const chosen of ['here', 'auto', 'long-gone'])
      expect(placeOf(choices(chosen, []), system, null)).toEqual({
        on: 'here',
        words: 'this computer',
        why: 'No other builder is on the list. Nothing is sent anywhere.',
      });
  });

  test('at a place that is not known before the program has looked, where it may choose itself', () => {
    expect(placeOf(choices('auto'), system, null).on).toBeNull();
    expect(placeOf(choices('auto'), system, [line('nix')]).on).toBe('here');
    expect(placeOf(choices('auto'), system, [line('reachable'), line('nix')]).on).toBe(name);
  });
});

test('the line at the bottom says the place in a few words', () => {
  expect(statusPlace(choices('auto'))).toBe('the fastest that fits');
  expect(statusPlace(choices('auto', []))).toBe('this computer');
  expect(statusPlace(choices(name))).toBe(name);
  expect(statusPlace(choices('long-gone'))).toBe('this computer');
});

describe('a new builder is named after its host', () => {
  test.each([
    ['ssh://ada@forge.example.org:2222/', 'forge.example.org'],
    ['ada@forge', 'forge'],
    ['forge:22', 'forge'],
    ['', 'builder'],
    ['here', 'here-2'],
  ])('%s is called %s', (host, wanted) => {
    expect(nameFor(host, [])).toBe(wanted);
  });

  test('and differs from all others, whatever they are called', () => {
    const host = fc.oneof(fc.constantFrom('forge', 'here', 'auto', ''), fc.string({ maxLength: 50 }));
    const taken = fc.array(fc.constantFrom<string[]>('forge', 'forge-2', 'here', 'builder'));
    const property = fc.property(host, taken, (given, others) => {
      const found = nameFor(given, others);
      return found !== '' && !others.includes(found) && !['here', 'auto'].includes(found);
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});

test('a revision is short and has its date, and what is no revision stays whole', () => {
  const revision = '0c19ae3a7b3e1d5f8a2b4c6d8e0f1a3b5c7d9e1f';
  expect(revisionWords({ revision, date: '2026-11-20' })).toBe('0c19ae3a7b3e of 2026-11-20');
  expect(revisionWords({ revision: 'path:/home/me/nixpkgs', date: null })).toBe('path:/home/me/nixpkgs');
});
