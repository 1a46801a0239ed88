/** WiFi networks that a computer knows, read from what other programs said when they were recorded (test/fixtures/network). */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readKeychain, readPreferred, readWifiDevice } from '../../src/main/network/keychain.ts';
import { knownNetworks, knownPassphrase, type KnownSurroundings } from '../../src/main/network/known.ts';
import { readProfile, readProfileNames } from '../../src/main/network/netsh.ts';
import { readIds, readKeyfile, readProfiles } from '../../src/main/network/networkmanager.ts';
import { readSupplicant } from '../../src/main/network/wpa-supplicant.ts';
import { checkRecipe } from '../../src/shared/recipe.ts';
import { recipeNamed } from '../recipes.ts';

const fixtures = path.resolve(import.meta.dirname, '../fixtures/network');
const recorded = (name: string) => readFileSync(path.join(fixtures, name), 'utf8');
const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-known-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const odd = 'Café "q"; $HOME \\b #1';
const psk = '0123456789abcdef'.repeat(4);

describe('NetworkManager', () => {
  test('lists its wireless profiles, and not the others', () => {
    const ids = readIds(recorded('nmcli-list.txt'));
    expect(ids).toHaveLength(8);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-/);
  });

  test('says name, kind, hidden and priority of each; its own hotspot is left out', () => {
    expect(readProfiles(recorded('nmcli-profiles.txt'))).toMatchObject([
      { ssid: 'Attic', security: 'wpa2-wpa3', hidden: false, priority: 0 },
      { ssid: 'Asked', security: 'wpa2-wpa3' },
      { ssid: 'Guests', security: 'open' },
      { ssid: '日本語 ネット', security: 'wpa2-wpa3' },
      { ssid: 'Lab', security: 'wpa3' },
      { ssid: odd, security: 'wpa2-wpa3', hidden: true, priority: 5 },
      { ssid: 'Corp', security: 'enterprise' },
    ]);
  });

  test.each([
    ['Attic.nmconnection', { ssid: 'Attic', security: 'wpa2-wpa3', passphrase: 'correct horse' }],
    ['odd-one-two.nmconnection', { ssid: odd, hidden: true, priority: 5, passphrase: 'pa:ss\\wo"rd $1' }],
    ['jp.nmconnection', { ssid: '日本語 ネット', security: 'wpa2', passphrase: psk }],
    ['lab.nmconnection', { ssid: 'Lab', security: 'wpa3', passphrase: ' spaces ' }],
  ])('keeps %s as a file that says the same', (name, expected) => {
    expect(readKeyfile(recorded(name))).toMatchObject(expected);
  });

  test.each([
    '',
    '[connection]\nid=x\n',
    '[connection]\n[wifi]\nssid=\n',
    '[connection]\n[wifi]\nssid=255;\n',
  ])('does not keep a network in %j', (text) => expect(readKeyfile(text)).toBeNull());
});

describe('wpa_supplicant', () => {
  test('keeps networks with quotes, comments, bytes and escapes in them', () => {
    expect(readSupplicant(recorded('wpa_supplicant.conf'))).toEqual([
      { ssid: 'Café "q" #1', security: 'wpa2-wpa3', hidden: true, priority: 5, passphrase: 'pass # word' },
      {
        ssid: 'Attic',
        security: 'wpa2',
        hidden: false,
        priority: 0,
        passphrase: '395f4e7ed2c58b9bf855d1bb1738c95a6b4c9ad07f768f9f35765a96bc14cb2a',
      },
      { ssid: '日本', security: 'wpa3', hidden: false, priority: 0, passphrase: 'kurz' },
      { ssid: 'tab\there ä', security: 'wpa2-wpa3', hidden: false, priority: 0, passphrase: 'both of them' },
      { ssid: 'Guests', security: 'open', hidden: false, priority: 0 },
      { ssid: 'Corp', security: 'enterprise', hidden: false, priority: 0 },
    ]);
  });
});

describe('Windows', () => {
  test.each([
    ['netsh-profiles.txt', ['Attic', 'Guests: upstairs', 'Lab']],
    ['netsh-profiles-de.txt', ['Attic', 'FRITZ!Box 7590']],
  ])('lists its profiles in any language (%s)', (name, expected) => {
    expect(readProfileNames(recorded(name))).toEqual(expected);
  });

  test.each([
    ['netsh-profile.txt', { ssid: 'Attic', security: 'wpa2-wpa3', passphrase: 'correct : horse' }],
    [
      'netsh-profile-de.txt',
      { ssid: 'FRITZ!Box 7590', security: 'wpa3', passphrase: '12345678901234567890' },
    ],
    ['netsh-profile-open.txt', { ssid: 'Guests: upstairs', security: 'open' }],
  ])('tells the passphrase in any language (%s), also with the line ends of Windows', (name, expected) => {
    expect(readProfile(recorded(name))).toMatchObject(expected);
    expect(readProfile(recorded(name).replaceAll('\n', '\r\n'))).toMatchObject(expected);
  });

  test('tells none where only administrators may see it', () => {
    const hidden = recorded('netsh-profile.txt').replace(/^ +Key Content.*\n/m, '');
    expect(readProfile(hidden)).toEqual({ ssid: 'Attic', security: 'wpa2-wpa3', hidden: false, priority: 0 });
    expect(readProfile('The Wireless AutoConfig Service (wlansvc) is not running.')).toBeNull();
  });
});

