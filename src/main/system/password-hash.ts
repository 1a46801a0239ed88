/** Hashes a console password for the recipe, so that the password itself goes no further than this. */
import { createHash, randomBytes } from 'node:crypto';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';

/** The alphabet of crypt(3)'s base64, which begins with other characters than the usual one. */
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Twenty times glibc's own number: whoever finds the stick has the hash. A login takes some tenths of a second by it. */
const strongRounds = 100_000;

/** Which bytes of the digest stand together, three by three ("Unix crypt using SHA-256 and SHA-512", step 22). */
const order = Array.from({ length: 21 }, (_, at) => {
  const three = [at, at + 21, at + 42];
  return [...three.slice(at % 3), ...three.slice(0, at % 3)];
});

/**
 * Hashes a password by SHA-512-crypt (`$6$`), which every NixOS release knows, with a salt of its own.
 *
 * @returns the hash for `console.password.hashed`, or `bad-password` where it can not be typed at a console.
 */
export async function hashPassword(password: string): Promise<Outcome<string>> {
  if (password === '') return refuse('The password is empty.', 'Type one, or choose to have none.');
  if (/\p{Cc}|\p{Surrogate}/u.test(password))
    return refuse('The password has an invisible control character in it.', 'Type it instead of pasting it.');
  // login(1) and PAM take 512 bytes at most.
  if (Buffer.byteLength(password) > 500) return refuse('The password is too long.', 'Choose a shorter one.');
  const salt = Array.from(randomBytes(16), (byte) => alphabet[byte & 63]).join('');
  return done(await sha512Crypt(password, salt, strongRounds));
}

/**
 * Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512", version 0.6, step by step. Lets others run in between.
 *
 * @param salt up to 16 characters of crypt's alphabet are used.
 * @param rounds 5000 is what a hash that does not say has.
 */
export async function sha512Crypt(password: string, salt: string, rounds: number): Promise<string> {
  const key = Buffer.from(password);
  const seasoning = Buffer.from(salt.slice(0, 16));
  const inner = sha512(key, seasoning, key);
  const start: Uint8Array[] = [key, seasoning, repeated(inner, key.length)];
  for (let bits = key.length; bits > 0; bits >>>= 1) start.push((bits & 1) === 1 ? inner : key);
  let digest = sha512(...start);

  const p = repeated(sha512(...Array.from({ length: key.length }, () => key)), key.length);
  const times = 16 + (digest[0] ?? 0);
  const s = repeated(sha512(...Array.from({ length: times }, () => seasoning)), seasoning.length);

  for (let round = 0; round < rounds; round++) {
    const parts: Uint8Array[] = [round % 2 === 1 ? p : digest];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(round % 2 === 1 ? digest : p);
    digest = sha512(...parts);
    if (round % 5000 === 4999) await new Promise((resume) => setImmediate(resume));
  }
  const named = rounds === 5000 ? '' : `rounds=${rounds}$`;
  return `$6$${named}${seasoning.toString()}$${encoded(digest)}`;
}

/** Over and over, cut to a length. */
function repeated(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

function sha512(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function encoded(digest: Buffer): string {
  const byte = (at: number | undefined) => digest[at ?? 0] ?? 0;
  const groups = order.map(([a, b, c]) => letters((byte(a) << 16) | (byte(b) << 8) | byte(c), 4));
  return groups.join('') + letters(byte(63), 2);
}

/** Six bits a letter, the lowest first. */
function letters(value: number, count: number): string {
  return Array.from({ length: count }, (_, at) => alphabet[(value >>> (at * 6)) & 63]).join('');
}

function refuse(title: string, remedy: string) {
  return failed(problem('bad-password', title, { remedy }));
}
