/** Reads one OpenSSH public key line, so that nobody finds out at the locked door that the key on the stick was not one. */
import { onCurve, type CurveName } from './elliptic.ts';
import { done, failed, problem, type Outcome, type Problem } from './problem.ts';

/** A key line taken apart. Everything in it was checked; the fingerprint is made elsewhere, since it needs SHA-256. */
export interface ParsedKey {
  /** The key written as OpenSSH writes it: type, base64 and comment, one space between them. */
  line: string;
  type: string;
  bits: number;
  comment: string;
  /** The key in SSH's wire format (RFC 4253 section 6.6): what the fingerprint is made of. */
  blob: Uint8Array;
  /** Something a person should know about a key that is accepted all the same. */
  note?: string;
}

/** The longest line that is looked at; a key of 16,384 bits with a long comment needs a quarter of it. */
const longestLine = 16_384;

/** Names of key types, good or bad, that can begin a line or stand in one after options. */
const anyKeyType =
  /^(ssh-(rsa|dss|ed25519|ed448|xmss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)|rsa-sha2-(256|512))(-cert-v0[01])?(@openssh\.com)?$/;

/**
 * Reads one line as `ssh-keygen` and `~/.ssh/*.pub` write it.
 *
 * Formats: RFC 4253 section 6.6 (RSA), RFC 5656 section 3.1 (ECDSA), RFC 8709 section 4 (Ed25519) and OpenSSH's
 * PROTOCOL.u2f (security keys). No problem ever repeats what was given: it could be a private key.
 *
 * @returns the key; `private-key` where it is one, else `bad-key`, `weak-key` or `unsupported-key`.
 */
export function parsePublicKey(text: string): Outcome<ParsedKey> {
  if (looksPrivate(text)) return failed(privateKey);
  const line = text.trim();
  if (line === '') return bad('There is nothing in this line.', 'Paste a line of a file that ends in .pub.');
  if (/[\r\n]/.test(line)) return bad('This is more than one line.', 'Give each key a line of its own.');
  if (line.length > longestLine) return bad('This line is too long for a key.', pasteWhole);
  if (/[^\P{Cc}\t]|\p{Surrogate}/u.test(line)) {
    return bad(
      'There are invisible control characters in this line.',
      'Copy the line again from the .pub file.',
    );
  }
  if (/^-{4,5} ?BEGIN /.test(line)) {
    return bad(
      'This is a public key in another format.',
      'Turn it into one OpenSSH line with: ssh-keygen -i -f FILE',
    );
  }
  const words = line.split(/[ \t]+/);
  const [type = '', base64 = ''] = words;
  const comment = line.slice(type.length).trimStart().slice(base64.length).trim();
  if (!anyKeyType.test(type)) {
    return words.some((word) => anyKeyType.test(word))
      ? bad(
          'There is something before the type of the key.',
          'Remove the options or the host name, so that the line begins with the type, such as ssh-ed25519.',
        )
      : bad(
          'This does not begin with a type of key, such as ssh-ed25519.',
          'Paste a line of a file that ends in .pub.',
        );
  }
  const afterwards = comment.split(/[ \t]+/);
  if (afterwards.some((word, at) => anyKeyType.test(word) && (afterwards[at + 1] ?? '').startsWith('AAAA'))) {
    return bad('There are several keys in one line.', 'Give each key a line of its own.');
  }
  const blob = decodeBase64(base64);
  if (blob === null)
    return bad('The middle part of the key is not proper base64: some of it is missing.', pasteWhole);
  const contents = readBlob(type, blob);
  if (!contents.ok) return contents;
  return done({
    line: [type, base64, comment].filter((part) => part !== '').join(' '),
    type,
    comment,
    blob,
    ...contents.value,
  });
}

/**
 * Whether a text holds a private key, in any of the forms that people have lying about: PEM, OpenSSH, PuTTY; also one
 * whose first or last line got lost, or whose lines were joined.
 */
export function looksPrivate(text: string): boolean {
  return (
    /PRIVATE KEY/i.test(text) ||
    /PuTTY-User-Key-File/i.test(text) ||
    /^Private-(Lines|MAC|Hash):/im.test(text) ||
    // The base64 of `openssh-key-v1`, with which the inside of every OpenSSH private key begins.
    /b3BlbnNzaC1rZXktdjE/.test(text)
  );
}

export const privateKey: Problem = problem('private-key', 'This is a private key.', {
  detail: 'Whoever has it can log in as you. Nixburn has not kept it.',
  remedy: 'Give the public half instead: the file beside it whose name ends in .pub.',
});

const pasteWhole = 'Copy the whole line again from the .pub file, from the type to the end.';

function bad(detail: string, remedy: string) {
  return failed(problem('bad-key', 'This is not a public key that can be used.', { detail, remedy }));
}

function mismatch() {
  return bad('The inside of the key is damaged or incomplete.', pasteWhole);
}

interface Contents {
  bits: number;
  note?: string;
}

