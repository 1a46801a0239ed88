/** The networks that are in the air, what the recipe says of each, and how each program has to join it. */
import type { PlainEnterprise } from '../../src/main/flake/flake-file.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { serverName, type Certificates } from './certificates.ts';

export type Backend = Recipe['wifi']['backend'];

/** How a station got in, as it says itself. */
export type Way = 'open' | 'WPA2' | 'WPA3' | 'enterprise';

/** How a program does not join. */
export type Refusal =
  | 'leaves it alone'
  | 'gives up'
  /** Does not read the profile. */
  | 'refuses the file'
  /** Does not believe that the server is the one that it says it is, and tells it nothing. */
  | 'refuses the server';

/** One network of the recipe, and its access point. */
export interface Network {
  what: string;
  accessPoint: 'open' | 'wpa2' | 'wpa3' | 'mixed' | 'wpa2-enterprise' | 'wpa3-enterprise';
  recipe: {
    ssid: string;
    security?: Recipe['wifi']['networks'][number]['security'];
    passphrase?: string;
    enterprise?: PlainEnterprise;
    hidden?: boolean;
    priority?: number;
  };
  expected: Record<Backend, Way | Refusal>;
  /** Its profile lies on the stick as 0644. */
  readableByOthers?: true;
}

/** What is in reach at one time: an access point, or two of which the one with the higher number is to be joined. */
export type Place = [Network] | [Network, Network];

const sentence = 'correct horse battery staple';

/**
 * @param both how NetworkManager and wpa_supplicant join it.
 * @param alone how wpa_supplicant does, where that differs.
 */
function network(
  what: string,
  accessPoint: Network['accessPoint'],
  recipe: Network['recipe'],
  both: Way | Refusal,
  alone: Way | Refusal = both,
): Network {
  const isWithout = recipe.security === 'open' || recipe.security === 'enterprise';
  const passphrase = isWithout ? {} : { passphrase: sentence };
  return {
    what,
    accessPoint,
    recipe: { ...passphrase, ...recipe },
    expected: { networkmanager: both, wpa_supplicant: alone },
  };
}

/** Two networks at once: in both orders, so that none is joined for being the first. */
function choices(what: string, low: Network['recipe'], high: Network['recipe']): Place[] {
  return [false, true].map((isReverse) => {
    const order = isReverse ? 'the higher one first' : 'the lower one first';
    const named = (recipe: Network['recipe'], number: number) => ({
      ...recipe,
      ssid: `${recipe.ssid} ${isReverse ? 3 - number : number}`,
    });
    const lower = network(`${what}, ${order}: lower`, 'wpa2', named(low, 1), 'leaves it alone');
    const higher = network(`${what}, ${order}: higher`, 'wpa2', named(high, 2), 'WPA2');
    return isReverse ? [higher, lower] : [lower, higher];
  });
}

const networks: Network[] = [
  network('automatic, at WPA2', 'wpa2', { ssid: 'Attic' }, 'WPA2'),
  network('automatic, at WPA3 alone', 'wpa3', { ssid: 'Cellar' }, 'WPA3'),
  network('automatic, at mixed', 'mixed', { ssid: 'Kitchen' }, 'WPA3'),
  network('WPA2, at WPA2', 'wpa2', { ssid: 'Barn', security: 'wpa2' }, 'WPA2'),
  network('WPA3, at WPA3 alone', 'wpa3', { ssid: 'Loft', security: 'wpa3' }, 'WPA3'),
  network('WPA3, at mixed', 'mixed', { ssid: 'Loft mixed', security: 'wpa3' }, 'WPA3'),
  network('open', 'open', { ssid: 'Free WiFi', security: 'open' }, 'open'),
  network('hidden, automatic, at WPA2', 'wpa2', { ssid: 'Hidden', hidden: true }, 'WPA2'),
  network('hidden, automatic, at WPA3 alone', 'wpa3', { ssid: 'Hidden 3', hidden: true }, 'WPA3'),
  network('hidden and open', 'open', { ssid: 'Hidden Café', security: 'open', hidden: true }, 'open'),
  // A derived key can not do SAE, which NetworkManager insists on wherever it is offered.
  network('WPA2, at mixed', 'mixed', { ssid: 'Barn mixed', security: 'wpa2' }, 'gives up', 'WPA2'),
  network('WPA2, at WPA3 alone', 'wpa3', { ssid: 'Barn 3', security: 'wpa2' }, 'leaves it alone'),
  network('WPA3, at WPA2 alone', 'wpa2', { ssid: 'Loft 2', security: 'wpa3' }, 'leaves it alone'),
  {
    ...network(
      'profile readable by others',
      'wpa2',
      { ssid: 'Readable', security: 'wpa2' },
      'refuses the file',
      // It has no profiles: this one is like any other.
      'WPA2',
    ),
    readableByOthers: true,
  },

  network('name: quotes, a dollar, a hash', 'mixed', { ssid: 'Café "q"; $HOME \\b #1' }, 'WPA3'),
  network('name: one quote before a hash', 'wpa2', { ssid: 'a"b #c' }, 'WPA2'),
  network('name: semicolon, colon, backslash', 'wpa2', { ssid: 'semi;colon\\back' }, 'WPA2'),
  network('name: digits', 'wpa2', { ssid: '12345678' }, 'WPA2'),
  network('name: like a list of bytes', 'wpa2', { ssid: '65;66;67;' }, 'WPA2'),
  network('name: like hex', 'wpa2', { ssid: 'abcdef' }, 'WPA2'),
  network('name: like Nix', 'wpa2', { ssid: "''${HOME} ${x} @PATH@" }, 'WPA2'),
  network('name: Japanese', 'mixed', { ssid: '日本語 ネット' }, 'WPA3'),
  network('name: outer spaces', 'wpa2', { ssid: '  spaced out ' }, 'WPA2'),
  network('name: 32 bytes of emoji', 'wpa3', { ssid: '🦊🐻🐼🐨🐯🦁🐮🐷' }, 'WPA3'),

  network('passphrase: quotes', 'wpa2', { ssid: 'pass 1', passphrase: `"double" 'single' "` }, 'WPA2'),
  network('passphrase: $ " ; \\ #', 'mixed', { ssid: 'pass 2', passphrase: '$HOME"; \\s #1 `ls`' }, 'WPA3'),
  network('passphrase: outer spaces', 'wpa2', { ssid: 'pass 3', passphrase: '  outer spaces  ' }, 'WPA2'),
  network(
    'passphrase: outer spaces, WPA3',
    'wpa3',
    { ssid: 'pass 4', passphrase: '  outer spaces  ' },
    'WPA3',
  ),
  network(
    'passphrase: 63 characters',
    'mixed',
    { ssid: 'pass 5', passphrase: `${'~'.repeat(31)}#${'"'.repeat(31)}` },
    'WPA3',
  ),
  network(
    'passphrase: a key of 64 digits',
    'wpa2',
    { ssid: 'pass 6', security: 'wpa2', passphrase: '0123456789abcdef'.repeat(4) },
    'WPA2',
  ),
  network(
    'passphrase: a single one, WPA3',
    'wpa3',
    { ssid: 'pass 7', security: 'wpa3', passphrase: 'x' },
    'WPA3',
  ),
  network(
    'passphrase: not ASCII, WPA3',
    'wpa3',
    { ssid: 'pass 8', security: 'wpa3', passphrase: 'pässwörd ✓ "#' },
    'WPA3',
  ),
];

