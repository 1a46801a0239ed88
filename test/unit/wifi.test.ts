/** Wireless networks as NetworkManager and wpa_supplicant read them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { keyfileSsid, keyfileText } from '../../src/main/flake/keyfile.ts';
import { wifiPmk } from '../../src/main/wifi-pmk.ts';
import { certificatePath, flakeOf, recipeOf } from '../recipes.ts';

describe('the key of a WPA2 network', () => {
  // IEEE 802.11-2020, annex J.4.2.
  test.each([
    ['IEEE', 'password', 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e'],
    ['ThisIsASSID', 'ThisIsAPassword', '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af'],
    ['Z'.repeat(32), 'a'.repeat(32), 'becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62'],
  ])('of %s is that of the standard', (ssid, passphrase, pmk) => {
    expect(wifiPmk(ssid, passphrase)).toBe(pmk);
  });

  test('is right however many were derived before, and for each name its own', () => {
    const all = Array.from({ length: 120 }, (_, at) => wifiPmk(`net ${at}`, 'correct horse'));
    expect(new Set(all).size).toBe(120);
    expect(wifiPmk('net 0', 'correct horse')).toBe(all[0]);
    expect(wifiPmk('net 119', 'correct horse')).toBe(all[119]);
    // The two texts do not run together.
    expect(wifiPmk('a', 'bcorrect horse')).not.toBe(wifiPmk('ab', 'correct horse'));
    expect(wifiPmk('IEEE', 'password')).toMatch(/^f42c6fc5/);
  });

  test('may be given in place of the passphrase', () => {
    expect(wifiPmk('Attic', 'AB'.repeat(32))).toBe('ab'.repeat(32));
  });
});

async function profilesOf(...networks: object[]): Promise<string[]> {
  const files = await flakeOf(recipeOf({ release: '26.05', wifi: { secrets: 'baked', networks } }));
  return files.flatMap(({ path, text }) =>
    path.endsWith('.nmconnection') && text !== undefined ? [text] : [],
  );
}

describe('a NetworkManager profile', () => {
  test('of an automatic network comes in two: one for WPA2 and mixed, one for WPA3', async () => {
    const profiles = await profilesOf({ ssid: 'Attic', passphrase: 'correct horse' });
    expect(profiles).toEqual([
      `[connection]
id=Attic
type=wifi
autoconnect-priority=0

[wifi]
mode=infrastructure
ssid=Attic

[wifi-security]
key-mgmt=wpa-psk
psk=correct horse

[ipv4]
method=auto

[ipv6]
method=auto
`,
      expect.stringMatching(/id=Attic \(WPA3\)[^]*priority=-1\n[^]*key-mgmt=sae\npsk=correct horse\n/),
    ]);
  });

  test('of a WPA2 network holds the derived key and not the passphrase', async () => {
    const [profile] = await profilesOf({ ssid: 'IEEE', security: 'wpa2', passphrase: 'password' });
    expect(profile).toContain(
      'key-mgmt=wpa-psk\npsk=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e\n',
    );
    expect(profile).not.toContain('password');
  });

  test('of a WPA3 network and of an open one is a single one', async () => {
    const [wpa3, open, ...rest] = await profilesOf(
      { ssid: 'a', security: 'wpa3', passphrase: 'x' },
      { ssid: 'b', security: 'open', hidden: true },
    );
    expect(rest).toEqual([]);
    expect(wpa3).toContain('key-mgmt=sae\npsk=x\n');
    expect(open).toContain('ssid=b\nhidden=true\n');
    expect(open).not.toContain('wifi-security');
  });

  test('of the network with the higher number comes first, also for its second one', async () => {
    const profiles = await profilesOf(
      { ssid: 'low', passphrase: 'correct horse', priority: 0 },
      { ssid: 'high', passphrase: 'correct horse', priority: 1 },
    );
    const priorities = profiles.map((profile) => Number(/autoconnect-priority=(.*)/.exec(profile)?.[1]));
    const [low, lowSecond, high, highSecond] = priorities as [number, number, number, number];
    expect([high, highSecond, low, lowSecond]).toEqual([...priorities].sort((one, other) => other - one));
    expect(new Set(priorities).size).toBe(4);
  });
});

/** An enterprise network with these ways to sign in. */
const enterprise = (fields: object) => ({
  ssid: 'Office',
  security: 'enterprise',
  enterprise: { method: 'peap', identity: 'ada', password: 'p', ...fields },
});
const pem = (name: string) => readFileSync(certificatePath(name), 'utf8');

/** The lines of one section. */
function section(profile: string | undefined, name: string): string[] | undefined {
  return new RegExp(`\\[${name}\\]\\n([^[]*)`)
    .exec(profile ?? '')?.[1]
    ?.trim()
    .split('\n');
}

