/** A key that was damaged anywhere is never taken for a good one. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKeys } from '../../src/main/keys/parse.ts';
import { recipeNamed } from '../recipes.ts';
import { counterexampleOf, numRuns } from './runs.ts';

const lines = recipeNamed('full').keys;

/** A good key with bytes changed, added or taken away. */
const damaged = fc
  .tuple(
    fc.constantFrom(...lines),
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('change', 'add', 'remove')), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([line, changes]) => {
    const [type, base64] = line.split(' ');
    let blob = [...Buffer.from(base64!, 'base64')];
    for (const [where, byte, kind] of changes) {
      const at = where % blob.length;
      blob = blob.toSpliced(at, kind === 'add' ? 0 : 1, ...(kind === 'remove' ? [] : [byte]));
    }
    return `${type} ${Buffer.from(blob).toString('base64')}`;
  });

describe('a damaged key', () => {
  test('is refused, or is a whole key of the same type and strength, as OpenSSH sees it', () => {
    const accepted = fc.sample(damaged, numRuns).flatMap((line) => {
      const read = readKeys(line);
      return read.ok ? read.value : [];
    });
    // Random bytes of an Ed25519 key or of an RSA modulus are another key, which nobody can tell from a good one.
    expect(accepted.length).toBeGreaterThan(0);
    const said = execFileSync('ssh-keygen', ['-l', '-f', '-'], {
      input: accepted.map(({ line }) => `${line}\n`).join(''),
      encoding: 'utf8',
    });
    const expected = said
      .trim()
      .split('\n')
      .map((one) => one.split(' ').slice(0, 2).join(' '));
    expect(accepted.map(({ bits, fingerprint }) => `${bits} ${fingerprint}`)).toEqual(expected);
  });

  test('is refused for good where anything but the key’s own number was changed', () => {
    const [type, base64] = lines[0]!.split(' ');
    const good = Buffer.from(base64!, 'base64');
    const place = fc.integer({ min: 0, max: good.length - 33 });
    const property = fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
      const blob = Buffer.from(good);
      blob[at]! ^= change;
      return !readKeys(`${type} ${blob.toString('base64')}`).ok;
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});

test('no text makes reading keys fail in any other way than with a sentence', () => {
  const pieces = [
    ...lines.flatMap((line) => line.split(' ')),
    'ssh-dss',
    '-----BEGIN',
    '\n',
    '\r',
    '\t',
    ' ',
    '=',
    'AAAA',
    '#',
  ];
  const word = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 20 }));
  const property = fc.property(
    fc.array(word, { maxLength: 8 }),
    fc.constantFrom('', ' ', '\n'),
    (words, between) => {
      const read = readKeys(words.join(between));
      return read.ok || read.problem.title.endsWith('.');
    },
  );
  expect(counterexampleOf(property)).toBeNull();
});
