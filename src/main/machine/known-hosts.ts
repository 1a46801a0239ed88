/**
 * Keeps the host keys of the sticks that were made here, in a file of Nixburn's own: ssh is told to believe that file
 * and nothing else, so that it never has to ask, and never trusts whoever answers first.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { appendLine } from '../append-line.ts';
import type { Places } from '../places.ts';
import { makePrivate } from '../places.ts';
import { replaceFile } from '../replace-file.ts';
import { turns } from '../turns.ts';

/** A host key that was pinned. */
export interface PinnedKey {
  name: string;
  /** Type and base64. */
  key: string;
}

/** Absolute path of the file, in the format of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export function knownHostsFile(places: Pick<Places, 'data'>): string {
  return path.join(places.data, 'known_hosts');
}

/** Forgetting writes the file anew: what was pinned meanwhile would be lost. */
const inTurn = turns();

/**
 * Remembers the host key of a machine. Keys that were pinned for this name before stay: a machine that was started
 * from an older stick is still the one it was.
 *
 * @param publicKey one OpenSSH line
 */
export function pinHostKey(file: string, name: string, publicKey: string): Promise<void> {
  return inTurn(() => pin(file, name, publicKey));
}

async function pin(file: string, name: string, publicKey: string): Promise<void> {
  const key = bare(publicKey);
  if ((await pinnedKeys(file, name)).includes(key)) return;
  await makePrivate(path.dirname(file));
  await appendLine(file, lineOf(name, key));
}

/** Forgets one key of a machine, or all of them. */
export function unpinHostKey(file: string, name: string, publicKey?: string): Promise<void> {
  return inTurn(() => unpin(file, name, publicKey));
}

async function unpin(file: string, name: string, publicKey?: string): Promise<void> {
  const key = publicKey === undefined ? undefined : bare(publicKey);
  const text = await readFile(file, 'utf8').catch(() => '');
  const kept = text.split('\n').filter((line) => {
    const pinned = parseLine(line);
    return pinned?.name !== name.toLowerCase() || (key !== undefined && pinned.key !== key);
  });
  if (kept.length < text.split('\n').length) await replaceFile(file, kept.join('\n'), 0o600);
}

/** The keys of a machine, type and base64 each, the oldest first. */
export async function pinnedKeys(file: string, name: string): Promise<string[]> {
  return (await allPinned(file)).filter((one) => one.name === name.toLowerCase()).map(({ key }) => key);
}

/** Every key in the file, the oldest first; none where there is no file. */
export async function allPinned(file: string): Promise<PinnedKey[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

/**
 * What makes ssh (ssh_config(5)) accept a pinned key of this machine and nothing else, whatever the person's own
 * configuration says and whatever address is used. As arguments, each for itself.
 */
export function pinnedOptions(file: string, name: string): string[] {
  // A backslash would quote what follows; Windows takes the other slash as well.
  const plain = process.platform === 'win32' ? file.replaceAll('\\', '/') : file;
  const settings = [
    `HostKeyAlias=${name.toLowerCase()}`,
    // Only in the first of the two does ssh look for its placeholders, such as %h.
    `UserKnownHostsFile="${plain.replaceAll('%', '%%')}"`,
    `GlobalKnownHostsFile="${plain}"`,
    'StrictHostKeyChecking=yes',
    'HostKeyAlgorithms=ssh-ed25519',
    'CheckHostIP=no',
    'UpdateHostKeys=no',
    'VerifyHostKeyDNS=no',
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}

function lineOf(name: string, key: string): string {
  // ssh looks names up in lower case.
  const lower = name.toLowerCase();
  return `${lower},${lower}.local ${key}`;
}

function parseLine(line: string): PinnedKey | null {
  const [names = '', type, base64] = line.trim().split(/[ \t]+/);
  const [name = ''] = names.split(',');
  return name === '' || name.startsWith('#') || !type || !base64 ? null : { name, key: `${type} ${base64}` };
}

/** Without its comment. */
function bare(publicKey: string): string {
  return publicKey
    .trim()
    .split(/[ \t]+/)
    .slice(0, 2)
    .join(' ');
}
