/**
 * Whatever stands in a text field of a WiFi network: NetworkManager and wpa_supplicant read exactly that, and nothing
 * else; or the network is refused in a sentence that names the field.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlainNetwork } from '../../src/main/flake/flake-file.ts';
import { wifiProfiles } from '../../src/main/flake/keyfile.ts';
import { wpaSupplicantConf } from '../../src/main/flake/wpa-supplicant.ts';
import { pageRecipe } from '../../src/main/recipe-flake.ts';
import { wifiPmk, withDerivedKey } from '../../src/main/wifi-pmk.ts';
import { checkRecipe, recipeJsonSchema } from '../../src/shared/recipe.ts';
import type { Schema } from '../json-schema.ts';
import { certificatePath, ed25519Key } from '../recipes.ts';
import { hostileText, spoiled } from './hostile.ts';
import { counterexampleOf, numRuns } from './runs.ts';

// ---- how the two programs read ----

/**
 * Reads a key file as GLib does (gkeyfile.c, g_key_file_parse_key_value_pair and
 * g_key_file_parse_value_as_string): written from there, and not from what is tested.
 */
function readKeyFile(text: string): Record<string, string> {
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
  return Object.fromEntries(values);
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

/**
 * Reads network blocks as wpa_supplicant does (config_file.c, wpa_config_get_line; config.c, wpa_config_parse_string):
 * a `#` after the last quote ends the line, and what is not in quotes is hex. Numbers and lists of words stay as they
 * are.
 */
function readSupplicantConf(text: string): Record<string, string>[] {
  const blocks: Record<string, string>[] = [];
  let block: Record<string, string> | null = null;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/^[ \t\r]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const afterQuotes = line.includes('"') ? line.lastIndexOf('"') : 0;
    const comment = line.indexOf('#', afterQuotes);
    const meant = (comment < 0 ? line : line.slice(0, comment)).replace(/[ \t\r]+$/, '');
    if (meant === 'network={') {
      if (block) throw new Error('a block in a block');
      block = {};
    } else if (meant === '}') {
      if (!block) throw new Error('no block ends here');
      blocks.push(block);
      block = null;
    } else {
      const sign = meant.indexOf('=');
      if (!block || sign < 1) throw new Error(`no value: ${meant}`);
      const key = meant.slice(0, sign);
      if (key in block) throw new Error(`twice: ${key}`);
      block[key] = supplicantValue(key, meant.slice(sign + 1));
    }
  }
  if (block) throw new Error('a block without an end');
  return blocks;
}

const words = new Set(['key_mgmt', 'eap', 'psk', 'priority', 'ieee80211w', 'scan_ssid']);

function supplicantValue(key: string, value: string): string {
  if (words.has(key)) return value;
  if (value.startsWith('"')) {
    const end = value.lastIndexOf('"');
    if (end < 1 || end !== value.length - 1) throw new Error(`no end: ${value}`);
    return value.slice(1, end);
  }
  if (!/^([0-9a-f]{2})*$/.test(value)) throw new Error(`no hex: ${value}`);
  return Buffer.from(value, 'hex').toString('utf8');
}

// ---- what may stand in a network ----

const pem = (name: string) => readFileSync(certificatePath(name), 'utf8');
const letter = fc.constantFrom(...Array.from(` \\;#"=[]{}sn12$x'é日\u00a0\``));
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
const digits = fc.string({
  unit: fc.constantFrom(...'0123456789abcdefABCDEF'),
  minLength: 64,
  maxLength: 64,
});
const domain = fc.constantFrom('example.org', 'radius-1.example.org', 'a', 'x_y.example');

/** Every text field of a network and of how to sign in to one, with what may stand there. */
const network = {
  ssid: word,
  security: fc.constantFrom('wpa2-wpa3', 'wpa2', 'wpa3', 'open', 'enterprise'),
  passphrase: fc.oneof(printable, spaced, word),
};
const signIn = {
  method: fc.constantFrom('peap', 'ttls', 'tls'),
  identity: word,
  anonymousIdentity: word,
  password: fc.oneof(word, spaced),
  innerAuthentication: fc.constantFrom('mschapv2', 'pap'),
  caCertificate: fc.constantFrom(
    pem('ca.pem'),
    pem('ca.pem') + pem('client.pem'),
    `# "x" \${y}\n${pem('ca.pem')}`,
  ),
  domain,
  clientCertificate: fc.constant(pem('client.pem')),
  clientKey: fc.constantFrom(pem('client-key.pem'), pem('client-key-open.pem')),
  clientKeyPassword: fc.constant('key "password" #1'),
};