describe('the profile of an enterprise network', () => {
  test('signs in by a password inside of a tunnel', async () => {
    const [profile] = await profilesOf(
      enterprise({ anonymousIdentity: 'anonymous@example.org', password: ' "p\\ ' }),
    );
    expect(section(profile, 'wifi-security')).toEqual(['key-mgmt=wpa-eap']);
    expect(section(profile, '802-1x')).toEqual([
      'eap=peap;',
      'identity=ada',
      'anonymous-identity=anonymous@example.org',
      'password=\\s"p\\\\\\s',
      'phase2-auth=mschapv2',
    ]);
  });

  test('believes the given authority, or for a domain alone those that NixOS trusts', async () => {
    const [both, domain] = await profilesOf(
      enterprise({ caCertificate: pem('ca.pem'), domain: 'radius.example.org' }),
      { ...enterprise({ method: 'ttls', innerAuthentication: 'pap', domain: 'example.org' }), ssid: 'b' },
    );
    expect(section(both, '802-1x')?.slice(-2)).toEqual([
      'ca-cert=/etc/wpa_supplicant/1-ca.pem',
      'domain-suffix-match=radius.example.org',
    ]);
    expect(section(domain, '802-1x')?.slice(-3)).toEqual([
      'phase2-auth=pap',
      'ca-cert=/etc/ssl/certs/ca-certificates.crt',
      'domain-suffix-match=example.org',
    ]);
  });

  test('signs in by a key, whose file has the number of the profile', async () => {
    const client = { method: 'tls', password: undefined, clientCertificate: pem('client.pem') };
    const [, , withPassword, without] = await profilesOf(
      { ssid: 'Attic', passphrase: 'correct horse' },
      enterprise({ ...client, clientKey: pem('client-key.pem'), clientKeyPassword: 'key "password" #1' }),
      { ...enterprise({ ...client, clientKey: pem('client-key-open.pem') }), ssid: 'Lab' },
    );
    expect(section(withPassword, '802-1x')).toEqual([
      'eap=tls;',
      'identity=ada',
      'client-cert=/etc/wpa_supplicant/3-client.pem',
      'private-key=/etc/wpa_supplicant/3-key.pem',
      'private-key-password=key "password" #1',
    ]);
    expect(section(without, '802-1x')?.slice(-2)).toEqual([
      'private-key=/etc/wpa_supplicant/4-key.pem',
      'private-key-password-flags=4',
    ]);
  });
});

/** The files that join these networks with wpa_supplicant, by their names. */
async function supplicantFilesOf(release: string, ...networks: object[]): Promise<Record<string, string>> {
  const files = await flakeOf(
    recipeOf({ release, wifi: { backend: 'wpa_supplicant', secrets: 'baked', networks } }),
  );
  return Object.fromEntries(files.map(({ path, text }) => [path, text ?? '']));
}

/** What stands in each network block, one line an entry. */
async function blocksOf(...networks: object[]): Promise<string[][]> {
  const conf = (await supplicantFilesOf('26.05', ...networks))['wifi/wpa_supplicant.conf'] ?? '';
  const blocks = conf.match(/^network=\{\n[^}]*\n\}$/gm) ?? [];
  return blocks.map((block) =>
    block
      .split('\n  ')
      .slice(1)
      .map((line) => line.replace(/\n\}$/, '')),
  );
}

