/** Network names and passphrases come out of a NetworkManager profile as they went in. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { wifiProfiles } from '../../src/main/flake/keyfile.ts';
import type { PlainNetwork } from '../../src/main/flake/flake-file.ts';
import { pageRecipe } from '../../src/main/recipe-flake.ts';
import { ed25519Key } from '../recipes.ts';
import { counterexampleOf, numRuns } from './runs.ts';

/**
 * Reads a key file as GLib does (gkeyfile.c, g_key_file_parse_key_value_pair and
 * g_key_file_parse_value_as_string): written from there, and not from what is tested.
 */
function readKeyFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let group = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (!line.endsWith(']')) throw new Error(`no group: ${line}`);
      group = line.slice(1, -1);
      continue;
    }
    const sign = line.indexOf('=');
    if (sign < 1) throw new Error(`no value: ${line}`);
    const key = `${group}.${line.slice(0, sign)}`;
    if (values.has(key)) throw new Error(`twice: ${key}`);
    values.set(key, unescaped(line.slice(sign + 1).replace(/^[ \t\n\v\f\r]+/, '')));
  }
  return values;
}

function unescaped(value: string): string {
  const letters: Record<string, string> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' };
  return value.replace(/\\([^]?)/gu, (_, letter: string) => {
    const meant = letters[letter];
    if (meant === undefined) throw new Error(`no escape: ${letter}`);
    return meant;
  });
}

/** NetworkManager takes a list of numbers for bytes, and everything else for text (nm-keyfile.c, get_bytes). */
function ssidOf(value: string): string {
  const isList = /^[ \t]*([0-9]{1,3}[ \t]*;[ \t]*)*[0-9]{1,3}[ \t]*;?[ \t]*$/.test(value);
  return isList
    ? Buffer.from(value.split(';').filter(Boolean).map(Number)).toString('utf8')
    : value.replaceAll('\\;', ';');
}

const letter = fc.constantFrom(...Array.from(` \\;#"=[]sn12$x{'é日\u00a0`));
const word = fc.oneof(
  fc.string({ unit: letter, minLength: 1, maxLength: 16 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.integer({ min: 0, max: 99_999 }).map(String),
);
const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 8,
  maxLength: 63,
});
const spaced = fc
  .tuple(fc.nat(9), printable, fc.nat(9))
  .map(([before, inner, after]) => (' '.repeat(before) + inner).slice(0, 63 - after) + ' '.repeat(after));

const network = fc.oneof(
  fc.record({ ssid: word, security: fc.constant('wpa2-wpa3'), passphrase: fc.oneof(printable, spaced) }),
  fc.record({ ssid: word, security: fc.constant('wpa3'), passphrase: word }),
);

/** This network as the generator gets it, or null where the check refuses it. */
function networkOf(one: object): PlainNetwork | null {
  const checked = pageRecipe({ schema: 1, keys: [ed25519Key], wifi: { secrets: 'baked', networks: [one] } });
  return checked.ok ? (checked.value.wifi.networks[0] ?? null) : null;
}

test('a profile says what went into the recipe', () => {
  let read = 0;
  const property = fc.property(network, ({ ssid, security, passphrase }) => {
    const checked = networkOf({ ssid, security, passphrase });
    // The check refuses what is too long or has control characters.
    if (!checked) return true;
    const profiles = wifiProfiles([checked]).map(readKeyFile);
    read += 1;
    return profiles.every(
      (values) =>
        ssidOf(values.get('wifi.ssid') ?? '') === ssid &&
        values.get('wifi-security.psk') === passphrase &&
        values.get('connection.id')?.startsWith(ssid) &&
        values.size === 9,
    );
  });
  expect(counterexampleOf(property)).toBeNull();
  expect(read).toBeGreaterThan(numRuns / 2);
});
