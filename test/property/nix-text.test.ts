/** Whatever a person types comes out of Nix as exactly that text. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  attributeName,
  attributePath,
  binding,
  nixList,
  nixPath,
  nixSet,
  nixString,
} from '../../src/main/flake/nix-text.ts';
import { evaluateFile } from '../nix.ts';
import { counterexampleOf, numRuns } from './runs.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-nix-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The value of a piece of Nix, by real Nix. */
async function valueOf(nix: string): Promise<unknown> {
  const file = path.join(folder, 'value.nix');
  writeFileSync(file, nix);
  return evaluateFile(file);
}

/** What means something to Nix, to shells or to nobody, put together at random. */
const signs =
  `'' ''' ' " \${ $ $$ { } \\ \\n ''\\n /* */ # ; = @ ~ <a> ''\${x} \${builtins.abort"x"} é 🔑 x`.split(' ');
const blanks = Array.from(' \n\r\t\u0001\u007f\u00a0\u2028\ufeff');
const piece = fc.oneof(
  fc.constantFrom(...signs, ...blanks, '\r\n'),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const text = fc
  .array(piece, { maxLength: 12 })
  .map((pieces) => pieces.join('').replaceAll('\0', ''))
  .filter((whole) => !/\p{Surrogate}/u.test(whole));
const name = fc.oneof(
  text,
  fc.constantFrom('if', 'or', 'in', 'rec', "a'b", '1a', 'a-b', '_', '-', 'a.b', '__proto__', ''),
);

describe('a text in Nix', () => {
  test('is the same text again, as a string, in a list and under any name', async () => {
    // Many at once: a single run of Nix takes a twentieth of a second.
    const texts = fc.sample(text, numRuns);
    const names = [...new Set(fc.sample(name, numRuns))];
    const set = nixSet(names.map((one, at) => binding(attributeName(one), String(at))));
    const list = nixList(texts.map(nixString));
    const answer = nixSet([
      binding('texts', list),
      binding('names', 'builtins.map (name: [ name set.${name} ]) (builtins.attrNames set)'),
    ]);
    const value = (await valueOf(`let set = ${set}; in ${answer}`)) as {
      texts: string[];
      names: [string, number][];
    };
    expect(value.texts).toEqual(texts);
    expect(new Map(value.names)).toEqual(new Map(names.map((one, at) => [one, at])));
  });

  test('is the same text again when it is long', async () => {
    const long = fc.sample(text, 2000).join('');
    expect(await valueOf(nixString(long))).toBe(long);
  });

  test('names what it names also along a path', async () => {
    const paths = fc.sample(fc.array(name, { minLength: 1, maxLength: 4 }), Math.min(numRuns, 300));
    const sets = paths.map((parts) => `({ ${attributePath(parts)} = 1; }).${attributePath(parts)}`);
    expect(await valueOf(nixList(sets.map((set) => `(${set})`)))).toEqual(paths.map(() => 1));
  });

  test('never breaks a line', () => {
    expect(counterexampleOf(fc.property(text, (one) => !/[\n\r]/.test(nixString(one))))).toBeNull();
  });

  test('is refused where no Nix string can hold it', () => {
    for (const one of ['a\0', '\ud800', 'a\udc00b']) expect(() => nixString(one)).toThrow('no Nix string');
  });
});

describe('a file name in Nix', () => {
  test.each(['', '..', '.', 'a/../b', '/a', 'a b', 'a${b}', 'a//b', 'a/'])('can not be %j', (one) => {
    expect(() => nixPath(one)).toThrow('no Nix path');
  });

  test('is the file beside it', async () => {
    writeFileSync(path.join(folder, 'a.b_c+d-9'), 'contents');
    expect(await valueOf(`builtins.readFile ${nixPath('a.b_c+d-9')}`)).toBe('contents');
  });
});
