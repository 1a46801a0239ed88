/** Takes out of a text what says who somebody is: for a report that strangers read. */
import { isIPv6 } from 'node:net';
import { hideSecrets } from './build/hide-secrets.ts';

/** Words that stand for something personal, each with what is shown in its place. */
export type Personal = readonly [word: string, shown: string][];

/** Shorter words stand inside others by accident: a user `i` would tear every text to pieces. */
const shortest = 3;

const rules: [RegExp, string][] = [
  // Network cards, and Bluetooth: six pairs of hex digits.
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '[address]'],
  // IPv4, but for this computer's own and what stands for all; a version of four numbers goes with it.
  [/\b(?!127\.|0\.0\.0\.0\b)(?:\d{1,3}\.){3}\d{1,3}\b/g, '[address]'],
  // OpenSSH public keys, with the comment that names their holder; and fingerprints.
  [/\b(?:ssh|ecdsa|sk)-[\w@.-]+ AAAA[\w+/=]+[^\n"]*/g, '[key]'],
  [/\bSHA256:[\w+/]{43}/g, '[fingerprint]'],
  // user@host
  [/[\w.+-]+@[\w.-]*\w/g, '[address]'],
  // Homes of whomever.
  [/(\/(?:home|Users)\/)[^/\s"']+/g, '$1[user]'],
  [/([A-Z]:\\+Users\\+)[^\\"'\n]+/gi, '$1[user]'],
];

const ipv6Like = /(?<![\w:])[0-9a-f:]*:[0-9a-f:]+(?![\w:])/gi;

/**
 * Replaces secrets as `hideSecrets` does, the personal words wherever they stand, and what looks like a network address, a
 * key, a fingerprint, a mail address or somebody's home.
 */
export function redact(text: string, personal: Personal): string {
  let left = hideSecrets(text);
  // The longest first: a home holds the user's name.
  const words = personal
    .filter(([word]) => word.length >= shortest)
    .toSorted(([a], [b]) => b.length - a.length);
  for (const [word, shown] of words) left = left.replace(wordPattern(word), () => shown);
  for (const [pattern, shown] of rules) left = left.replace(pattern, shown);
  // A time of day looks the same, and is none.
  return left.replace(ipv6Like, (found) => (isIPv6(found) && found !== '::1' ? '[address]' : found));
}

/** In any case, since systems shout serial numbers; and as a word where its ends are letters. */
function wordPattern(word: string): RegExp {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const start = /^[\p{L}\p{N}]/u.test(word) ? String.raw`(?<![\p{L}\p{N}])` : '';
  const end = /[\p{L}\p{N}]$/u.test(word) ? String.raw`(?![\p{L}\p{N}])` : '';
  return new RegExp(start + escaped + end, 'giu');
}
