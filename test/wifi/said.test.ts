/** What the programs in the guest say is understood: lines as hostapd 2.10, dnsmasq 2.90 and NetworkManager 1.42.4 wrote them. */
import { expect, test } from 'vitest';
import { readSaid, type Said } from './said.ts';

const lines: [string, Said | null][] = [
  ['ap1: AP-STA-CONNECTED 02:00:00:00:02:00', { kind: 'associated', station: 2 }],
  [
    'dnsmasq-dhcp[120]: DHCPACK(ap2) 10.77.2.31 02:00:00:00:01:00 ',
    { kind: 'address', station: 1, accessPoint: 2 },
  ],
  [
    'way 1 02:00:00:01:0e:00 WPA2-EAP-SHA256 ',
    { kind: 'way', station: 1, bssid: '02:00:00:01:0e:00', way: 'enterprise' },
  ],
  [
    'way 2 02:00:00:01:00:00 WPA2/IEEE 802.1X/EAP ',
    { kind: 'way', station: 2, bssid: '02:00:00:01:00:00', way: 'enterprise' },
  ],
  ['way 2 02:00:00:01:04:00 SAE ', { kind: 'way', station: 2, bssid: '02:00:00:01:04:00', way: 'WPA3' }],
  ['way 1 02:00:00:01:07:01 WPA2-PSK ', { kind: 'way', station: 1, bssid: '02:00:00:01:07:01', way: 'WPA2' }],
  ['way 1 02:00:00:01:06:00 NONE ', { kind: 'way', station: 1, bssid: '02:00:00:01:06:00', way: 'open' }],
  // Asked when the station was gone again.
  ['way 1 ', null],
  [
    "wlan2: CTRL-EVENT-EAP-TLS-CERT-ERROR reason=9 depth=0 subject='/CN=radius.example.org' err='Domain suffix mismatch'",
    { kind: 'distrust', station: 2 },
  ],
  [
    "<warn>  [1795631074.7842] device (wlan1): Activation: failed for connection 'Barn mixed'",
    { kind: 'failed', connection: 'Barn mixed' },
  ],
  [
    '<warn>  [1795631774.7842] keyfile: load: "/etc/NetworkManager/system-connections/19.nmconnection": failed to load connection: File permissions (100644) are insecure',
    { kind: 'refused' },
  ],
  ['idle 1 02:00:00:01:0b:00', { kind: 'idle', station: 1, bssid: '02:00:00:01:0b:00' }],
  ['late 12', { kind: 'late', place: 12 }],
  ['appeared 12', null],
];

test.each(lines)('%s', (line, said) => {
  expect(readSaid(line)).toEqual(said);
});