describe('the file of wpa_supplicant', () => {
  test('has an automatic network twice: WPA3 first, then WPA2 with the derived key', async () => {
    expect(await blocksOf({ ssid: 'IEEE', passphrase: 'password', priority: 2 })).toEqual([
      [
        'ssid="IEEE"',
        'key_mgmt=SAE FT-SAE',
        'ieee80211w=2',
        `sae_password=${Buffer.from('password').toString('hex')}`,
        'priority=5',
      ],
      [
        'ssid="IEEE"',
        'key_mgmt=WPA-PSK WPA-PSK-SHA256 FT-PSK',
        'ieee80211w=1',
        'psk=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e',
        'priority=4',
      ],
    ]);
  });

  test('has each other network once', async () => {
    const blocks = await blocksOf(
      { ssid: 'a', security: 'wpa2', passphrase: 'correct horse' },
      { ssid: 'b', security: 'wpa3', passphrase: 'x' },
      { ssid: 'c', security: 'open', hidden: true },
    );
    expect(blocks.map((lines) => lines.filter((line) => /^(ssid|key_mgmt|scan_ssid)/.test(line)))).toEqual([
      ['ssid="a"', 'key_mgmt=WPA-PSK WPA-PSK-SHA256 FT-PSK'],
      ['ssid="b"', 'key_mgmt=SAE FT-SAE'],
      ['ssid="c"', 'scan_ssid=1', 'key_mgmt=NONE'],
    ]);
  });

  test.each(['a"b #c', ' a', 'a ', 'a  b', 'Café', 'a\\b', '#', '=', '{', '日本語'])(
    'has the name %j as bytes, which no sign can cut short',
    async (ssid) => {
      const [[name] = []] = await blocksOf({ ssid, security: 'open' });
      expect(name).toBe(`ssid=${Buffer.from(ssid).toString('hex')}`);
    },
  );

  test('signs in to enterprise networks', async () => {
    const hex = (text: string) => Buffer.from(text).toString('hex');
    const client = { method: 'tls', password: undefined, clientCertificate: pem('client.pem') };
    const [peap, tls] = await blocksOf(
      enterprise({ anonymousIdentity: 'x@y', password: 'a" #b', domain: 'example.org' }),
      {
        ...enterprise({
          ...client,
          clientKey: pem('client-key.pem'),
          clientKeyPassword: 'key "password" #1',
        }),
        ssid: 'Lab',
      },
    );
    expect(peap).toEqual([
      'ssid="Office"',
      'key_mgmt=WPA-EAP WPA-EAP-SHA256 FT-EAP',
      'ieee80211w=1',
      'eap=PEAP',
      `identity=${hex('ada')}`,
      `anonymous_identity=${hex('x@y')}`,
      `password=${hex('a" #b')}`,
      'phase2="auth=MSCHAPV2"',
      'ca_cert="/etc/ssl/certs/ca-certificates.crt"',
      'domain_suffix_match="example.org"',
      'priority=0',
    ]);
    expect(tls?.slice(5, 8)).toEqual([
      'client_cert="/etc/wpa_supplicant/2-client.pem"',
      'private_key="/etc/wpa_supplicant/2-key.pem"',
      `private_key_passwd=${hex('key "password" #1')}`,
    ]);
  });

  test('lies where wpa_supplicant of the release looks, readable for who it runs as', async () => {
    const open = { ssid: 'a', passphrase: 'correct horse' };
    const old = (await supplicantFilesOf('25.11', open))['wifi.nix'];
    expect(old).toContain('"wpa_supplicant.conf" = private ./wifi/wpa_supplicant.conf;');
    expect(old).not.toContain('user =');
    const recent = (await supplicantFilesOf('26.05', open))['wifi.nix'];
    expect(recent).toContain(
      '"wpa_supplicant/imperative.conf" = privateOfWpaSupplicant ./wifi/wpa_supplicant.conf;',
    );
    expect(recent).toContain('user = "wpa_supplicant";');
    for (const text of [old, recent]) {
      expect(text).toContain('networking.wireless.allowAuxiliaryImperativeNetworks = true;');
    }
  });
});

test.each([
  ['25.11', '"wpa_supplicant.conf" = private ./wifi/wpa_supplicant.conf;'],
  ['26.05', '"wpa_supplicant/imperative.conf" = privateOfWpaSupplicant ./wifi/wpa_supplicant.conf;'],
])(
  'what wpa_supplicant of %s reads can be touched before it starts, also with nothing to hide',
  async (release, copied) => {
    const networks = [{ ssid: 'Free WiFi', security: 'open' }];
    for (const secrets of ['slot', 'baked'] as const) {
      const files = await flakeOf(
        recipeOf({ release, wifi: { backend: 'wpa_supplicant', secrets, networks } }),
      );
      expect(files.find(({ path }) => path === 'wifi.nix')?.text).toContain(copied);
    }
  },
);

describe('a value in a profile', () => {
  test.each([
    ['plain', 'plain'],
    ['  two  ', '\\s\\stwo\\s\\s'],
    ['   ', '\\s\\s\\s'],
    ['back\\slash', 'back\\\\slash'],
    ['\\s', '\\\\s'],
    ['a;b #c "d" $e', 'a;b #c "d" $e'],
  ])('%j is written as %j', (value, written) => {
    expect(keyfileText(value)).toBe(written);
  });

  test.each([
    ['Home', 'Home'],
    ['Free WiFi #1 = "x"', 'Free WiFi #1 = "x"'],
    ['semi;colon', '115;101;109;105;59;99;111;108;111;110;'],
    ['b\\s', '98;92;115;'],
    [' x', '32;120;'],
    ['é', '195;169;'],
    ['12', '49;50;'],
  ])('that names a network, %j, is written as %j', (ssid, written) => {
    expect(keyfileSsid(ssid)).toBe(written);
  });
});
