/** Writes the configuration of the access points and of their DHCP server. */
import type { Network, Place } from './networks.ts';

/** The address of access point `at`, counted from 1, of a place. No two have the same, so that none is recognised. */
export function accessPointAddress(place: number, at: number): string {
  // hostapd counts on from the first, which has to be even for that.
  return `02:00:00:01:${hexByte(place)}:${hexByte(at - 1)}`;
}

/** What station has an address: mac80211_hwsim puts the number of the radio in the fifth byte. */
export function stationOf(address: string): number {
  return Number.parseInt(address.slice(12, 14), 16);
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** hostapd.conf (hostapd.conf(5) and the commented one that comes with it): one radio, an access point per network. */
export function hostapdConf(place: Place, number: number): string {
  const radio = ['interface=ap1', 'driver=nl80211', 'hw_mode=g', 'channel=1'];
  const points = place.map((network, index) =>
    [...(index === 0 ? radio : [`bss=ap${index + 1}`]), ...accessPoint(network, number)].join('\n'),
  );
  return `${points.join('\n\n')}\n`;
}

function accessPoint({ accessPoint: kind, recipe }: Network, place: number): string[] {
  const { ssid, passphrase = '', hidden = false } = recipe;
  // hostapd derives the key itself: what is tested must not be its own judge.
  const psk = /^[0-9a-f]{64}$/.test(passphrase) ? `wpa_psk=${passphrase}` : `wpa_passphrase=${passphrase}`;
  const server = ['ieee8021x=1', 'eap_server=1', ...serverFiles, `eap_user_file=/job/places/${place}.users`];
  const protection = {
    open: [],
    wpa2: [...rsn('WPA-PSK', 0), psk],
    wpa3: [...rsn('SAE', 2), `sae_password=${passphrase}`],
    mixed: [...rsn('WPA-PSK SAE', 1), 'sae_require_mfp=1', psk],
    'wpa2-enterprise': [...rsn('WPA-EAP', 0), ...server],
    'wpa3-enterprise': [...rsn('WPA-EAP-SHA256', 2), ...server],
  };
  return [
    // In hex, which needs no quoting.
    `ssid2=${Buffer.from(ssid, 'utf8').toString('hex')}`,
    `ignore_broadcast_ssid=${hidden ? 1 : 0}`,
    'ctrl_interface=/run/hostapd',
    ...protection[kind],
  ];
}

/** Where the RADIUS server that is part of hostapd finds what it needs. */
const serverFiles = [
  'ca_cert=/job/radius/authority.pem',
  'server_cert=/job/radius/server.pem',
  'private_key=/job/radius/server.key',
];

/**
 * Who may sign in at a place, in the form of hostapd.eap_user: first by the name outside of the tunnel, then by the one
 * inside. The names have to be these exactly, and the password has to come as it was promised.
 */
export function eapUsers([{ recipe }]: Place): string {
  const { enterprise } = recipe;
  if (!enterprise) return '';
  const { method, identity, anonymousIdentity, password = '', innerAuthentication = 'mschapv2' } = enterprise;
  const outside = `${eapName(anonymousIdentity ?? identity)} ${method.toUpperCase()}`;
  if (method === 'tls') return `${outside}\n`;
  const inner = innerAuthentication.toUpperCase();
  const kind = method === 'ttls' ? `TTLS-${inner}` : inner;
  return `${outside}\n${eapName(identity)} ${kind} ${Buffer.from(password, 'utf8').toString('hex')} [2]\n`;
}

/** A name between quotes ends at the next quote: of one that has quotes itself, only what is before is compared. */
function eapName(name: string): string {
  const at = name.indexOf('"');
  return at === -1 ? `"${name}"` : `"${name.slice(0, at)}"*`;
}

/** @param protectedFrames 0: not offered, 1: as the station likes, 2: required. */
function rsn(keyManagement: string, protectedFrames: 0 | 1 | 2): string[] {
  return ['wpa=2', 'rsn_pairwise=CCMP', `wpa_key_mgmt=${keyManagement}`, `ieee80211w=${protectedFrames}`];
}

/** dnsmasq.conf: an address for whoever got in, in a subnet per access point, and no DNS (dnsmasq(8)). */
export const dnsmasqConf = `port=0
log-facility=-
bind-dynamic
no-ping
dhcp-authoritative
leasefile-ro
dhcp-range=10.77.1.10,10.77.1.99,1h
dhcp-range=10.77.2.10,10.77.2.99,1h
`;
