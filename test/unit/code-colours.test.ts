/** Code in colours: whatever is typed keeps every letter, and what is quoted or a comment looks it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedLines, colourLines, type Language } from '../../src/renderer/code-colours.ts';
import { nix } from '../../src/renderer/nix-colours.ts';
import { shell } from '../../src/renderer/shell-colours.ts';
import { hostileText } from '../property/hostile.ts';
import { counterexampleOf } from '../property/runs.ts';

/** `kind:text` of all pieces that have a colour. */
function coloured(text: string, language: Language): string[] {
  return colourLines(text, language)
    .flat()
    .flatMap((one) => (one.kind === 'plain' ? [] : [`${one.kind}:${one.text}`]));
}

const whole = (text: string, language: Language): string =>
  colourLines(text, language)
    .map((pieces) => pieces.map((one) => one.text).join(''))
    .join('\n');

test.each([
  ['Nix', nix],
  ['bash', shell],
])('%s in colours is the same text, letter for letter, whatever it is', (_name, language) => {
  const text = fc.array(hostileText).map((parts) => parts.join('\n'));
  expect(counterexampleOf(fc.property(text, (one) => whole(one, language) === one))).toBeNull();
});

test('a text that nobody could read by its colours has none, and all of its letters', () => {
  const long = 'let a = 1;\n'.repeat(20_000);
  expect(coloured(long, nix)).toEqual([]);
  expect(whole(long, nix)).toBe(long);
});

describe('Nix', () => {
  test('shows comments, strings, keywords, names and numbers', () => {
    expect(coloured('# note\n{ a = "x # no note"; b = with c; d == 7; }', nix)).toEqual([
      'comment:# note',
      'name:a',
      'string:"x # no note"',
      'name:b',
      'keyword:with',
      'number:7',
    ]);
    expect(colourLines("''two\nlines''", nix)[1]).toEqual([{ kind: 'string', text: "lines''" }]);
  });
});

describe('bash', () => {
  test.each([
    ['echo hello # note', ['comment:# note']],
    ['echo a#b ${#list}', ['name:${#list}']],
    ['echo \'# no note\' "$HOME # none"', ["string:'# no note'", 'string:"$HOME # none"']],
    ['if [ -e /dev/sda1 ]; then reboot; fi', ['keyword:if', 'keyword:then', 'keyword:fi']],
    ['disk=/dev/sda count+=1', ['name:disk', 'name:count', 'number:1']],
    ["echo it\\'s $1 $@", ['name:$1', 'name:$@']],
    ["printf $'a\nb'", ["string:$'a", "string:b'"]],
    ['case x in esac;# end', ['keyword:case', 'keyword:in', 'keyword:esac', 'comment:# end']],
  ])('%j', (text, pieces) => {
    expect(coloured(text, shell)).toEqual(pieces);
  });
});

test('the lines of a text that are new are marked', () => {
  expect([...changedLines('a\nb\nb', 'a\nc\nb\nb\nb')]).toEqual([1, 4]);
  expect(changedLines(undefined, 'a').size).toBe(0);
});
