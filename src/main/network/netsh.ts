/** Reads what Windows' netsh says about WiFi profiles, in whatever language Windows speaks; pure. */
import { securityFor, type WifiProfile } from './profile.ts';

/**
 * The names of `netsh wlan show profiles`. Labels are translated and the layout is not: the second list, under a line
 * of hyphens, has the profiles of users.
 */
export function readProfileNames(output: string): string[] {
  const [, , users = ''] = output.split(/\r?\n-{5,}\r?\n/);
  return users.split(/\r?\n/).flatMap((line) => row(line)?.value ?? []);
}

/**
 * One network of `netsh wlan show profile name=… key=clear`. Its third list is about security: pairs of authentication
 * and cipher, whether there is a key, and, as the last row, the key where it may be seen.
 *
 * @returns null where the output is no such answer.
 */
export function readProfile(output: string): WifiProfile | null {
  const lists = output.split(/\r?\n-{5,}\r?\n/).slice(1);
  // Each list is followed by an empty line and the title of the next.
  const rows = lists.map((list) => list.split(/\r?\n/).flatMap((line) => row(line) ?? []));
  const [, connectivity = [], security = []] = rows;
  const ssid = connectivity.find(({ value }) => /^".*"$/.test(value))?.value.slice(1, -1);
  const kinds = security.map(({ value }) => value);
  if (ssid === undefined || ssid === '' || kinds.length < 2) return null;
  const about = { ssid, hidden: false, priority: 0 };
  const authentication = kinds[0] ?? '';
  if (/enterprise|unternehmen|entreprise|empresa|802\.1X/i.test(authentication))
    return { ...about, security: 'enterprise' };
  if (!/WPA|WEP/i.test(authentication)) return { ...about, security: 'open' };
  if (!/WPA/i.test(authentication)) return null;
  const passphrase = kinds.length % 2 === 0 ? kinds.at(-1) : undefined;
  const isOnlyWpa3 = kinds.some((kind) => /WPA3/.test(kind)) && !kinds.some((kind) => /WPA2/.test(kind));
  return {
    ...about,
    security: isOnlyWpa3 ? 'wpa3' : securityFor(passphrase),
    ...(passphrase !== undefined && { passphrase }),
  };
}

/** `    Label   : value` */
function row(line: string): { value: string } | null {
  const value = /^\s+[^:]*[^:\s]\s*: (.*)$/.exec(line)?.[1];
  return value === undefined ? null : { value };
}
