/** Reads public keys out of text: pasted, or of a file; with the fingerprint that a person compares. */
import { createHash } from 'node:crypto';
import type { PublicKey } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { looksPrivate, parsePublicKey, privateKey, type ParsedKey } from '../../shared/public-key.ts';

/**
 * Reads one or many OpenSSH public key lines. Empty lines and lines that begin with # are passed over, and so is a key
 * that came before.
 *
 * @param source where the text is from: `pasted`, or a file path.
 * @returns the keys in order; `private-key` where there is a private one anywhere (whoever holds the text should wipe
 *   it); else what is wrong with the first bad line, which is named where there are several.
 */
export function readKeys(text: string, source = 'pasted'): Outcome<PublicKey[]> {
  if (looksPrivate(text)) return failed(privateKey);
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) {
    return failed(
      problem('bad-key', 'There is no key here.', { remedy: 'Paste a line of a file that ends in .pub.' }),
    );
  }
  const keys: PublicKey[] = [];
  for (const { line, number } of lines) {
    const parsed = parsePublicKey(line);
    if (!parsed.ok) {
      const { title } = parsed.problem;
      return failed(
        lines.length === 1 ? parsed.problem : { ...parsed.problem, title: `Line ${number}: ${title}` },
      );
    }
    keys.push(publicKey(parsed.value, source));
  }
  return done(withoutDoubles(keys));
}

/** Each key once, the first of several; two are the same when their fingerprints are, whatever their comments. */
export function withoutDoubles(keys: PublicKey[]): PublicKey[] {
  return keys.filter(
    (key, at) => keys.findIndex(({ fingerprint }) => fingerprint === key.fingerprint) === at,
  );
}

/** The fingerprint is that of `ssh-keygen -lf`: SHA-256 of the blob, base64 without padding. */
function publicKey({ blob, ...key }: ParsedKey, source: string): PublicKey {
  const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { ...key, fingerprint: `SHA256:${hash}`, source };
}
