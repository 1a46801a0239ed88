/** Decides what goes into the slot of one stick: the secrets of the recipe, and what is this stick's own. Pure. */
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { parsePublicKey } from '../../shared/public-key.ts';
import { missingSecret } from '../../shared/recipe.ts';
import { joiningFiles } from '../flake/joining.ts';
import type { RecipeWithSecrets } from '../recipe-file.ts';
import { withDerivedKey } from '../wifi-pmk.ts';
import type { SlotEntries } from './entries.ts';

/** What tells one stick from the others that are made of the same image. */
export interface StickIdentity {
  /** Host name. */
  name: string;
  /** The host key of the machine that starts from it; null lets the machine make one that nobody knows beforehand. */
  hostKey: { privateKey: string; publicKey: string } | null;
}

/** The stick looks for profiles of one or two digits. */
const mostProfiles = 99;

/**
 * The entries for one stick. What the recipe wants built in (`baked`) is on the image already and does not come again.
 *
 * @returns `missing-passphrase` where a network could not be joined, `too-many-networks` where there are more than the
 *   stick looks for.
 */
export function slotContents(recipe: RecipeWithSecrets, stick: StickIdentity): Outcome<SlotEntries> {
  const wifi = wifiEntries(recipe);
  if (!wifi.ok) return wifi;
  const entries = new Map(wifi.value);
  if (recipe.keys.length > 0)
    entries.set('ssh/authorized_keys', recipe.keys.map((key) => `${keyLine(key)}\n`).join(''));
  if (stick.hostKey) {
    entries.set('ssh/ssh_host_ed25519_key', stick.hostKey.privateKey);
    entries.set('ssh/ssh_host_ed25519_key.pub', stick.hostKey.publicKey);
  }
  entries.set('hostname', `${stick.name}\n`);
  if (recipe.console.password) entries.set('root.hash', `${recipe.console.password.hashed}\n`);
  return done(entries);
}

/** A key as it is built in too: the stick looks for a type with one space behind it, and a person may have typed a tab. */
function keyLine(key: string): string {
  const parsed = parsePublicKey(key);
  if (!parsed.ok) throw new Error('a key that was not checked');
  return parsed.value.line;
}

/**
 * Names for several sticks that are made at once: `attic-01`, `attic-02`; one alone keeps the recipe's name.
 *
 * @param name a host name; it is cut where the number would make it longer than the 63 characters of RFC 1123.
 */
export function stickNames(name: string, count: number): string[] {
  if (count === 1) return [name];
  const digits = Math.max(2, String(count).length);
  const stem = name.slice(0, 63 - digits - 1).replace(/-+$/, '');
  return Array.from({ length: count }, (_, at) => `${stem}-${String(at + 1).padStart(digits, '0')}`);
}

function wifiEntries({ release, wifi }: RecipeWithSecrets): Outcome<[string, string][]> {
  if (wifi.secrets === 'baked') return done([]);
  for (const network of wifi.networks) {
    const missing = missingSecret(network);
    if (missing) return failed(noSecret(missing.title, missing.addOrRemove));
  }
  const networks = wifi.networks.map((network) => withDerivedKey(network, wifi.backend));
  const files = joiningFiles({ release, wifi: { ...wifi, networks } });
  const profiles = files.filter(({ name }) => name.endsWith('.nmconnection')).length;
  if (Math.max(profiles, networks.length) > mostProfiles) return failed(tooMany(profiles));
  return done(files.map(({ name, text }) => [`wifi/${name}`, text]));
}

function noSecret(title: string, remedy: string): Problem {
  return problem('missing-passphrase', title, { detail: 'The stick could not join it.', remedy });
}

function tooMany(profiles: number): Problem {
  return problem('too-many-networks', 'These are more networks than the stick looks for.', {
    detail: `They make ${profiles} profiles, two for each network that may be WPA2 or WPA3; the stick reads ${mostProfiles}.`,
    remedy: 'Leave out networks that this machine does not need.',
  });
}
