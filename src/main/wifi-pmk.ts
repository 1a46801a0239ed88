/** Derives the key of a WPA2 network, so that a passphrase that is used elsewhere too need not be stored. */
import { pbkdf2Sync } from 'node:crypto';
import type { Recipe } from '../shared/recipe.ts';
import type { PlainNetwork, ResolvedNetwork } from './flake/flake-file.ts';

/**
 * PBKDF2-HMAC-SHA1 with the network's name as salt, 4096 rounds, 32 bytes (IEEE 802.11-2020, annex J.4.1). It opens
 * the network just as the passphrase does. A passphrase of 64 hex digits is such a key already.
 *
 * @returns 64 lower-case hex digits.
 */
export function wifiPmk(ssid: string, passphrase: string): string {
  if (/^[0-9A-Fa-f]{64}$/.test(passphrase)) return passphrase.toLowerCase();
  const name = `${ssid}\0${passphrase}`;
  const known = derived.get(name);
  if (known !== undefined) return known;
  const pmk = pbkdf2Sync(passphrase, ssid, 4096, 32, 'sha1').toString('hex');
  const [oldest] = derived.keys();
  if (oldest !== undefined && derived.size >= mostDerived) derived.delete(oldest);
  derived.set(name, pmk);
  return pmk;
}

/**
 * What was derived lately: the window generates the flake anew after every letter that is typed, and each of these takes
 * two milliseconds. They stay in memory, where the recipe with the passphrases is as well.
 */
const derived = new Map<string, string>();
const mostDerived = 100;

/**
 * Adds the derived key where it is used: NetworkManager takes the passphrase itself for a network that may turn out to
 * be WPA3.
 */
export function withDerivedKey(network: PlainNetwork, backend: Recipe['wifi']['backend']): ResolvedNetwork {
  const { ssid, security, passphrase } = network;
  const isUsed = security === 'wpa2' || (security === 'wpa2-wpa3' && backend === 'wpa_supplicant');
  return isUsed && passphrase !== undefined ? { ...network, pmk: wifiPmk(ssid, passphrase) } : network;
}
