/** Writes wpa_supplicant's own configuration file, in which nothing that a person typed can end early or mean more. */
import { assertNever } from '../../shared/problem.ts';
import { credentialPlace, systemAuthorities } from './credentials.ts';
import type { PlainEnterprise, ResolvedNetwork } from './flake-file.ts';

/**
 * All networks as wpa_supplicant.conf(5). Passphrases, and all but the plainest names, stand as hex bytes: in quotes, a
 * `"` before a `#` would make the whole file unreadable.
 *
 * The module of NixOS could write networks too, and puts texts between quotes unchanged; the slot holds a file. One
 * form serves both.
 *
 * An automatic network (`wpa2-wpa3`) becomes two: SAE first, which needs the passphrase, then WPA2 with the derived
 * key for access points and cards that know no other.
 */
export function wpaSupplicantConf(networks: readonly ResolvedNetwork[]): string {
  const blocks = networks.flatMap((network, at) => networkBlocks(network, at + 1));
  return `${[
    '# Wireless networks for wpa_supplicant. Texts stand as hex bytes, because quotes can not hold every text.',
    ...blocks.map((lines) => ['network={', ...lines.map((line) => `  ${line}`), '}'].join('\n')),
  ].join('\n\n')}\n`;
}

function networkBlocks(network: ResolvedNetwork, number: number): string[][] {
  const { security, passphrase = '', pmk = '', enterprise } = network;
  // Twice the number, so that both blocks of one network come before the next network.
  const priority = network.priority * 2;
  const named = nameLines(network);
  const sae = [
    'key_mgmt=SAE FT-SAE',
    // WPA3 always protects management frames (IEEE 802.11-2020, 12.6.19).
    'ieee80211w=2',
    `sae_password=${hex(passphrase)}`,
  ];
  const psk = ['key_mgmt=WPA-PSK WPA-PSK-SHA256 FT-PSK', 'ieee80211w=1', `psk=${pmk}`];
  switch (security) {
    case 'wpa2-wpa3':
      return [
        [...named, ...sae, `priority=${priority + 1}`],
        [...named, ...psk, `priority=${priority}`],
      ];
    case 'wpa2':
      return [[...named, ...psk, `priority=${priority}`]];
    case 'wpa3':
      return [[...named, ...sae, `priority=${priority}`]];
    case 'open':
      return [[...named, 'key_mgmt=NONE', `priority=${priority}`]];
    case 'enterprise':
      if (!enterprise) throw new Error('an enterprise network that was not checked');
      return [[...named, ...enterpriseLines(enterprise, number), `priority=${priority}`]];
    default:
      return assertNever(security);
  }
}

function nameLines({ ssid, hidden }: ResolvedNetwork): string[] {
  const plain = /^[A-Za-z0-9._-]+(?: [A-Za-z0-9._-]+)*$/.test(ssid);
  return [`ssid=${plain ? `"${ssid}"` : hex(ssid)}`, ...(hidden ? ['scan_ssid=1'] : [])];
}

/** The same rules as for NetworkManager: see `enterpriseSections` in keyfile.ts. */
function enterpriseLines(given: PlainEnterprise, number: number): string[] {
  const { method, identity, anonymousIdentity, password, innerAuthentication, domain } = given;
  const { caCertificate, clientKeyPassword } = given;
  const lines = [
    'key_mgmt=WPA-EAP WPA-EAP-SHA256 FT-EAP',
    'ieee80211w=1',
    `eap=${method.toUpperCase()}`,
    `identity=${hex(identity)}`,
  ];
  if (anonymousIdentity !== undefined) lines.push(`anonymous_identity=${hex(anonymousIdentity)}`);
  if (method === 'tls') {
    lines.push(
      `client_cert="${credentialPlace(number, 'client')}"`,
      `private_key="${credentialPlace(number, 'key')}"`,
    );
    if (clientKeyPassword !== undefined) lines.push(`private_key_passwd=${hex(clientKeyPassword)}`);
  } else {
    lines.push(`password=${hex(password ?? '')}`);
    lines.push(`phase2="auth=${(innerAuthentication ?? 'mschapv2').toUpperCase()}"`);
  }
  if (caCertificate !== undefined) lines.push(`ca_cert="${credentialPlace(number, 'ca')}"`);
  else if (domain !== undefined) lines.push(`ca_cert="${systemAuthorities}"`);
  // A domain has letters, digits and . - _ only.
  if (domain !== undefined) lines.push(`domain_suffix_match="${domain}"`);
  return lines;
}

function hex(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