/** Checks that the inside of a key is of the type that stands outside, whole, and strong enough. */
function readBlob(type: string, blob: Uint8Array): Outcome<Contents> {
  const fields = readStrings(blob);
  const inside = fields?.[0];
  if (!fields || !inside) return mismatch();
  const typeInside = ascii(inside);
  if (typeInside !== type) {
    return anyKeyType.test(typeInside)
      ? bad(`The line says ${type}, and the key inside is ${typeInside}.`, pasteWhole)
      : mismatch();
  }
  switch (type) {
    case 'ssh-rsa':
      return readRsa(fields);
    case 'ssh-ed25519':
      return fields.length === 2 && fields[1]?.length === 32 ? done({ bits: 256 }) : mismatch();
    case 'sk-ssh-ed25519@openssh.com':
      return fields.length === 3 && fields[1]?.length === 32 && isApplication(fields[2])
        ? done({ bits: 256, note: securityKeyNote })
        : mismatch();
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521': {
      const bits = readPoint(type.slice('ecdsa-sha2-'.length) as CurveName, fields);
      return fields.length === 3 && bits !== null ? done({ bits, note: ecdsaNote }) : mismatch();
    }
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const bits = readPoint('nistp256', fields);
      return fields.length === 4 && bits !== null && isApplication(fields[3])
        ? done({ bits, note: securityKeyNote })
        : mismatch();
    }
    case 'ssh-dss':
      return failed(
        problem('weak-key', 'DSA keys are refused.', {
          detail: 'They are too weak, and the SSH server on the stick does not know them any more.',
          remedy: 'Make a new key with: ssh-keygen -t ed25519',
        }),
      );
    default:
      return failed(
        problem('unsupported-key', `Keys of the type ${type} can not be used here.`, {
          detail: type.includes('-cert-') ? 'It is a certificate, not a key.' : '',
          remedy: 'Give an ssh-ed25519, ecdsa-sha2, ssh-rsa or security key.',
        }),
      );
  }
}

const ecdsaNote = 'ECDSA keys are accepted. Ed25519 is the better choice for a new key.';
const securityKeyNote = 'You need the security key itself plugged in to log in with this.';

/** RFC 4253 section 6.6: exponent, modulus. Bounds as in OpenSSH: 16,384 bits at most, and here 2,048 at least. */
function readRsa(fields: Uint8Array[]): Outcome<Contents> {
  const [, exponent, modulus] = fields;
  if (fields.length !== 3 || !exponent || !modulus) return mismatch();
  if (!isPositiveInteger(exponent) || !isPositiveInteger(modulus)) return mismatch();
  const bits = bitLength(modulus);
  if (bits < 2048) {
    return failed(
      problem('weak-key', `This RSA key has ${bits} bits, and at least 2048 are needed.`, {
        remedy: 'Make a new key with: ssh-keygen -t ed25519',
      }),
    );
  }
  if (bits > 16_384 || !isOdd(modulus) || !isOdd(exponent) || bitLength(exponent) < 2) return mismatch();
  return done({ bits });
}

/** RFC 5656 section 3.1: the curve's name again, then an uncompressed point on it. Gives the bits, or null. */
function readPoint(curve: CurveName, fields: Uint8Array[]): number | null {
  const [, name, point] = fields;
  if (!name || !point || ascii(name) !== curve) return null;
  const bits = Number(curve.slice('nistp'.length));
  const width = Math.ceil(bits / 8);
  if (point.length !== 1 + 2 * width || point[0] !== 4) return null;
  return onCurve(curve, point.subarray(1, 1 + width), point.subarray(1 + width)) ? bits : null;
}

/** A security key's application, `ssh:` unless somebody chose otherwise (PROTOCOL.u2f). */
function isApplication(field: Uint8Array | undefined): boolean {
  return field !== undefined && field.length > 0 && field.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** An `mpint` (RFC 4251 section 5) above zero, with no byte more than it needs. */
function isPositiveInteger(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === undefined || first >= 0x80) return false;
  return first !== 0 || (second !== undefined && second >= 0x80);
}

function isOdd(integer: Uint8Array): boolean {
  return ((integer.at(-1) ?? 0) & 1) === 1;
}

function bitLength(integer: Uint8Array): number {
  const first = integer.findIndex((byte) => byte !== 0);
  if (first < 0) return 0;
  return (integer.length - first) * 8 - (Math.clz32(integer[first] ?? 0) - 24);
}

/** Splits a blob into its length-prefixed strings (RFC 4251 section 5); null where the lengths do not add up. */
function readStrings(blob: Uint8Array): Uint8Array[] | null {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const strings: Uint8Array[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return null;
    const end = at + 4 + view.getUint32(at);
    if (end > blob.length) return null;
    strings.push(blob.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 100));
}

/** Strict base64: padded, and without stray bits at the end. Null where it is not that. */
function decodeBase64(text: string): Uint8Array | null {
  if (text === '' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    return null;
  const binary = atob(text);
  if (btoa(binary) !== text) return null;
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