/** What a person may have been told by those who run an enterprise network. */
function enterpriseNetworks(certificates: Certificates): Network[] {
  const { authority, stranger, client, clientKey, lockedKey, keyPassword } = certificates;
  const ada = { identity: 'ada@example.org', password: sentence };
  const server = { caCertificate: authority, domain: 'example.org' };
  const own = { method: 'tls', identity: 'ada@example.org', clientCertificate: client } as const;
  const ways: [what: string, given: PlainEnterprise, expected: Way | Refusal][] = [
    ['PEAP', { method: 'peap', ...ada, ...server }, 'enterprise'],
    ['PEAP, authority alone', { method: 'peap', ...ada, caCertificate: authority }, 'enterprise'],
    ['PEAP, domain alone', { method: 'peap', ...ada, domain: serverName }, 'enterprise'],
    ['PEAP, any server', { method: 'peap', ...ada }, 'enterprise'],
    ['PEAP, another authority', { method: 'peap', ...ada, caCertificate: stranger }, 'refuses the server'],
    ['PEAP, another domain', { method: 'peap', ...ada, domain: 'example.com' }, 'refuses the server'],
    [
      'PEAP, another name outside',
      { method: 'peap', ...ada, ...server, anonymousIdentity: 'anonymous@example.org' },
      'enterprise',
    ],
    [
      'PEAP, odd name and password',
      { method: 'peap', ...server, identity: " ada's $HOME; \\b #1 é ", password: ' pä$$"w; \\ ✓ #1 ' },
      'enterprise',
    ],
    ['PEAP, quotes in the name', { method: 'peap', ...server, ...ada, identity: 'a"b #c' }, 'enterprise'],
    ['TTLS, MS-CHAPv2', { method: 'ttls', ...ada, ...server }, 'enterprise'],
    ['TTLS, PAP', { method: 'ttls', ...ada, ...server, innerAuthentication: 'pap' }, 'enterprise'],
    ['TLS', { ...own, ...server, clientKey }, 'enterprise'],
    [
      'TLS, key with a password',
      { ...own, ...server, clientKey: lockedKey, clientKeyPassword: keyPassword },
      'enterprise',
    ],
    ['TLS, another authority', { ...own, clientKey, caCertificate: stranger }, 'refuses the server'],
  ];
  const all = ways.map(([what, enterprise, expected], index) =>
    network(
      `enterprise: ${what}`,
      'wpa2-enterprise',
      { ssid: `corp ${index + 1}`, security: 'enterprise', enterprise },
      expected,
    ),
  );
  const third: Network['recipe'] = {
    ssid: 'corp WPA3',
    security: 'enterprise',
    enterprise: { method: 'peap', ...ada, ...server },
  };
  return [...all, network('enterprise: PEAP, at WPA3', 'wpa3-enterprise', third, 'enterprise')];
}

/** All places. */
export function placesWith(certificates: Certificates): Place[] {
  return [
    ...networks.map((one): Place => [one]),
    ...enterpriseNetworks(certificates).map((one): Place => [one]),
    ...choices('two automatic ones', { ssid: 'low' }, { ssid: 'high', priority: 1 }),
    ...choices('automatic and WPA2', { ssid: 'auto' }, { ssid: 'wpa2', security: 'wpa2', priority: 1 }),
    ...choices('below zero', { ssid: 'minus', security: 'wpa2', priority: -1 }, { ssid: 'zero' }),
  ];
}
