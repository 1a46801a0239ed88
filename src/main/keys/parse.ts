/** Reads public keys out of text: pasted, of a file, or of a list on the web; with the fingerprint that a person compares. */
import { createHash } from 'node:crypto';
import type { PublicKey } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { looksPrivate, parsePublicKey, privateKey, type ParsedKey } from '../../shared/public-key.ts';
import { keyLines, type KeyLine } from './rfc4716.ts';

/**
 * Reads one or many public keys: OpenSSH lines, and blocks of RFC 4716 as PuTTYgen saves them. Empty lines and lines
 * that begin with # are passed over, and so is a key that came before.
 *
 * @param source where the text is from: `pasted`, a file path, or an address.
 * @returns the keys in order; `private-key` where there is a private one anywhere (whoever holds the text should wipe
 *   it); else what is wrong with the first bad line, which is named where there are several.
 */
export function readKeys(text: string, source = 'pasted'): Outcome<PublicKey[]> {
  if (looksPrivate(text)) return failed(privateKey);
  const lines = keyLines(text);
  if (lines.length === 0) {
    return failed(
      problem('bad-key', 'There is no key here.', { remedy: 'Paste a line of a file that ends in .pub.' }),
    );
  }
  const keys: PublicKey[] = [];
  for (const one of lines) {
    const parsed = parseLine(one);
    if (!parsed.ok) {
      const { title } = parsed.problem;
      return failed(
        lines.length === 1 ? parsed.problem : { ...parsed.problem, title: `Line ${one.number}: ${title}` },
      );
    }
    keys.push(publicKey(parsed.value, source));
  }
  return done(withoutDoubles(keys));
}

/** A key that is not taken, and why. */
export interface LeftOut {
  /** Counted from 1. */
  line: number;
  problem: Problem;
}

/**
 * Reads the same, but one bad key does not hide the good ones beside it: for lists that somebody else keeps.
 *
 * @returns the keys that can be used, each once, and what was left out. A private key anywhere spoils everything.
 */
export function readEachKey(
  text: string,
  source: string,
): Outcome<{ keys: PublicKey[]; leftOut: LeftOut[] }> {
  if (looksPrivate(text)) return failed(privateKey);
  const keys: PublicKey[] = [];
  const leftOut: LeftOut[] = [];
  for (const one of keyLines(text)) {
    const parsed = parseLine(one);
    if (parsed.ok) keys.push(publicKey(parsed.value, source));
    else leftOut.push({ line: one.number, problem: parsed.problem });
  }
  return done({ keys: withoutDoubles(keys), leftOut });
}

/** Each key once, the first of several; two are the same when their fingerprints are, whatever their comments. */
export function withoutDoubles(keys: PublicKey[]): PublicKey[] {
  const seen = new Set<string>();
  return keys.filter(({ fingerprint }) => !seen.has(fingerprint) && seen.add(fingerprint));
}

function parseLine({ line }: KeyLine): Outcome<ParsedKey> {
  return line === null ? failed(damagedBlock) : parsePublicKey(line);
}

const damagedBlock = problem('bad-key', 'This is not a public key that can be used.', {
  detail: 'It begins as a key of the SSH2 format (RFC 4716), and some of it is missing.',
  remedy: 'Copy everything again, from the BEGIN line to the END line.',
});

/** The fingerprint is that of `ssh-keygen -lf`: SHA-256 of the blob, base64 without padding. */
function publicKey({ blob, ...key }: ParsedKey, source: string): PublicKey {
  const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { ...key, fingerprint: `SHA256:${hash}`, source };
}
