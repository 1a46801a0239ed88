/** Sentences with values and marks, and which language suits whom. */
import * as fc from 'fast-check';
import { createElement, isValidElement, type ReactNode } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { recipeProblem } from '../../src/main/recipe-file.ts';
import { checkRecipe } from '../../src/shared/recipe.ts';
import { recipeDifferences } from '../../src/shared/recipe-differences.ts';
import { languageFor } from '../../src/shared/languages.ts';
import * as plain from '../../src/shared/units.ts';
import { rich } from '../../src/renderer/rich.tsx';
import * as units from '../../src/renderer/units.ts';
import { findSentence, sentencePatterns } from '../../src/renderer/sentence-patterns.ts';
import { loadLanguage, msg, speak, t, translation } from '../../src/renderer/words.ts';

/** What React would show of a node, with the names of elements around their contents. */
function shown(node: ReactNode): string {
  if (Array.isArray(node)) return node.map(shown).join('');
  if (!isValidElement<{ children?: ReactNode }>(node)) return typeof node === 'string' ? node : '';
  const inside = shown(node.props.children);
  return typeof node.type === 'string' ? `<${node.type}>${inside}</${node.type}>` : inside;
}

describe('a sentence', () => {
  test('is itself in English, with its full stops and colons', () => {
    expect(t('Nothing is running')).toBe('Nothing is running');
    expect(t(msg('Getting the list of all packages'))).toBe('Getting the list of all packages');
  });

  test('is singular for one thing', () => {
    expect([0, 1, 2, 12_345].map((count) => t('{{count}} bytes', { count }))).toEqual([
      '0 bytes',
      '1 byte',
      '2 bytes',
      '12,345 bytes',
    ]);
  });

  test('holds any value word for word', () => {
    fc.assert(
      fc.property(fc.string(), (time) => {
        expect(t('about {{time}} left', { time })).toBe(`about ${time} left`);
      }),
    );
    for (const time of ['$&', '{{time}}', '$t(x)', '<code>', '&amp;'])
      expect(t('about {{time}} left', { time })).toBe(`about ${time} left`);
  });
});

describe('a sentence with marked parts', () => {
  test('has them drawn where it says so', () => {
    const node = rich('Saved as <code>{{file}}.iso</code>, <strong>now</strong>.', { file: 'attic' });
    expect(shown(node)).toBe('Saved as <code>attic.iso</code>, <strong>now</strong>.');
  });

  test('draws what the caller knows how to draw', () => {
    const node = rich('See <link>the {{what}}</link> {{after}}', {
      what: createElement('em', null, 'page'),
      after: 1234,
      link: (inside) => createElement('a', null, inside),
    });
    expect(shown(node)).toBe('See <a>the <em>page</em></a> 1,234');
  });

  test('never reads a mark or a placeholder in a value, and leaves a lone sign as it is', () => {
    fc.assert(
      fc.property(fc.string(), (file) => {
        expect(shown(rich('{No} <code>{{file}}</code> {', { file }))).toBe(`{No} <code>${file}</code> {`);
      }),
    );
    expect(shown(rich('<code>{{file}}</code>', { file: '</code>{{file}}' }))).toBe(
      '<code></code>{{file}}</code>',
    );
  });
});

describe('the language for a person', () => {
  test.each([
    [['en-US', 'en'], 'en'],
    [['de-AT', 'en'], 'de'],
    [['fr-CH'], 'fr'],
    [['es-419', 'es'], 'es'],
    [['zh'], 'zh-CN'],
    [['zh-Hans-SG'], 'zh-CN'],
    [['ja-JP'], 'ja'],
    [['sv-SE', 'fr-FR', 'de-DE'], 'fr'],
    [['zh-TW', 'ja'], 'ja'],
    [['zh-Hant'], 'en'],
    [['sv', 'not a tag', ''], 'en'],
    [[], 'en'],
  ])('who prefers %j is %s', (wanted, language) => {
    expect(languageFor(wanted)).toBe(language);
  });
});

describe('in English a unit reads in the window as it does on a terminal', () => {
  const counts = fc.oneof(
    fc.integer({ min: 0, max: 2_000_000 }),
    fc.maxSafeNat(),
    fc.constantFrom(-1, Number.NaN, Infinity, 999_499, 999_500),
  );

  test('as a size and a rate', () => {
    fc.assert(
      fc.property(counts, (bytes) => {
        expect(units.formatBytes(bytes)).toBe(plain.formatBytes(bytes));
        expect(units.formatRate(bytes)).toBe(plain.formatRate(bytes));
      }),
    );
  });

  test('as a span of time and what is left of one', () => {
    const spans = fc.oneof(fc.integer({ min: 0, max: 2e8 }), fc.constantFrom(-1, Number.NaN, Infinity));
    fc.assert(
      fc.property(spans, (millis) => {
        expect(units.formatDuration(millis)).toBe(plain.formatDuration(millis));
        expect(units.formatRemaining(millis)).toBe(plain.formatRemaining(millis));
      }),
    );
  });

  test('as a part of a whole', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 2 }), (fraction) => {
        expect(units.formatPercent(fraction)).toBe(plain.formatPercent(fraction));
      }),
    );
  });
});

