/** Reads the networks of a wpa_supplicant.conf as wpa_supplicant itself does (wpa_supplicant.conf(5), config_file.c); pure. */
import { boundedPriority, securityFor, utf8, type WifiProfile } from './profile.ts';

/** All networks that are in use, in order. Left out are WEP, and what is not UTF-8 or has no word in a recipe. */
export function readSupplicant(text: string): WifiProfile[] {
  const profiles: WifiProfile[] = [];
  let fields: Map<string, string> | null = null;
  for (const whole of text.split(/\r?\n/)) {
    const line = withoutComment(whole);
    if (/^network=\{$/.test(line)) fields = new Map();
    else if (line === '}') {
      const profile = fields && readNetwork(fields);
      if (profile) profiles.push(profile);
      fields = null;
    } else if (fields) {
      const at = line.indexOf('=');
      if (at > 0) fields.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    }
  }
  return profiles;
}

function readNetwork(fields: Map<string, string>): WifiProfile | null {
  if (fields.get('disabled') === '1' || [...fields.keys()].some((name) => /^wep_key\d$/.test(name)))
    return null;
  const ssid = readString(fields.get('ssid') ?? '');
  if (ssid === null || ssid === '') return null;
  const keyManagement = fields.get('key_mgmt') ?? 'WPA-PSK WPA-EAP';
  const psk = fields.get('psk');
  // Without quotes, psk is the key itself.
  const passphrase =
    readString(fields.get('sae_password') ?? '') ||
    (psk !== undefined && /^[0-9A-Fa-f]{64}$/.test(psk) ? psk : readString(psk ?? '')) ||
    undefined;
  const security = securityOf(keyManagement, passphrase);
  if (security === null) return null;
  return {
    ssid,
    security,
    hidden: fields.get('scan_ssid') === '1',
    priority: boundedPriority(fields.get('priority')),
    ...(passphrase !== undefined && security !== 'open' && security !== 'enterprise' && { passphrase }),
  };
}

function securityOf(keyManagement: string, passphrase: string | undefined): WifiProfile['security'] | null {
  const kinds = keyManagement.split(/\s+/);
  if (kinds.some((kind) => /^(?:FT-)?WPA-PSK(?:-SHA256)?$/.test(kind)) && passphrase !== undefined)
    return securityFor(passphrase);
  if (kinds.some((kind) => /^(?:FT-)?SAE/.test(kind))) return 'wpa3';
  if (kinds.some((kind) => kind.includes('EAP') || kind === 'IEEE8021X')) return 'enterprise';
  return kinds.includes('NONE') ? 'open' : null;
}

/** A comment begins with `#`: at the start of the line, or behind the last quote of it (wpa_config_get_line). */
function withoutComment(line: string): string {
  const text = line.trim();
  if (text.startsWith('#')) return '';
  const first = text.indexOf('"');
  const last = first < 0 ? -1 : text.lastIndexOf('"');
  const at = text.indexOf('#', last > first ? last : 0);
  return (at < 0 ? text : text.slice(0, at)).trim();
}

/** `"text"` as it is, `P"text"` with escapes, or hex bytes; null where it is none of these, or not UTF-8. */
function readString(value: string): string | null {
  if (value.startsWith('"')) return value.length > 1 && value.endsWith('"') ? value.slice(1, -1) : null;
  if (value.startsWith('P"'))
    return value.endsWith('"') && value.length > 2 ? printfDecoded(value.slice(2, -1)) : null;
  return value !== '' && /^(?:[0-9A-Fa-f]{2})+$/.test(value) ? utf8(Buffer.from(value, 'hex')) : null;
}

/** printf_decode() of wpa_supplicant's common.c. */
function printfDecoded(text: string): string | null {
  const letters: Record<string, number> = { n: 10, r: 13, t: 9, e: 27 };
  const bytes: number[] = [];
  for (const [piece, hex, octal, letter] of text.matchAll(
    /\\x([0-9A-Fa-f]{1,2})|\\([0-7]{1,3})|\\(.)|[^\\]+|\\/gs,
  )) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (letter !== undefined && letter in letters) bytes.push(letters[letter] ?? 0);
    else bytes.push(...Buffer.from(letter ?? piece));
  }
  return utf8(Uint8Array.from(bytes));
}
