/** Reads what the programs in the guest say: hostapd, dnsmasq, NetworkManager, and guest.sh itself. */
import { stationOf } from './access-points.ts';
import type { Way } from './networks.ts';

export type Said =
  /** hostapd let a station in: it holds the keys. */
  | { kind: 'associated'; station: number }
  /** A station was told its address: data passes in both directions. */
  | { kind: 'address'; station: number; accessPoint: number }
  /** How a station got in. */
  | { kind: 'way'; station: number; bssid: string; way: Way }
  /** A station has seen an access point, and done nothing for a while. */
  | { kind: 'idle'; station: number; bssid: string }
  /** A station does not believe the server of an enterprise network. */
  | { kind: 'distrust'; station: number }
  /** NetworkManager gave up a connection. */
  | { kind: 'failed'; connection: string }
  /** NetworkManager does not read a profile because of its mode. */
  | { kind: 'refused' }
  /** Everything should long have happened. */
  | { kind: 'late'; place: number };

/** What a line tells; null: nothing of these. */
export function readSaid(line: string): Said | null {
  const associated = /^ap\d: AP-STA-CONNECTED (\S+)/.exec(line);
  if (associated) return { kind: 'associated', station: stationOf(associated[1]!) };
  const address = /DHCPACK\(ap(\d)\) \S+ (\S+)/.exec(line);
  if (address) return { kind: 'address', station: stationOf(address[2]!), accessPoint: Number(address[1]) };
  const way = /^way (\d) (\S+) (.+?) *$/.exec(line);
  if (way) {
    const found = wayOf(way[3]!);
    return found && { kind: 'way', station: Number(way[1]), bssid: way[2]!, way: found };
  }
  const idle = /^idle (\d) (\S+)$/.exec(line);
  if (idle) return { kind: 'idle', station: Number(idle[1]), bssid: idle[2]! };
  const distrust = /^wlan(\d): CTRL-EVENT-EAP-TLS-CERT-ERROR /.exec(line);
  if (distrust) return { kind: 'distrust', station: Number(distrust[1]) };
  const failed = /Activation: failed for connection '(.*)'$/.exec(line);
  if (failed) return { kind: 'failed', connection: failed[1]! };
  if (/\.nmconnection".*File permissions \(\d+\) are insecure/.test(line)) return { kind: 'refused' };
  const late = /^late (\d+)$/.exec(line);
  return late && { kind: 'late', place: Number(late[1]) };
}

/** The names are those of wpa_key_mgmt_txt in wpa_supplicant's src/common/defs.h. */
function wayOf(keyManagement: string): Way | null {
  switch (keyManagement) {
    case 'NONE':
      return 'open';
    case 'WPA2-PSK':
    case 'WPA2-PSK-SHA256':
      return 'WPA2';
    case 'SAE':
      return 'WPA3';
    case 'WPA2/IEEE 802.1X/EAP':
    case 'WPA2-EAP-SHA256':
      return 'enterprise';
    default:
      return null;
  }
}