/** As it should be in most cases, so that several fields at once leave something to read. */
const mostly = (fine: fc.Arbitrary<string>) =>
  fc.oneof(
    { arbitrary: fine, weight: 12 },
    { arbitrary: spoiled(fine), weight: 1 },
    { arbitrary: hostileText, weight: 1 },
  );
const mostlyFields = <T extends Record<string, fc.Arbitrary<string>>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).map(([name, fine]) => [name, mostly(fine)])) as T;

const common = { hidden: fc.boolean(), priority: fc.integer({ min: -499, max: 499 }) };
const text = mostlyFields(network);
const own = mostlyFields(signIn);
const byPassword = fc.record(
  {
    method: fc.constantFrom('peap', 'ttls'),
    identity: own.identity,
    password: own.password,
    anonymousIdentity: own.anonymousIdentity,
    innerAuthentication: own.innerAuthentication,
    caCertificate: own.caCertificate,
    domain: own.domain,
  },
  { requiredKeys: ['method', 'identity', 'password'] },
);
const byKey = fc.record(
  {
    method: fc.constant('tls'),
    identity: own.identity,
    clientCertificate: own.clientCertificate,
    clientKey: own.clientKey,
    clientKeyPassword: own.clientKeyPassword,
    anonymousIdentity: own.anonymousIdentity,
    caCertificate: own.caCertificate,
    domain: own.domain,
  },
  { requiredKeys: ['method', 'identity', 'clientCertificate', 'clientKey', 'clientKeyPassword'] },
);
const anyNetwork = fc.oneof(
  fc.record({
    ...common,
    ssid: text.ssid,
    security: fc.constantFrom('wpa2-wpa3', 'wpa2'),
    passphrase: mostly(fc.oneof(printable, spaced)),
  }),
  fc.record({ ...common, ssid: text.ssid, security: fc.constant('wpa2'), passphrase: digits }),
  fc.record({ ...common, ssid: text.ssid, security: fc.constant('wpa3'), passphrase: text.passphrase }),
  fc.record({ ...common, ssid: text.ssid, security: fc.constant('open') }),
  fc.record({
    ...common,
    ssid: text.ssid,
    security: fc.constant('enterprise'),
    enterprise: fc.oneof(byPassword, byKey),
  }),
  // Anything at all in any field.
  fc.record(
    { ...text, ...common, enterprise: fc.record(own, { requiredKeys: ['method', 'identity'] }) },
    { requiredKeys: ['ssid', 'security'] },
  ),
);

/** The network as the generator gets it; null where it is refused, in words that are about this network. */
function networkOf(one: object): PlainNetwork | null {
  const recipe = { schema: 1, keys: [ed25519Key], wifi: { secrets: 'baked', networks: [one] } };
  const outcome = pageRecipe(recipe);
  if (outcome.ok) return outcome.value.wifi.networks[0] ?? null;
  const checked = checkRecipe(recipe);
  const problems = 'problems' in checked ? checked.problems : [];
  // Where the check is content, a key does not fit its certificate.
  const found = problems.length > 0 ? problems : [{ path: 'wifi.networks.0', problem: outcome.problem }];
  for (const { path, problem } of found) {
    if (!path.startsWith('wifi.networks.0') || !/\S\.$/.test(problem.title) || problem.remedy === '')
      throw new Error(`refused without a sentence: ${JSON.stringify(found)}`);
  }
  return null;
}

// ---- what each program has to be told, worked out from the network alone ----

