/** Writes NetworkManager's connection profiles: the form that joined every kind of access point when it was tried. */
import { assertNever } from '../../shared/problem.ts';
import type { ResolvedNetwork } from './flake-file.ts';

/**
 * The profiles of all networks, as the text of .nmconnection files (nm-settings-keyfile(5)), in order.
 *
 * An automatic network (`wpa2-wpa3`) becomes two: `wpa-psk` joins WPA2 and mixed access points, `sae` joins WPA3-only
 * ones, and neither joins the other's. A derived key can not do SAE, so only a network that is WPA2 alone gets one.
 */
export function wifiProfiles(networks: readonly ResolvedNetwork[]): string[] {
  return networks.flatMap((network) => {
    const { ssid, security, passphrase = '', pmk } = network;
    // Twice the number, so that the second profile of one network still comes before the next network.
    const priority = network.priority * 2;
    switch (security) {
      case 'wpa2-wpa3':
        return [
          profile(network, ssid, priority, { 'key-mgmt': 'wpa-psk', psk: passphrase }),
          profile(network, `${ssid} (WPA3)`, priority - 1, { 'key-mgmt': 'sae', psk: passphrase }),
        ];
      case 'wpa2':
        return [profile(network, ssid, priority, { 'key-mgmt': 'wpa-psk', psk: pmk ?? passphrase })];
      case 'wpa3':
        return [profile(network, ssid, priority, { 'key-mgmt': 'sae', psk: passphrase })];
      case 'open':
        return [profile(network, ssid, priority, null)];
      case 'enterprise':
        // Refused by the recipe's check.
        return [];
      default:
        return assertNever(security);
    }
  });
}

function profile(
  { ssid, hidden }: ResolvedNetwork,
  id: string,
  priority: number,
  security: Record<string, string> | null,
): string {
  const sections: [string, string[]][] = [
    ['connection', [`id=${keyfileText(id)}`, 'type=wifi', `autoconnect-priority=${priority}`]],
    ['wifi', ['mode=infrastructure', `ssid=${keyfileSsid(ssid)}`, ...(hidden ? ['hidden=true'] : [])]],
    ...(security
      ? [
          [
            'wifi-security',
            Object.entries(security).map(([key, value]) => `${key}=${keyfileText(value)}`),
          ] as [string, string[]],
        ]
      : []),
    ['ipv4', ['method=auto']],
    ['ipv6', ['method=auto']],
  ];
  return `${sections.map(([name, lines]) => [`[${name}]`, ...lines].join('\n')).join('\n\n')}\n`;
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