describe('macOS', () => {
  test('lists the networks of its WiFi device', () => {
    const ports =
      'Hardware Port: Ethernet\nDevice: en1\nEthernet Address: 00\n\nHardware Port: Wi-Fi\nDevice: en0\n';
    expect(readWifiDevice(ports)).toBe('en0');
    expect(readWifiDevice('Hardware Port: Ethernet\nDevice: en1\n')).toBeNull();
    expect(readPreferred(recorded('networksetup.txt'))).toEqual(['Attic', 'Café "q"; #1', ' Outer spaces ']);
  });

  test.each([
    ['keychain: "/Library/Keychains/System.keychain"\npassword: "correct "horse""\n', 'correct "horse"'],
    ['password: 0x50C3A47373C3A4  "P\\303\\244ss\\303\\244"\n', 'Pässä'],
    ['password: \n', null],
    ['security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.\n', null],
  ])('tells the passphrase of %j as %j', (said, passphrase) => {
    expect(readKeychain(said)).toBe(passphrase);
  });
});

test('whatever a program says, what comes out is for a recipe, or has an odd name', () => {
  expect.hasAssertions();
  const pieces = fc.constantFrom(
    'network={',
    '}',
    'ssid="a"',
    'psk="12345678"',
    'P"\\x',
    '-----',
    '    a : b',
    '[wifi]',
    '[connection]',
    'ssid=1;2;',
    '\t',
    '#',
    '"',
    '802-11-wireless.ssid:x',
    'password: 0x61',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (lines) => {
      const text = lines.join('\n');
      const profiles = [readKeyfile(text), readProfile(text), ...readSupplicant(text), ...readProfiles(text)];
      readKeychain(text);
      readPreferred(text);
      readProfileNames(text);
      for (const profile of profiles.filter((one) => one !== null)) {
        const { ssid, security, hidden, priority } = profile;
        if (security === 'enterprise') continue;
        const networks = [{ ssid, security, hidden, priority }];
        const checked = checkRecipe({ ...recipeNamed('minimal'), wifi: { networks } });
        const paths = 'problems' in checked ? checked.problems.map(({ path: at }) => at) : [];
        expect(paths.filter((at) => at !== 'wifi.networks.0.ssid')).toEqual([]);
      }
    }),
  );
});

/** A computer on which the recorded programs run; what was run is written down. */
function computer(platform: NodeJS.Platform, answers: Record<string, string | number>) {
  const ran: string[] = [];
  const here: KnownSurroundings = {
    platform,
    root: folder,
    async ask(program, args) {
      const line = [program, ...args].join(' ');
      ran.push(line);
      const [, answer] = Object.entries(answers).find(([start]) => line.startsWith(start)) ?? [];
      const exitCode = typeof answer === 'number' ? answer : 0;
      const said = typeof answer === 'string' ? answer : '';
      return { exitCode, missing: answer === undefined, stdout: said, stderr: said };
    },
  };
  return { here, ran };
}