function expectedProfiles({ ssid, security, passphrase, hidden, priority, enterprise }: PlainNetwork) {
  const profile = (id: string, rank: number, rest: Record<string, string>) => ({
    'connection.id': id,
    'connection.type': 'wifi',
    'connection.autoconnect-priority': String(rank),
    'wifi.mode': 'infrastructure',
    'wifi.ssid': ssid,
    ...(hidden ? { 'wifi.hidden': 'true' } : {}),
    ...rest,
    'ipv4.method': 'auto',
    'ipv6.method': 'auto',
  });
  const psk = (management: string, value: string) => ({
    'wifi-security.key-mgmt': management,
    'wifi-security.psk': value,
  });
  const rank = priority * 2;
  switch (security) {
    case 'wpa2-wpa3':
      return [
        profile(ssid, rank, psk('wpa-psk', passphrase!)),
        profile(`${ssid} (WPA3)`, rank - 1, psk('sae', passphrase!)),
      ];
    case 'wpa2':
      return [profile(ssid, rank, psk('wpa-psk', wifiPmk(ssid, passphrase!)))];
    case 'wpa3':
      return [profile(ssid, rank, psk('sae', passphrase!))];
    case 'open':
      return [profile(ssid, rank, {})];
    case 'enterprise': {
      const { method, identity, anonymousIdentity, password, innerAuthentication, caCertificate } =
        enterprise!;
      const { clientKey = '', clientKeyPassword, domain: suffix } = enterprise!;
      const hasPassword = clientKey.includes('ENCRYPTED');
      const fields: Record<string, string | undefined> = {
        eap: `${method};`,
        identity,
        'anonymous-identity': anonymousIdentity,
        ...(method === 'tls'
          ? {
              'client-cert': '/etc/wpa_supplicant/1-client.pem',
              'private-key': '/etc/wpa_supplicant/1-key.pem',
              'private-key-password': hasPassword ? clientKeyPassword : undefined,
              'private-key-password-flags': hasPassword ? undefined : '4',
            }
          : { password, 'phase2-auth': innerAuthentication ?? 'mschapv2' }),
        'ca-cert': caCertificate
          ? '/etc/wpa_supplicant/1-ca.pem'
          : suffix && '/etc/ssl/certs/ca-certificates.crt',
        'domain-suffix-match': suffix,
      };
      const given = Object.entries(fields).flatMap(([name, value]) =>
        value === undefined ? [] : [[`802-1x.${name}`, value] as const],
      );
      return [profile(ssid, rank, { 'wifi-security.key-mgmt': 'wpa-eap', ...Object.fromEntries(given) })];
    }
    default:
      throw new Error(`unknown: ${String(security)}`);
  }
}

function expectedBlocks({ ssid, security, passphrase, hidden, priority, enterprise }: PlainNetwork) {
  const block = (rank: number, rest: Record<string, string | undefined>) =>
    Object.fromEntries(
      Object.entries({ ssid, scan_ssid: hidden ? '1' : undefined, ...rest, priority: String(rank) }).filter(
        ([, value]) => value !== undefined,
      ),
    );
  const rank = priority * 2;
  const sae = { key_mgmt: 'SAE FT-SAE', ieee80211w: '2', sae_password: passphrase };
  const psk = () => ({
    key_mgmt: 'WPA-PSK WPA-PSK-SHA256 FT-PSK',
    ieee80211w: '1',
    psk: wifiPmk(ssid, passphrase!),
  });
  switch (security) {
    case 'wpa2-wpa3':
      return [block(rank + 1, sae), block(rank, psk())];
    case 'wpa2':
      return [block(rank, psk())];
    case 'wpa3':
      return [block(rank, sae)];
    case 'open':
      return [block(rank, { key_mgmt: 'NONE' })];
    case 'enterprise': {
      const { method, identity, anonymousIdentity, password, innerAuthentication, caCertificate } =
        enterprise!;
      const { clientKeyPassword, domain: suffix } = enterprise!;
      return [
        block(rank, {
          key_mgmt: 'WPA-EAP WPA-EAP-SHA256 FT-EAP',
          ieee80211w: '1',
          eap: method.toUpperCase(),
          identity,
          anonymous_identity: anonymousIdentity,
          ...(method === 'tls'
            ? {
                client_cert: '/etc/wpa_supplicant/1-client.pem',
                private_key: '/etc/wpa_supplicant/1-key.pem',
                private_key_passwd: clientKeyPassword,
              }
            : { password, phase2: `auth=${(innerAuthentication ?? 'mschapv2').toUpperCase()}` }),
          ca_cert: caCertificate
            ? '/etc/wpa_supplicant/1-ca.pem'
            : suffix && '/etc/ssl/certs/ca-certificates.crt',
          domain_suffix_match: suffix,
        }),
      ];
    }
    default:
      throw new Error(`unknown: ${String(security)}`);
  }
}

// ---- the real thing: NetworkManager's own library ----

