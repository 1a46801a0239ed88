/** Says in words what is different between two recipes: what a person would say who looks at both. */
import { parsePublicKey } from './public-key.ts';
import type { Recipe, WifiNetwork } from './recipe.ts';
import { quoted } from './recipe-text.ts';

type Script = Recipe['scripts'][number];

/** One difference. `path` is the field, dotted: `wifi.country`. */
export interface RecipeDifference {
  path: string;
  /** A sentence. It repeats no secret. */
  words: string;
}

/** What changes from one recipe to the other, in the order of the screens. Empty: they are the same. */
export function recipeDifferences(before: Recipe, after: Recipe): RecipeDifference[] {
  return [
    ...keys(before, after),
    ...packages(before, after),
    ...unfree(before, after),
    ...networks(before, after),
    ...plain('wifi.country', 'The country of the WiFi', before.wifi.country, after.wifi.country),
    ...plain('wifi.backend', 'The program that joins WiFi', before.wifi.backend, after.wifi.backend),
    ...plain('wifi.secrets', 'The place of the passphrases', before.wifi.secrets, after.wifi.secrets),
    ...plain('name', 'The host name', before.name, after.name),
    ...plain('release', 'The release', before.release, after.release),
    ...plain('system', 'The architecture', before.system, after.system),
    ...consolePassword(before, after),
    ...plain('locale', 'The language', before.locale, after.locale),
    ...plain('keyMap', 'The keyboard', before.keyMap, after.keyMap),
    ...plain('consoleFont', 'The font of the console', before.consoleFont, after.consoleFont),
    ...plain('timeZone', 'The time zone', before.timeZone, after.timeZone),
    ...plain('image.fileName', 'The file name', before.image.fileName, after.image.fileName),
    ...plain('image.volumeId', 'The label of the stick', before.image.volumeId, after.image.volumeId),
    ...plain('image.edition', 'The edition', before.image.edition, after.image.edition),
    ...plain('image.compression', 'The compression', before.image.compression, after.image.compression),
    ...scripts(before, after),
    ...extraModule(before.module, after.module),
  ];
}

function plain(path: string, what: string, before: string | null, after: string | null): RecipeDifference[] {
  if (before === after) return [];
  if (before === null) return [{ path, words: `${what} is now ${quoted(String(after))}.` }];
  if (after === null) return [{ path, words: `${what} is not set any more; it was ${quoted(before)}.` }];
  return [{ path, words: `${what} changes from ${quoted(before)} to ${quoted(after)}.` }];
}

function unfree(before: Recipe, after: Recipe): RecipeDifference[] {
  if (before.allowUnfree === after.allowUnfree) return [];
  const words = `Packages that are not free software are ${after.allowUnfree ? 'allowed' : 'not allowed any more'}.`;
  return [{ path: 'allowUnfree', words }];
}

function keys(before: Recipe, after: Recipe): RecipeDifference[] {
  return lists('keys', before.keys, after.keys, keyIdentity, {
    added: (line) => `The key ${keyWords(line)} is added.`,
    removed: (line) => `The key ${keyWords(line)} is removed.`,
  });
}

/** Two lines are the same key whatever their comments. */
function keyIdentity(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ');
}

function keyWords(line: string): string {
  const parsed = parsePublicKey(line);
  if (!parsed.ok) return 'that can not be used';
  return parsed.value.comment === ''
    ? `of the type ${parsed.value.type} without a comment`
    : quoted(parsed.value.comment);
}

function packages(before: Recipe, after: Recipe): RecipeDifference[] {
  return [
    ...packageWords(missing(after.packages, before.packages), (number, names) =>
      number === 1 ? `1 package is added: ${names}.` : `${number} packages are added: ${names}.`,
    ),
    ...packageWords(missing(before.packages, after.packages), (number, names) =>
      number === 1 ? `1 package is removed: ${names}.` : `${number} packages are removed: ${names}.`,
    ),
  ];
}

function packageWords(names: string[], words: (number: number, names: string) => string): RecipeDifference[] {
  return names.length === 0 ? [] : [{ path: 'packages', words: words(names.length, names.join(', ')) }];
}

function networks(before: Recipe, after: Recipe): RecipeDifference[] {
  const [one, other] = [before.wifi.networks, after.wifi.networks];
  const changed = other.flatMap((network) => {
    const old = one.find(({ ssid }) => ssid === network.ssid);
    const fields = old ? changedFields(old, network) : [];
    if (fields.length === 0) return [];
    const words = `The network ${quoted(network.ssid)} changes: ${fields.join(', ')}.`;
    return { path: 'wifi.networks', words };
  });
  const words = {
    added: ({ ssid }: WifiNetwork) => `The network ${quoted(ssid)} is added.`,
    removed: ({ ssid }: WifiNetwork) => `The network ${quoted(ssid)} is removed.`,
  };
  return [...lists('wifi.networks', one, other, ({ ssid }) => ssid, words), ...changed];
}

/** In words, without what a secret is or was. */
function changedFields(before: WifiNetwork, after: WifiNetwork): string[] {
  const fields: string[] = [];
  if (before.security !== after.security)
    fields.push(`security from ${before.security} to ${after.security}`);
  if (before.hidden !== after.hidden)
    fields.push(after.hidden ? 'it is hidden' : 'it is not hidden any more');
  if (before.priority !== after.priority)
    fields.push(`priority from ${before.priority} to ${after.priority}`);
  if (!isSame(before.passphrase, after.passphrase)) fields.push('another passphrase');
  if (!isSame(before.enterprise, after.enterprise)) fields.push('another way to sign in');
  return fields;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function consolePassword(before: Recipe, after: Recipe): RecipeDifference[] {
  const [one, other] = [before.console.password?.hashed, after.console.password?.hashed];
  if (one === other) return [];
  const words = `The console password ${one === undefined ? 'is set' : other === undefined ? 'is removed' : 'changes'}.`;
  return [{ path: 'console.password', words }];
}

function scripts(before: Recipe, after: Recipe): RecipeDifference[] {
  const changed = after.scripts.flatMap((script) => {
    const old = before.scripts.find((one) => one.name === script.name);
    return old && old.text !== script.text
      ? { path: 'scripts', words: `The script ${quoted(script.name)} changes.` }
      : [];
  });
  const words = {
    added: ({ name }: Script) => `The script ${quoted(name)} is added.`,
    removed: ({ name }: Script) => `The script ${quoted(name)} is removed.`,
  };
  return [...lists('scripts', before.scripts, after.scripts, (one) => one.name, words), ...changed];
}

function extraModule(before: string | null, after: string | null): RecipeDifference[] {
  if (before === after) return [];
  const words = `The extra module ${before === null ? 'is added' : after === null ? 'is removed' : 'changes'}.`;
  return [{ path: 'module', words }];
}

function lists<T>(
  path: string,
  before: T[],
  after: T[],
  identity: (one: T) => string,
  words: { added: (one: T) => string; removed: (one: T) => string },
): RecipeDifference[] {
  const [old, now] = [before.map(identity), after.map(identity)];
  return [
    ...after.filter((one) => !old.includes(identity(one))).map((one) => ({ path, words: words.added(one) })),
    ...before
      .filter((one) => !now.includes(identity(one)))
      .map((one) => ({ path, words: words.removed(one) })),
  ];
}

function missing(from: string[], there: string[]): string[] {
  return from.filter((one) => !there.includes(one));
}