describe('the networks of this computer', () => {
  const uuid = '4770216a-68fc-4d52-bf1b-26f2bc0c2d48';
  const linux = {
    'nmcli --terse --fields UUID,TYPE,NAME': recorded('nmcli-list.txt'),
    'nmcli --terse --mode': `connection.uuid:${uuid}\n802-11-wireless.ssid:Attic\n802-11-wireless-security.key-mgmt:wpa-psk\n`,
    'nmcli --show-secrets': `connection.uuid:${uuid}\n802-11-wireless.ssid:Attic\n802-11-wireless-security.key-mgmt:wpa-psk\n802-11-wireless-security.psk:correct horse\n`,
  };

  test('are listed without a passphrase, each with what will be run for it', async () => {
    const { here, ran } = computer('linux', linux);
    const { networks } = await knownNetworks(here);
    expect(networks).toEqual([
      {
        id: `nm:${uuid}`,
        ssid: 'Attic',
        security: 'wpa2-wpa3',
        hidden: false,
        priority: 0,
        from: 'NetworkManager',
        consent: expect.stringContaining(`nmcli --show-secrets`),
      },
    ]);
    expect(ran.join('\n')).not.toContain('--show-secrets');
    const secret = await knownPassphrase(networks[0]!.id, here);
    expect(secret).toMatchObject({ ok: true, value: { ssid: 'Attic', passphrase: 'correct horse' } });
    // What was shown is what was run.
    expect(networks[0]!.consent.endsWith(ran.at(-1)!)).toBe(true);
  });

  test('say who keeps the passphrase where it was not given', async () => {
    const { here } = computer('linux', { ...linux, 'nmcli --show-secrets': linux['nmcli --terse --mode'] });
    expect(await knownPassphrase(`nm:${uuid}`, here)).toMatchObject({
      problem: { code: 'passphrase-not-given', title: expect.stringContaining('“Attic”') },
    });
  });

  test('are read from the files where NetworkManager does not run', async () => {
    mkdirSync(path.join(folder, 'etc/NetworkManager'), { recursive: true });
    cpSync(fixtures, path.join(folder, 'etc/NetworkManager/system-connections'), { recursive: true });
    mkdirSync(path.join(folder, 'etc/wpa_supplicant'), { recursive: true });
    writeFileSync(
      path.join(folder, 'etc/wpa_supplicant/wpa_supplicant.conf'),
      recorded('wpa_supplicant.conf'),
    );
    const { here } = computer('linux', { 'nmcli --terse': 8 });
    const { networks } = await knownNetworks(here);
    expect(networks.map(({ ssid, from }) => [ssid, from])).toEqual([
      ['Attic', 'NetworkManager'],
      ['日本語 ネット', 'NetworkManager'],
      ['Lab', 'NetworkManager'],
      [odd, 'NetworkManager'],
      ['Café "q" #1', 'wpa_supplicant'],
      ['日本', 'wpa_supplicant'],
      ['tab\there ä', 'wpa_supplicant'],
      ['Guests', 'wpa_supplicant'],
      ['Corp', 'wpa_supplicant'],
    ]);
    expect(JSON.stringify(networks)).not.toContain('correct horse');
    const secrets = await Promise.all(networks.map(({ id }) => knownPassphrase(id, here)));
    expect(secrets.map((secret) => (secret.ok ? secret.value.passphrase : secret.problem.code))).toEqual([
      'correct horse',
      psk,
      ' spaces ',
      'pa:ss\\wo"rd $1',
      'pass # word',
      'kurz',
      'both of them',
      null,
      'enterprise-network',
    ]);
    rmSync(path.join(folder, 'etc'), { recursive: true });
  });

  test('of Windows are asked for one by one, and a refusal says what to do', async () => {
    const answers = {
      'netsh wlan show profiles': recorded('netsh-profiles.txt'),
      'netsh wlan show profile name=Attic key=clear': recorded('netsh-profile.txt'),
    };
    const { here } = computer('win32', answers);
    const { networks } = await knownNetworks(here);
    expect(networks.map(({ ssid }) => ssid)).toEqual(['Attic', 'Guests: upstairs', 'Lab']);
    expect(networks[1]!.consent).toContain('“name=Guests: upstairs”');
    expect(await knownPassphrase(networks[0]!.id, here)).toMatchObject({
      value: { passphrase: 'correct : horse' },
    });
    expect(await knownPassphrase(networks[2]!.id, here)).toMatchObject({ problem: { code: 'network-gone' } });
  });

  test('of macOS are read from the keychain, unless the person refuses', async () => {
    const list = {
      'networksetup -listallhardwareports': 'Hardware Port: Wi-Fi\nDevice: en0\n',
      'networksetup -listpreferredwirelessnetworks en0': recorded('networksetup.txt'),
    };
    const agreed = computer('darwin', {
      ...list,
      'security find-generic-password': 'password: "correct horse"\n',
    });
    const { networks } = await knownNetworks(agreed.here);
    expect(await knownPassphrase(networks[0]!.id, agreed.here)).toMatchObject({
      value: { ssid: 'Attic', security: 'wpa2-wpa3', passphrase: 'correct horse' },
    });
    const refused = computer('darwin', { ...list, 'security find-generic-password': 128 });
    expect(await knownPassphrase(networks[0]!.id, refused.here)).toMatchObject({
      problem: { code: 'rights-refused' },
    });
    const none = computer('darwin', { ...list, 'security find-generic-password': 44 });
    expect(await knownPassphrase(networks[0]!.id, none.here)).toMatchObject({
      problem: { code: 'passphrase-not-given' },
    });
  });

  test.each(['', 'nm:', 'nm:--ask', 'nm:x y', 'wpa:', 'other:x', 'keyfile:zzzz'])(
    'of no such id (%j) are gone',
    async (id) => {
      const { here, ran } = computer('linux', {});
      expect(await knownPassphrase(id, here)).toMatchObject({ problem: { code: 'network-gone' } });
      expect(ran).toEqual([]);
    },
  );

  test('are none on a computer without WiFi', async () => {
    for (const platform of ['linux', 'darwin', 'win32', 'freebsd'] as const)
      expect(await knownNetworks(computer(platform, {}).here)).toEqual({ networks: [], note: null });
  });

  test('that only the administrator may read are told of', async () => {
    const file = path.join(folder, 'etc/wpa_supplicant.conf');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    chmodSync(file, 0);
    chmodSync(folder, 0o755);
    const isRoot = process.geteuid?.() === 0;
    // Root may read everything: for a moment, this process is nobody.
    if (isRoot) process.seteuid?.(65_534);
    const known = await knownNetworks(computer('linux', {}).here).finally(() => {
      if (isRoot) process.seteuid?.(0);
    });
    expect(known).toMatchObject({ note: { code: 'networks-locked' } });
  });
});
