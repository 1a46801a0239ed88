/** The translation catalogue is complete: what the window says is in every language, whole, and nothing else is. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderer, saidSentences, sourceFiles, unsaidTexts } from '../sentences.ts';
import { programTexts } from '../told-sentences.ts';
import { catalogue as offered, presets } from '../../src/main/packages/catalogue.ts';
import { choices } from '../../src/main/system/choices.ts';
import { findSentence, sentencePatterns } from '../../src/renderer/sentence-patterns.ts';

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

const { sentences: told, texts } = programTexts();

/** Names of keyboards, and what is said of packages: lists, in which no sentence could be told from a name. */
const listed = [
  ...choices().keyMaps.flatMap(({ words }) => words ?? []),
  ...presets().flatMap(({ name, about }) => [name, about]),
  ...offered().flatMap(({ group, packages }) => [group, ...packages.map(({ about }) => about)]),
];

/** Sentences of the program that the window never shows, and why. All others are translated, also those that are rare. */
const neverShown = new Set([
  // Only the command line reads a recipe from a file (`readRecipe`), and the secrets beside it (`resolveSecrets`).
  'Begin with { "schema": 1, "keys": ["ssh-ed25519 …"] }.',
  '{{name}} is not a file.',
  'Name a file.',
  '{{name}} is too large.',
  'It has {{size}} bytes, and at most {{largest}} are read.',
  'Check that this is the right file.',
  'There is no file {{name}}.',
  '{{name}} can not be read.',
  'Check the name and that you may read it.',
  '{{name}} is not proper JSON: see line {{length}}, column {{column}}.',
  'Often a comma is missing or one too many, or a quote is not closed. Comments are not allowed.',
  'Correct the place and try again.',
  'The environment variable {{env}} is not set.',
  'The recipe takes {{what}} from it.',
  'Set it and try again.',
  'Everybody on this computer can read {{file}}.',
  'It holds {{what}}.',
  'Make it yours alone with: chmod 600 {{file}}',
  // What `--update` of the commands did; the window moves the revision by a button, and says so itself.
  'nixpkgs is locked to {{words}} now.',
  'nixpkgs is the newest already: {{words}}.',
  'nixpkgs went from {{words}} to {{words2}}.',
  // The name of a machine as it is typed after `nixburn connect` and `nixburn find`.
  '{{quoted}} can not be the name of a machine.',
  'Use the name in the recipe, such as attic.',
  // A name, and the same in every language.
  'NixOS {{value}}',
]);

/** Several sentences in a row are looked up one by one, too. */
function parts(text: string): string[] {
  return text.split(/(?<=[.?]) (?=\p{Lu})/u);
}

describe.each(translated)('of the sentences of the program, the catalogue of %s', (language) => {
  const catalogue = catalogueOf(`told/${language}`);

  test('has the same ones as every other', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(catalogueOf('told/de')));
  });

  test('lacks none that the window can show', () => {
    // A few are said by the window itself.
    const own = catalogueOf(language);
    const isThere = (text: string) => text in catalogue || text in own;
    const missing = told.filter(
      ({ sentence }) => !isThere(sentence) && !parts(sentence).every(isThere) && !neverShown.has(sentence),
    );
    expect(missing.map(({ sentence, at }) => `${at}: ${sentence}`)).toEqual([]);
    expect(listed.filter((text) => !isThere(text))).toEqual([]);
  });

  test('holds none that the program does not say, or that nobody sees', () => {
    const all = new Set([...listed, ...[...texts].flatMap((text) => [text, ...parts(text)])]);
    expect(Object.keys(catalogue).filter((text) => !all.has(text) || neverShown.has(text))).toEqual([]);
  });

  test('has the same placeholders in each', () => {
    const different = Object.entries(catalogue).filter(
      ([sentence, words]) => words.trim() === '' || partsOf(words).join() !== partsOf(sentence).join(),
    );
    expect(different).toEqual([]);
  });
});

test('no sentence of the program is taken for another one', () => {
  const catalogue = Object.keys(catalogueOf('told/de'));
  const patterns = sentencePatterns(catalogue);
  const isQuoted = (name: string) => name.startsWith('quoted');
  // Those that differ in the names of their values alone are the same to who reads them.
  const shape = (text = '') =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => (isQuoted(name) ? '“x”' : '/dev/x'));
  const mistaken = catalogue
    .filter((sentence) => sentence.includes('{{'))
    .map((sentence) => [shape(sentence), shape(findSentence(patterns, shape(sentence))?.sentence)])
    .filter(([said, found]) => said !== found);
  expect(mistaken).toEqual([]);
});

test('what is never shown is said by the program', () => {
  const all = new Set(told.map(({ sentence }) => sentence));
  expect([...neverShown].filter((sentence) => !all.has(sentence))).toEqual([]);
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
