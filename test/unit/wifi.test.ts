/** Wireless networks as NetworkManager and wpa_supplicant read them. */
import { describe, expect, test } from 'vitest';
import { keyfileSsid, keyfileText } from '../../src/main/flake/keyfile.ts';
import { wifiPmk } from '../../src/main/wifi-pmk.ts';
import { flakeOf, recipeOf } from '../recipes.ts';

describe('the key of a WPA2 network', () => {
  // IEEE 802.11-2020, annex J.4.2.
  test.each([
    ['IEEE', 'password', 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e'],
    ['ThisIsASSID', 'ThisIsAPassword', '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af'],
    ['Z'.repeat(32), 'a'.repeat(32), 'becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62'],
  ])('of %s is that of the standard', (ssid, passphrase, pmk) => {
    expect(wifiPmk(ssid, passphrase)).toBe(pmk);
  });

  test('may be given in place of the passphrase', () => {
    expect(wifiPmk('Attic', 'AB'.repeat(32))).toBe('ab'.repeat(32));
  });
});

async function profilesOf(...networks: object[]): Promise<string[]> {
  const files = await flakeOf(recipeOf({ wifi: { secrets: 'baked', networks } }));
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
