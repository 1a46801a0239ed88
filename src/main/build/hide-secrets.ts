/** Takes secrets out of text that other programs wrote, before it reaches a log, an event or a problem. */

const hidden = '[hidden]';

/** A name that stands before a secret in Nix, wpa_supplicant, NetworkManager and HTTP texts. */
const secretName =
  '[a-z_-]*(?:psk(?:raw)?|wep[_-]?key\\d?|pass(?:word|phrase|wd)|secret|token|authorization)';

/** To the end of the line where the value is not in quotes: a passphrase may hold spaces. */
const secretValue = '(?:"(?:[^"\\\\]|\\\\.)*"|\'[^\']*\'|[^\\n]+)';

const rules: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  // Only at the start of a word: that also keeps the search linear in the length of the text.
  [new RegExp(`((?<![A-Za-z_-])${secretName}["']?[ \\t]*[=:][ \\t]*)${secretValue}`, 'gi'), `$1${hidden}`],
  // Credentials in an address: https://user:word@host, https://token@host. An ssh user name is no secret.
  [/(\bhttps?:\/\/)[^\s/@'"]+@/gi, `$1${hidden}@`],
  [/\b(?:gh[pousr]_|github_pat_|glpat-)[A-Za-z0-9_-]{10,}/g, hidden],
  // crypt(5) hashes: $6$…, $y$…, $2b$…
  [/\$(?:6|5|1|y|gy|7|2[aby])\$[./A-Za-z0-9$=,+-]{8,}/g, hidden],
];

/** What every rule needs somewhere: most lines hold none of it, and there are hundreds of thousands of lines. */
const suspicious = /psk|wep|pass|secret|token|authori|-----BEGIN|:\/\/|\bgh[pousr]_|github_pat_|glpat-|\$/i;

/**
 * Replaces what looks like a secret by `[hidden]`: private keys, values named psk, password, token and the like,
 * credentials in addresses, access tokens, password hashes. Leaves everything else as it is.
 */
export function hideSecrets(text: string): string {
  if (!suspicious.test(text)) return text;
  return rules.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);
}
