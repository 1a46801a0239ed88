/** Says in words what is different between two recipes: what a person would say who looks at both. */
import { parsePublicKey } from './public-key.ts';
import type { Recipe, WifiNetwork } from './recipe.ts';
import { quoted } from './recipe-text.ts';
import { formatCount } from './units.ts';

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
    ...plain('allowUnfree', 'Packages that are not free software', before.allowUnfree, after.allowUnfree),
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
    ...longText('module', 'The extra module', before.module, after.module),
  ];
}

function plain(
  path: string,
  what: string,
  before: string | boolean | null,
  after: string | boolean | null,
): RecipeDifference[] {
  if (before === after) return [];
  if (typeof after === 'boolean')
    return [{ path, words: `${what} are ${after ? 'allowed' : 'not allowed any more'}.` }];
  if (before === null) return [{ path, words: `${what} is now ${quoted(String(after))}.` }];
  if (after === null)
    return [{ path, words: `${what} is not set any more; it was ${quoted(String(before))}.` }];
  return [{ path, words: `${what} changes from ${quoted(String(before))} to ${quoted(after)}.` }];
}

function keys(before: Recipe, after: Recipe): RecipeDifference[] {
  return lists('keys', before.keys, after.keys, keyIdentity, (line) => `The key ${keyWords(line)}`);
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
    ...packageWords(missing(after.packages, before.packages), 'added'),
    ...packageWords(missing(before.packages, after.packages), 'removed'),
  ];
}

function packageWords(names: string[], act: string): RecipeDifference[] {
  if (names.length === 0) return [];
  const count = formatCount(names.length, 'package is', 'packages are');
  return [{ path: 'packages', words: `${count} ${act}: ${names.join(', ')}.` }];
}

function networks(before: Recipe, after: Recipe): RecipeDifference[] {
  const [one, other] = [before.wifi.networks, after.wifi.networks];
  const changed = other.flatMap((network) => {
    const old = one.find(({ ssid }) => ssid === network.ssid);
    const fields = old ? changedFields(old, network) : [];
    if (fields.length === 0) return [];
    return { path: 'wifi.networks', words: `${networkName(network)} changes: ${fields.join(', ')}.` };
  });
  return [...lists('wifi.networks', one, other, ({ ssid }) => ssid, networkName), ...changed];
}

function networkName({ ssid }: WifiNetwork): string {
  return `The network ${quoted(ssid)}`;
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
  const what = one === undefined ? 'is set' : other === undefined ? 'is removed' : 'changes';
  return [{ path: 'console.password', words: `The console password ${what}.` }];
}

function scripts(before: Recipe, after: Recipe): RecipeDifference[] {
  const changed = after.scripts.flatMap((script) => {
    const old = before.scripts.find((one) => one.name === script.name);
    return old && old.text !== script.text
      ? { path: 'scripts', words: `${scriptName(script)} changes.` }
      : [];
  });
  return [...lists('scripts', before.scripts, after.scripts, (one) => one.name, scriptName), ...changed];
}

function scriptName({ name }: Recipe['scripts'][number]): string {
  return `The script ${quoted(name)}`;
}

function longText(
  path: string,
  what: string,
  before: string | null,
  after: string | null,
): RecipeDifference[] {
  if (before === after) return [];
  return [
    { path, words: `${what} ${before === null ? 'is added' : after === null ? 'is removed' : 'changes'}.` },
  ];
}

function lists<T>(
  path: string,
  before: T[],
  after: T[],
  identity: (one: T) => string,
  words: (one: T) => string,
): RecipeDifference[] {
  const [old, now] = [before.map(identity), after.map(identity)];
  return [
    ...after
      .filter((one) => !old.includes(identity(one)))
      .map((one) => ({ path, words: `${words(one)} is added.` })),
    ...before
      .filter((one) => !now.includes(identity(one)))
      .map((one) => ({ path, words: `${words(one)} is removed.` })),
  ];
}

function missing(from: string[], there: string[]): string[] {
  return from.filter((one) => !there.includes(one));
}
