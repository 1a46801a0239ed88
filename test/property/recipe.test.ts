/** A recipe can be anything: the check always answers, in words, and agrees with the schema that it publishes. */
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRecipe, emptyRecipe, recipeJsonSchema, type Recipe } from '../../src/shared/recipe.ts';
import { fits, type Schema } from '../json-schema.ts';
import { ed25519Key, recipeNamed, recipeNames } from '../recipes.ts';
import { counterexampleOf } from './runs.ts';

const schema = recipeJsonSchema() as Schema;
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(undefined, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1, -0),
  fc.anything({ withNullPrototype: true, withBigInt: false }),
);

/** Every place in a value, as a path. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

/** The value with another one in this place, which may be a new one. */
function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  // No text in JSON can name the length of a list, and `__proto__` is a name there like any other.
  if (Array.isArray(copy) && key === 'length') return copy;
  const inner = replaced(Object.hasOwn(copy, key) ? copy[key] : undefined, rest, by);
  return Object.defineProperty(copy, key, {
    value: inner,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** A good recipe with one thing in it that may be anything. */
const almostRecipe = fc
  .constantFrom(...recipeNames.map(recipeNamed), { ...emptyRecipe(), keys: [ed25519Key] })
  .chain((recipe) =>
    fc
      .tuple(
        fc.constantFrom(...placesIn(recipe)),
        anything,
        fc.option(fc.string({ minLength: 1 }), { freq: 4 }),
      )
      .map(([place, value, extra]) => {
        const path = extra === null || place.length === 0 ? place : [...place.slice(0, -1), extra];
        return replaced(recipe, path, value);
      }),
  );

/** What the check says: the recipe, or null where it refuses; `bad answer` where its answer is of no use. */
function answer(value: unknown): Recipe | null | 'bad answer' {
  const checked = checkRecipe(value);
  if ('recipe' in checked) return checked.recipe;
  const useful = checked.problems.every(
    ({ path, problem: { code, title, remedy } }) =>
      typeof path === 'string' && /^[a-z]+(-[a-z]+)*$/.test(code) && /\S\.$/.test(title) && /\S/.test(remedy),
  );
  return useful && checked.problems.length > 0 ? null : 'bad answer';
}

describe('the check', () => {
  test('refuses whatever is no recipe, in words', () => {
    expect(counterexampleOf(fc.property(anything, (value) => answer(value) === null))).toBeNull();
  });

  test('answers whatever stands in one place of a good recipe, and is content with its own answer', () => {
    const property = fc.property(almostRecipe, (value) => {
      const recipe = answer(value);
      return recipe === null || isDeepStrictEqual(answer(recipe), recipe);
    });
    expect(counterexampleOf(property)).toBeNull();
  });

  test('accepts nothing that the published schema refuses', () => {
    const property = fc.property(almostRecipe, (value) => {
      // What JSON can not say is in no file.
      const json: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
      return answer(json) === null || fits(schema, json);
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});
