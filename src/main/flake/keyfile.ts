/** Writes NetworkManager's connection profiles: the form that joined every kind of access point when it was tried. */
import { isEncryptedKey } from '../../shared/recipe-enterprise.ts';
import { assertNever } from '../../shared/problem.ts';
import { credentialPlace, systemAuthorities } from './credentials.ts';
import type { PlainEnterprise, ResolvedNetwork } from './flake-file.ts';

/** A section of a key file: its name, and the text of each line. */
type Section = [name: string, lines: string[]];

/**
 * The profiles of all networks, as the text of .nmconnection files (nm-settings-keyfile(5)), in order. That of an
 * enterprise network points to the files of `credentialFiles(network, number)`, with the number of the profile.
 */
export function wifiProfiles(networks: readonly ResolvedNetwork[]): string[] {
  const profiles: string[] = [];
  for (const network of networks) profiles.push(...networkProfiles(network, profiles.length + 1));
  return profiles;
}

/**
 * The profiles of one network. An automatic one (`wpa2-wpa3`) has two: `wpa-psk` joins WPA2 and mixed access points,
 * `sae` joins WPA3-only ones, and neither joins the other's. A derived key can not do SAE, so only a network that is
 * WPA2 alone gets one.
 *
 * @param number of the first profile.
 */
export function networkProfiles(network: ResolvedNetwork, number: number): string[] {
  const { ssid, security, passphrase = '', pmk, enterprise } = network;
  // Twice the number, so that the second profile of one network still comes before the next network.
  const priority = network.priority * 2;
  switch (security) {
    case 'wpa2-wpa3':
      return [
        profile(network, ssid, priority, [pskSection('wpa-psk', passphrase)]),
        profile(network, `${ssid} (WPA3)`, priority - 1, [pskSection('sae', passphrase)]),
      ];
    case 'wpa2':
      return [profile(network, ssid, priority, [pskSection('wpa-psk', pmk ?? passphrase)])];
    case 'wpa3':
      return [profile(network, ssid, priority, [pskSection('sae', passphrase)])];
    case 'open':
      return [profile(network, ssid, priority, [])];
    case 'enterprise':
      if (!enterprise) throw new Error('an enterprise network that was not checked');
      return [profile(network, ssid, priority, enterpriseSections(enterprise, number))];
    default:
      return assertNever(security);
  }
}

function profile(
  { ssid, hidden }: ResolvedNetwork,
  id: string,
  priority: number,
  security: Section[],
): string {
  const sections: Section[] = [
    ['connection', [`id=${keyfileText(id)}`, 'type=wifi', `autoconnect-priority=${priority}`]],
    ['wifi', ['mode=infrastructure', `ssid=${keyfileSsid(ssid)}`, ...(hidden ? ['hidden=true'] : [])]],
    ...security,
    ['ipv4', ['method=auto']],
    ['ipv6', ['method=auto']],
  ];
  return `${sections.map(([name, lines]) => [`[${name}]`, ...lines].join('\n')).join('\n\n')}\n`;
}

function pskSection(keyManagement: 'wpa-psk' | 'sae', psk: string): Section {
  return ['wifi-security', [`key-mgmt=${keyManagement}`, `psk=${keyfileText(psk)}`]];
}

/**
 * How to sign in (nm-settings-keyfile(5), "802-1x setting"). The server is believed if the given authority vouches for
 * it or, where only a domain is given, one that NixOS trusts and that vouches for a name in that domain.
 */
function enterpriseSections(given: PlainEnterprise, number: number): Section[] {
  const { method, identity, anonymousIdentity, password, innerAuthentication, domain } = given;
  const { caCertificate, clientKey, clientKeyPassword } = given;
  const lines = [`eap=${method};`, `identity=${keyfileText(identity)}`];
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) lines.push(`${key}=${keyfileText(value)}`);
  };
  add('anonymous-identity', anonymousIdentity);
  if (method === 'tls') {
    add('client-cert', credentialPlace(number, 'client'));
    add('private-key', credentialPlace(number, 'key'));
    if (clientKey !== undefined && !isEncryptedKey(clientKey)) {
      // NM_SETTING_SECRET_FLAG_NOT_REQUIRED: nobody is there to be asked for a password that does not exist.
      lines.push('private-key-password-flags=4');
    } else {
      add('private-key-password', clientKeyPassword);
    }
  } else {
    add('password', password);
    lines.push(`phase2-auth=${innerAuthentication ?? 'mschapv2'}`);
  }
  if (caCertificate !== undefined) add('ca-cert', credentialPlace(number, 'ca'));
  else if (domain !== undefined) add('ca-cert', systemAuthorities);
  add('domain-suffix-match', domain);
  return [
    ['wifi-security', ['key-mgmt=wpa-eap']],
    ['802-1x', lines],
  ];
}

/**
 * A value as GKeyFile reads it back (GLib, gkeyfile.c): backslashes doubled, spaces at the ends as `\s`, control
 * characters by their letters.
 */
export function keyfileText(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/^ +| +$/g, (spaces) => '\\s'.repeat(spaces.length));
}

/**
 * The name of a network: as text where that can only mean itself, else as its bytes in decimal, each followed by `;`
 * (nm-settings-keyfile(5), "ssid"). Digits alone are written as bytes too, since they look like a list of one.
 */
export function keyfileSsid(ssid: string): string {
  const plain =
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(ssid) && !/[;\\]/.test(ssid) && /[^0-9 ]/.test(ssid);
  return plain ? ssid : Array.from(new TextEncoder().encode(ssid), (byte) => `${byte};`).join('');
}
