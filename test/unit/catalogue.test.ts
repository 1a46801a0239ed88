/** The translation catalogue is complete: what the window says is in every language, whole, and nothing else is. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderer, saidSentences, sourceFiles, toldSentences, unsaidTexts } from '../sentences.ts';

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

  test('lacks nothing that the window says', () => {
    expect(wanted.filter((key) => !catalogue[key]?.trim())).toEqual([]);
  });

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

const told = toldSentences();

describe.each(translated)('of the sentences of the program, the catalogue of %s', (language) => {
  const catalogue = catalogueOf(`told/${language}`);

  test('has the same ones as every other', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(catalogueOf('told/de')));
  });

  test('holds none that the program does not say', () => {
    expect(Object.keys(catalogue).filter((sentence) => !told.has(sentence))).toEqual([]);
  });

  test('has the same placeholders in each', () => {
    const different = Object.entries(catalogue).filter(
      ([sentence, words]) => words.trim() === '' || partsOf(words).join() !== partsOf(sentence).join(),
    );
    expect(different).toEqual([]);
  });
});

/** What no language has other words for, what is an example, and what nobody reads. */
const untranslated = [
  /^(Nixburn|NixOS|NixOS unstable|NixOS …|Nix|nixpkgs|PAP|GitHub|GitLab|Codeberg)$/,
  /^(Acer|Dell|Framework|Fujitsu|Gigabyte|Intel NUC|Lenovo|Microsoft Surface|Supermicro|Toshiba, Dynabook)$/,
  /^(x86_64 \(Intel, AMD\)|aarch64 \(ARM\))$/,
  /^(ssh|ssh-keygen|echo|ssh-ed25519|ssh:\/\/\S+) /,
  /^-----BEGIN /,
  // Keys as the browser names them, and what tells a file that is dragged.
  /^(Enter|Files|Control\+\w+)$/,
  // Values of the code's own: nobody sees them.
  /^(key password|not yet|no more|not all|item-icon warning)$/,
  /^(main h1|h2, h3|textarea, input\S+ .*)$/,
  /^([A-Z]{2} )+[A-Z]{2}$/,
  // A throw is a bug, and English.
  /^(index\.html has no #root|a screen was shown before there was a recipe)$/,
];

test('no text of the window escapes the catalogue', () => {
  const styles = readdirSync(path.join(renderer, 'styles'))
    .filter((file) => file.endsWith('.css'))
    .map((file) => readFileSync(path.join(renderer, 'styles', file), 'utf8'))
    .join('');
  const classes = new Set([...styles.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name));
  // A problem is English where it arises, and translated where it is shown.
  const known = new Set(
    Object.keys(catalogueOf('told/de')).map((sentence) => sentence.replaceAll(/\{\{\w+\}\}/g, '…')),
  );
  const escaped = sourceFiles()
    .flatMap((file) => unsaidTexts(file, (name) => classes.has(name)))
    .filter(({ sentence }) => !known.has(sentence) && !untranslated.some((pattern) => pattern.test(sentence)))
    .map(({ sentence, at }) => `${at}: ${sentence}`);
  expect(escaped).toEqual([]);
});
