/** Reads what NetworkManager knows, from nmcli's answers and from its keyfiles; pure. Recorded with version 1.42.4. */
import { boundedPriority, securityFor, utf8, type WifiProfile } from './profile.ts';

/** Ids of the wireless profiles, of `nmcli --terse --fields UUID,TYPE,NAME connection show`. */
export function readIds(output: string): string[] {
  return output.split('\n').flatMap((line) => /^([0-9a-f-]{36}):802-11-wireless:/.exec(line)?.[1] ?? []);
}

/** The fields that `readProfiles` wants, in nmcli's own order (nm-settings-nmcli(5)). */
export const profileFields = [
  'connection.autoconnect-priority',
  'connection.uuid',
  '802-11-wireless.ssid',
  '802-11-wireless.mode',
  '802-11-wireless.hidden',
  '802-11-wireless-security.key-mgmt',
  '802-11-wireless-security.psk',
].join(',');

/**
 * The networks of `nmcli --terse --mode multiline --fields … connection show UUID…`: one `field:value` a line, not
 * escaped, an empty line between profiles. Left out are access points of this computer's own, WEP, and what a recipe
 * has no word for.
 */
export function readProfiles(output: string): (WifiProfile & { uuid: string })[] {
  return output.split(/\n\n+/).flatMap((block) => {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const at = line.indexOf(':');
      if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1));
    }
    const ssid = fields.get('802-11-wireless.ssid') ?? '';
    const mode = fields.get('802-11-wireless.mode') || 'infrastructure';
    const passphrase = fields.get('802-11-wireless-security.psk') || undefined;
    const security = securityOf(fields.get('802-11-wireless-security.key-mgmt') ?? '', passphrase);
    if (ssid === '' || mode !== 'infrastructure' || security === null) return [];
    return {
      uuid: fields.get('connection.uuid') ?? '',
      ssid,
      security,
      hidden: fields.get('802-11-wireless.hidden') === 'yes',
      priority: boundedPriority(fields.get('connection.autoconnect-priority')),
      ...(passphrase !== undefined && { passphrase }),
    };
  });
}

/** One `.nmconnection` file (nm-settings-keyfile(5)); null where it is no wireless network that a recipe can have. */
export function readKeyfile(text: string): WifiProfile | null {
  const groups = new Map<string, Map<string, string>>();
  let group = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (header !== undefined) {
      // Old names and new ones for the same group.
      const name = header.replace('802-11-wireless', 'wifi');
      group = groups.get(name) ?? new Map<string, string>();
      groups.set(name, group);
      continue;
    }
    const [, name, value = ''] = /^\s*([^#=\s][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) group.set(name, value);
  }
  const connection = groups.get('connection');
  const wifi = groups.get('wifi');
  const ssid = readSsid(wifi?.get('ssid') ?? '');
  if (!connection || !wifi || ssid === null || ssid === '') return null;
  if ((wifi.get('mode') ?? 'infrastructure') !== 'infrastructure') return null;
  const psk = groups.get('wifi-security')?.get('psk');
  const passphrase = psk === undefined ? undefined : unescaped(psk);
  const security = securityOf(groups.get('wifi-security')?.get('key-mgmt') ?? '', passphrase);
  if (security === null) return null;
  return {
    ssid,
    security,
    hidden: wifi.get('hidden') === 'true',
    priority: boundedPriority(connection.get('autoconnect-priority')),
    ...(passphrase !== undefined && { passphrase }),
  };
}

/** Text, or bytes as decimal numbers: `67;97;` */
function readSsid(value: string): string | null {
  if (!/^(?:\d{1,3};)+$/.test(value)) return unescaped(value);
  const bytes = value.slice(0, -1).split(';').map(Number);
  return bytes.every((byte) => byte < 256) ? utf8(Uint8Array.from(bytes)) : null;
}

/** GKeyFile's escapes. */
function unescaped(value: string): string {
  const letters: Record<string, string> = { s: ' ', n: '\n', t: '\t', r: '\r' };
  return value.replace(/\\(.)/g, (_, letter: string) => letters[letter] ?? letter);
}

function securityOf(keyManagement: string, passphrase: string | undefined): WifiProfile['security'] | null {
  switch (keyManagement) {
    case '':
      return 'open';
    case 'wpa-psk':
      return securityFor(passphrase);
    case 'sae':
      return 'wpa3';
    case 'wpa-eap':
      return 'enterprise';
    default:
      // `none` is WEP; `owe`, `ieee8021x` and whatever comes.
      return null;
  }
}