describe('a finished sentence', () => {
  const patterns = sentencePatterns([
    'There is no drive at {{path}}.',
    'There is no {{what}}.',
    '{{from}} changes to {{to}}.',
    'Nothing is in here.',
  ]);

  test('is found again with the values that were put in', () => {
    expect(findSentence(patterns, 'There is no drive at /dev/sdb.')).toEqual({
      sentence: 'There is no drive at {{path}}.',
      values: { path: '/dev/sdb' },
    });
    expect(findSentence(patterns, 'There is no cake.')?.values).toEqual({ what: 'cake' });
    expect(findSentence(patterns, 'Something else.')).toBeNull();
    expect(findSentence(patterns, 'Nothing is in here.')).toBeNull();
    const named = sentencePatterns(['The recipe {{quoted}}']);
    expect(findSentence(named, 'The recipe “attic”')?.values).toEqual({ quoted: '“attic”' });
    expect(findSentence(named, 'The recipe can not be found')).toBeNull();
  });

  test('gives back any value, whatever signs are in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (path) => {
        expect(findSentence(patterns, `There is no drive at ${path}.`)?.values).toEqual({ path });
      }),
    );
  });
});

/** Of no password. */
const hashed = '$6$salt$abcdefgh';

describe('in another language', () => {
  afterEach(() => speak('en'));

  test('what the program says is translated with its values, sentence by sentence, or not at all', async () => {
    await loadLanguage('de');
    await speak('de');
    expect(translation('This is a private key.')).toBe('Das ist ein privater Schlüssel.');
    expect(translation('There is no file /dev/x y.')).toBe('Eine Datei /dev/x y gibt es nicht.');
    expect(translation('This is a private key. Type it again.')).toBe(
      'Das ist ein privater Schlüssel. Geben Sie es noch einmal ein.',
    );
    expect(translation('This is a private key. Nobody knows this one.')).toBeNull();
    expect(translation('There is no file /dev/x.\nThis is a private key.')).toBe(
      'Eine Datei /dev/x gibt es nicht.\nDas ist ein privater Schlüssel.',
    );
    expect(t('{{count}} keys', { count: 1 })).toBe('1 Schlüssel');
  });

  test('words of the program that it puts into a sentence are translated, too', async () => {
    await loadLanguage('de');
    await speak('de');
    const recipe = { schema: 1, keys: 'x', wifi: { country: 'x', networks: [{}] }, packages: [1.5] };
    const checked = checkRecipe(recipe);
    const problem = recipeProblem('The recipe', 'problems' in checked ? checked.problems : []);
    expect(translation(problem.title)).toBe('Das Rezept hat 4 Fehler.');
    expect(translation(problem.detail)).toBe(
      [
        'keys: „keys“: erwartet eine Liste, gefunden Text in Anführungszeichen.',
        'packages.0: „packages.0“: erwartet Text in Anführungszeichen, gefunden eine Zahl mit Nachkommastellen.',
        'wifi.country: „x“ ist kein Ländercode.',
        'wifi.networks.0.ssid: „wifi.networks.0.ssid“ fehlt.',
      ].join('\n'),
    );
    const network = { ssid: 'attic', security: 'wpa2', priority: 1, passphrase: 'one of many' };
    const other = { ...network, security: 'wpa3', hidden: true, priority: 2, passphrase: 'one of a few' };
    const [before, after] = [network, other].map((one) => {
      const found = checkRecipe({ schema: 1, console: { password: { hashed } }, wifi: { networks: [one] } });
      return 'recipe' in found ? found.recipe : null;
    });
    if (!before || !after) throw new Error('a recipe is not right');
    expect(recipeDifferences(before, after).map(({ words }) => translation(words))).toEqual([
      'Das Netz „attic“ ändert sich: Sicherheit von wpa2 zu wpa3, es ist versteckt, Priorität von 1 zu 2, andere Passphrase.',
    ]);
  });

  test('numbers, sizes and times are written as the language writes them', async () => {
    await loadLanguage('fr');
    await speak('fr');
    // French has spaces of several widths, and not always the same.
    const plainly = (text: string) => text.replaceAll(/\s/g, ' ');
    expect(plainly(units.formatBytes(1_540_000_000))).toBe('1,54 Go');
    expect(plainly(units.formatRate(24_100_000))).toBe('24,1 Mo/s');
    expect(units.formatRemaining(170_000)).toBe('encore 3 min environ');
    expect(plainly(t('{{count}} packages', { count: 12_345 }))).toBe('12 345 paquets');
  });
});
