/** What the guest is given, without starting it: every network is one that a recipe may name, and the stick has its files. */
import { beforeAll, describe, expect, test } from 'vitest';
import { eapUsers, hostapdConf } from './access-points.ts';
import { makeCertificates } from './certificates.ts';
import { placesWith, type Network } from './networks.ts';
import type { PlacedFile } from './nixos.ts';
import { airTask, networkCount, stickTask } from './task.ts';

const certificates = await makeCertificates();
const places = placesWith(certificates);
const networks = places.flat();

describe('the stick', () => {
  let stick: PlacedFile[] = [];
  beforeAll(async () => {
    stick = await stickTask(networks);
  });
  const named = (part: string) => stick.filter(({ path }) => path.includes(part));

  test('has profiles that nobody else can read, but for the one that is to be refused', () => {
    const profiles = named('/system-connections/');
    const automatic = networks.filter(({ recipe }) => recipe.security === undefined);
    expect(profiles).toHaveLength(networks.length + automatic.length);
    const readable = profiles.filter(({ mode }) => mode !== 0o600);
    expect(readable.map(({ mode, text }) => [mode, /ssid=(.*)/.exec(text)?.[1]])).toEqual([
      [0o644, 'Readable'],
    ]);
    expect(new Set(profiles.map(({ owner }) => owner))).toEqual(new Set(['root']));
  });

  test('has one file of networks and keys that wpa_supplicant can read without being root', () => {
    const own = [...named('/imperative.conf'), ...named('-key.pem')];
    expect(own.length).toBeGreaterThan(2);
    for (const { mode, owner } of own) expect([mode, owner]).toEqual([0o600, 'wpa_supplicant']);
    expect(networkCount(stick)).toBeGreaterThan(networks.length);
    const owners = stick.find(({ path }) => path === 'job/owners')?.text ?? '';
    for (const { path } of own) expect(owners).toContain(`wpa_supplicant /${path}\n`);
  });

  test('tells the kernel the country', () => {
    const [file] = named('etc/modprobe.d/');
    expect(file?.text).toContain('options cfg80211 ieee80211_regdom=BZ');
  });
});

describe('an access point', () => {
  const one = (wanted: string): [Network] => [networks.find(({ what }) => what === wanted)!];

  test('has its name in hex, so that it is not quoted as on the stick', () => {
    expect(hostapdConf(one('name: digits'), 0)).toContain('ssid2=3132333435363738\n');
  });

  test('lets in whoever comes with the right name outside of the tunnel, and inside with the password', () => {
    expect(eapUsers(one('enterprise: PEAP, another name outside'))).toBe(
      `"anonymous@example.org" PEAP\n"ada@example.org" MSCHAPV2 ${Buffer.from('correct horse battery staple').toString('hex')} [2]\n`,
    );
    expect(eapUsers(one('enterprise: TTLS, PAP'))).toContain('"ada@example.org" TTLS-PAP ');
    expect(eapUsers(one('enterprise: TLS'))).toBe('"ada@example.org" TLS\n');
    expect(eapUsers(one('enterprise: PEAP, quotes in the name'))).toContain('"a"* PEAP\n');
  });

  test('is in the air with a file of its own at each place', () => {
    const air = airTask(places, certificates);
    expect(air.filter(({ path }) => /places\/\d+\.conf$/.test(path))).toHaveLength(places.length);
  });
});