/** Reads profiles from stdin as JSON, and answers what libnm makes of each. */
const readWithLibnm = `
import gi, json, sys
gi.require_version('NM', '1.0')
from gi.repository import GLib, NM
def read(text):
    file = GLib.KeyFile()
    data = text.encode()
    file.load_from_data(data.decode(), len(data), GLib.KeyFileFlags.NONE)
    connection = NM.keyfile_read(file, '/etc/NetworkManager/system-connections', NM.KeyfileHandlerFlags.NONE, lambda *_: False, None)
    # The daemon makes an id of the file's name, as this does of nothing, and checks the rest as this does.
    connection.normalize(None)
    if not connection.verify():
        return None
    wifi = connection.get_setting_wireless()
    security = connection.get_setting_wireless_security()
    eap = connection.get_setting_802_1x()
    return {
        'id': connection.get_id(),
        'ssid': bytes(wifi.get_ssid().get_data()).hex(),
        'psk': security and security.get_psk(),
        'identity': eap and eap.get_identity(),
        'anonymous': eap and eap.get_anonymous_identity(),
        'password': eap and eap.get_password(),
        'key': eap and eap.get_private_key_password(),
        'domain': eap and eap.get_domain_suffix_match(),
    }
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;
const python = '/usr/bin/python3';
const hasLibnm =
  spawnSync(python, ['-c', "import gi; gi.require_version('NM', '1.0'); from gi.repository import NM"])
    .status === 0;

describe('any text in a WiFi network', () => {
  test('is what NetworkManager and wpa_supplicant read, or is refused in words', () => {
    let taken = 0;
    let refused = 0;
    const property = fc.property(anyNetwork, (given) => {
      const checked = networkOf(given);
      if (!checked) {
        refused += 1;
        return true;
      }
      taken += 1;
      const profiles = wifiProfiles([withDerivedKey(checked, 'networkmanager')]).map(readKeyFile);
      const named = profiles.map((values) => ({ ...values, 'wifi.ssid': ssidOf(values['wifi.ssid'] ?? '') }));
      const blocks = readSupplicantConf(wpaSupplicantConf([withDerivedKey(checked, 'wpa_supplicant')]));
      return (
        isDeepStrictEqual(named, expectedProfiles(checked)) &&
        isDeepStrictEqual(blocks, expectedBlocks(checked))
      );
    });
    expect(counterexampleOf(property)).toBeNull();
    expect(taken).toBeGreaterThan(numRuns / 4);
    expect(refused).toBeGreaterThan(numRuns / 10);
  }, 600_000);

  test.runIf(hasLibnm)(
    'is what the real library of NetworkManager reads',
    () => {
      const networks = fc
        .sample(anyNetwork, Math.min(numRuns, 2000))
        .flatMap((given) => networkOf(given) ?? []);
      const profiles = networks.flatMap((one) => wifiProfiles([withDerivedKey(one, 'networkmanager')]));
      const answer: unknown = JSON.parse(
        execFileSync(python, ['-c', readWithLibnm], {
          input: JSON.stringify(profiles),
          encoding: 'utf8',
          maxBuffer: 100_000_000,
          // It warns of certificates that are not there on this machine.
          stdio: ['pipe', 'pipe', 'ignore'],
        }),
      );
      const expected = networks.flatMap((one) =>
        expectedProfiles(one).map((values: Record<string, string>) => ({
          id: values['connection.id'],
          ssid: Buffer.from(values['wifi.ssid'] ?? '').toString('hex'),
          psk: values['wifi-security.psk'] ?? null,
          identity: values['802-1x.identity'] ?? null,
          anonymous: values['802-1x.anonymous-identity'] ?? null,
          password: values['802-1x.password'] ?? null,
          key: values['802-1x.private-key-password'] ?? null,
          domain: values['802-1x.domain-suffix-match'] ?? null,
        })),
      );
      expect(answer).toEqual(expected);
    },
    600_000,
  );

  test('stands in every text field that a network has', () => {
    const { properties } = recipeJsonSchema() as { properties: Record<string, Schema> };
    const wifi = properties['wifi']!['properties'] as Record<string, Schema>;
    const fields = (wifi['networks']!['items'] as Schema)['properties'] as Record<string, Schema>;
    const inner = fields['enterprise']!['properties'] as Record<string, Schema>;
    const texts = (all: Record<string, Schema>) =>
      Object.entries(all).flatMap(([name, { type, anyOf }]) =>
        type === 'string' || (anyOf as Schema[] | undefined)?.some((one) => one['type'] === 'string')
          ? [name]
          : [],
      );
    expect(new Set(texts(fields))).toEqual(new Set(Object.keys(network)));
    expect(new Set(texts(inner))).toEqual(new Set(Object.keys(signIn)));
  });
});
