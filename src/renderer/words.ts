/**
 * Everything the window says goes through here. The English sentence is the key, so that the code reads as what it says;
 * `languages/*.json` hold what it is in another language. `t` says a sentence, `msg` names one that is said elsewhere,
 * `rich.tsx` says one that has marked parts, `told.tsx` one that came from the program (`languages/told/*.json`). A test
 * compares the catalogues with the code.
 */
import { createInstance, type ResourceLanguage } from 'i18next';
import type { Language } from '../shared/languages.ts';
import english from './languages/en.json' with { type: 'json' };
import { findSentence, sentencePatterns, type SentencePattern } from './sentence-patterns.ts';

type Catalogue = Promise<{ default: ResourceLanguage }>;

/** What the window says, and what the program says. Only the language that is spoken is loaded. */
const catalogues: Record<Exclude<Language, 'en'>, () => [said: Catalogue, told: Catalogue]> = {
  de: () => [import('./languages/de.json'), import('./languages/told/de.json')],
  fr: () => [import('./languages/fr.json'), import('./languages/told/fr.json')],
  es: () => [import('./languages/es.json'), import('./languages/told/es.json')],
  'zh-CN': () => [import('./languages/zh-CN.json'), import('./languages/told/zh-CN.json')],
  ja: () => [import('./languages/ja.json'), import('./languages/told/ja.json')],
};

/** A sentence without values that is written in one place and said in another. */
export type Message = string & { readonly message: unique symbol };

/** The names in `{{braces}}`. */
export type Placeholder<Sentence> = Sentence extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** `count` chooses between singular and plural; numbers are written as the language writes them. */
type Values<Sentence> = { [Name in Placeholder<Sentence>]: Name extends 'count' ? number : string | number };

/** A text that nobody can foresee is no sentence: it would be in no catalogue. */
export type Literal<Sentence extends string> = string extends Sentence ? never : Sentence;

const translator = createInstance();
void translator.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { said: english } },
  defaultNS: 'said',
  // A sentence is a key: its full stops and colons separate nothing.
  keySeparator: false,
  nsSeparator: false,
  // React escapes what it shows.
  interpolation: { escapeValue: false },
  // English is there at once, and the first words need no promise.
  initAsync: false,
});

/** Says a sentence in the language of the window. */
export function t<const Sentence extends string>(
  sentence: Literal<Sentence>,
  ...[values]: Placeholder<Sentence> extends never ? [] : [Values<Sentence>]
): string {
  const given: Record<string, string | number> = values ?? {};
  const replace = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, written(value)]));
  return translator.t(sentence as string, { ...chosenBy(given['count']), replace, nest: false });
}

/** Names a sentence for a table of them; `t` says it when it is shown. */
export function msg<const Sentence extends string>(
  sentence: Placeholder<Sentence> extends never ? Literal<Sentence> : never,
): Message {
  return sentence as string as Message;
}

/** A sentence as the catalogue has it, with its placeholders and marks. @param count chooses singular or plural. */
export function template(sentence: string, count: unknown): string {
  return translator.t(sentence, { ...chosenBy(count), skipInterpolation: true });
}

function chosenBy(count: unknown): { count: number } | undefined {
  return typeof count === 'number' ? { count } : undefined;
}

/** A text of the program's in the language of the window; null where the catalogues do not have it. */
export function translation(text: string): string | null {
  if (language() === 'en') return text;
  for (const ns of ['said', 'told'])
    if (translator.exists(text, { ns, lngs: [language()], fallbackLng: [] }))
      return translator.t(text, { ns, skipInterpolation: true });
  return inParts(text, '\n', '\n', lineWords) ?? inSentences(text) ?? toldIn(text);
}

/** The sentences of the program that have values in them, once for each language. */
const patterns = new Map<Language, SentencePattern[]>();

