/** The translation catalogue is complete: what the window says is in every language, whole, and nothing else is. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderer, saidSentences, sourceFiles } from '../sentences.ts';

type Catalogue = Record<string, string>;

const translated = ['de', 'fr', 'es', 'zh-CN', 'ja'];
const sentences = new Map(
  sourceFiles()
    .flatMap(saidSentences)
    .map(({ sentence, at }) => [sentence, at]),
);
const counted = [...sentences.keys()].filter((sentence) => sentence.includes('{{count}}'));

function catalogueOf(language: string): Catalogue {
  return JSON.parse(readFileSync(path.join(renderer, 'languages', `${language}.json`), 'utf8')) as Catalogue;
}

/** Under which keys a language keeps a sentence: one for each of its plural forms, or the sentence itself. */
function keysOf(language: string, sentence: string): string[] {
  if (!sentence.includes('{{count}}')) return [sentence];
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  return pluralCategories.map((form) => `${sentence}_${form}`);
}

/** The placeholders and marks of a sentence, in no order. */
function partsOf(sentence: string): string[] {
  return (sentence.match(/\{\{\w+\}\}|<\/?\w+>/g) ?? []).sort();
}

describe.each(translated)('the catalogue of %s', (language) => {
  const catalogue = catalogueOf(language);
  const wanted = [...sentences.keys()].flatMap((sentence) => keysOf(language, sentence));

  test('holds nothing that the window does not say', () => {
    expect(Object.keys(catalogue).filter((key) => !wanted.includes(key))).toEqual([]);
  });

  test('has the same placeholders and marked parts in every sentence', () => {
    const different = [...sentences.keys()].flatMap((sentence) =>
      keysOf(language, sentence).filter(
        // A form that is for one thing alone may leave the number out.
        (key) =>
          key in catalogue &&
          partsOf(catalogue[key] ?? '').join() !== partsOf(sentence).join() &&
          partsOf(`${catalogue[key]}{{count}}`).join() !== partsOf(sentence).join(),
      ),
    );
    expect(different).toEqual([]);
  });
});

test('English has every plural, and nothing else: its sentences are the keys', () => {
  const wanted = counted.flatMap((sentence) => keysOf('en', sentence));
  expect(Object.keys(catalogueOf('en')).sort()).toEqual(wanted.sort());
});
