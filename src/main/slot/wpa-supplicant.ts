/** Writes the networks of a stick that uses wpa_supplicant, as the file that goes into its slot. */
import type { ResolvedNetwork } from '../flake/flake-file.ts';
import { assertNever } from '../../shared/problem.ts';

/**
 * One block for each network (wpa_supplicant.conf(5)). Names and passphrases stand as hex bytes: between quotes, one
 * quote of their own before a `#` would make the whole file unreadable. Nothing else is set, so that the file can be
 * read beside the one of NixOS.
 */
export function wpaSupplicantConf(networks: readonly ResolvedNetwork[]): string {
  return networks.map(networkBlock).join('\n');
}

function networkBlock({ ssid, security, passphrase = '', pmk, hidden, priority }: ResolvedNetwork): string {
  const lines = [`ssid=${hex(ssid)}`];
  switch (security) {
    case 'wpa2-wpa3':
      // WPA2 takes the derived key, WPA3 the passphrase: so it joins either, and access points that offer both.
      lines.push('key_mgmt=WPA-PSK WPA-PSK-SHA256 FT-PSK SAE FT-SAE', `psk=${pmk ?? ''}`);
      lines.push(`sae_password=${hex(passphrase)}`, 'ieee80211w=1');
      break;
    case 'wpa2':
      lines.push('key_mgmt=WPA-PSK WPA-PSK-SHA256 FT-PSK', `psk=${pmk ?? ''}`);
      break;
    case 'wpa3':
      lines.push('key_mgmt=SAE FT-SAE', `sae_password=${hex(passphrase)}`, 'ieee80211w=2');
      break;
    case 'open':
      lines.push('key_mgmt=NONE');
      break;
    case 'enterprise':
      // Refused by the recipe's check.
      return '';
    default:
      assertNever(security);
  }
  if (hidden) lines.push('scan_ssid=1');
  // A higher number is preferred here too; recipes go down to -499, and wpa_supplicant takes any integer.
  if (priority !== 0) lines.push(`priority=${priority}`);
  return `network={\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function hex(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex');
}