/** The program says `There is no drive at /dev/sdb.`; the catalogue has `There is no drive at {{path}}.` */
function toldIn(text: string): string | null {
  let known = patterns.get(language());
  if (known === undefined) {
    const told = translator.getResourceBundle(language(), 'told') as Record<string, string>;
    known = sentencePatterns(Object.keys(told));
    patterns.set(language(), known);
  }
  const found = findSentence(known, text);
  if (found === null) return null;
  const values = Object.entries(found.values).map(([name, value]) => [name, valueWords(value)]);
  return translator.t(found.sentence, { ns: 'told', replace: Object.fromEntries(values), nest: false });
}

/** A value can be words of the program's itself, or a list of them; what stands in English quotes gets the language's own. */
function valueWords(value: string): string {
  const quoted = /^“([^“”]*)”$/.exec(value)?.[1];
  if (quoted !== undefined) return t('“{{label}}”', { label: quoted });
  return inParts(value, ', ', hasWideSigns() ? '、' : ', ', phraseWords) ?? phraseWords(value) ?? value;
}

/** A single word is more often a name, which nobody translates. */
function phraseWords(value: string): string | null {
  return value.includes(' ') ? translation(value) : null;
}

/** Several sentences in a row, each by itself. */
function inSentences(text: string): string | null {
  return inParts(text, /(?<=[.?]) (?=\p{Lu})/u, sentenceGap());
}

/** Each part by itself; null unless there are several, and the catalogue has them all. */
function inParts(
  text: string,
  between: string | RegExp,
  gap: string,
  words: (part: string) => string | null = translation,
): string | null {
  const parts = text.split(between);
  if (parts.length < 2) return null;
  const translated = parts.map(words);
  return translated.includes(null) ? null : translated.join(gap);
}

/** What is wrong with one of several fields begins with its name: `wifi.country: “x” is not a country code.` */
function lineWords(line: string): string | null {
  const [, field = '', title = line] = /^([a-z]\w*(?:\.\w+)*: )(.+)$/i.exec(line) ?? [];
  const words = translation(title);
  return words === null ? null : `${field}${words}`;
}

/** What stands between two sentences. */
export function sentenceGap(): string {
  return hasWideSigns() ? '' : ' ';
}

/** Whether the language has signs as wide as its letters, which need no spaces between them. */
function hasWideSigns(): boolean {
  return language() === 'zh-CN' || language() === 'ja';
}

/** What something is called: a message is translated, and a name that no language changes stays as it is. */
export function nameWords(name: string): string {
  return translation(name) ?? name;
}

/** A value as the language of the window writes it: a number with its separators, a text as it is. */
export function written(value: unknown): string {
  return typeof value === 'number' ? numberFormat().format(value) : String(value);
}

/** The language that the window speaks now. */
export function language(): Language {
  return translator.language as Language;
}

/** Loads what `speak` needs. Rejects where it can not be had. */
export async function loadLanguage(wanted: Language): Promise<void> {
  if (wanted === 'en' || translator.hasResourceBundle(wanted, 'told')) return;
  const [said, told] = await Promise.all(catalogues[wanted]());
  translator.addResourceBundle(wanted, 'said', said.default);
  translator.addResourceBundle(wanted, 'told', told.default);
}

/** Speaks a language that is loaded, from now on. What is shown already is said anew by whoever draws it anew. */
export async function speak(wanted: Language): Promise<void> {
  await translator.changeLanguage(wanted);
}

let numbers: { language: Language; format: Intl.NumberFormat } | null = null;

/** Made once for each language: making one takes longer than a hundred uses. */
function numberFormat(): Intl.NumberFormat {
  if (numbers?.language !== language()) {
    numbers = { language: language(), format: new Intl.NumberFormat(language()) };
  }
  return numbers.format;
}

/** Several things in one sentence: `USB, SD card and NVMe`. */
export function listed(things: string[]): string {
  // British English puts no comma before the last.
  const locale = language() === 'en' ? 'en-GB' : language();
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(things);
}
