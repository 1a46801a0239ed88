/** Estimates how long a passphrase would be guessed at: small and honest, no replacement for a passphrase made by dice. */

export interface Strength {
  /** How many guesses, as a power of two: the next bit doubles them. Rounded down. */
  bits: number;
  verdict: 'very-weak' | 'weak' | 'fair' | 'strong';
  /** One sentence for a person. */
  words: string;
}

/** What is tried first: the most frequent ones of published lists, which differ little from each other. */
const common = new Set(
  (
    '123456 password 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball abc123 football monkey letmein ' +
    'shadow master 666666 qwertyuiop 123321 mustang 1234567890 michael 654321 superman 1qaz2wsx 7777777 121212 000000 qazwsx ' +
    '123qwe killer trustno1 jordan jennifer zxcvbnm asdfgh hunter buster soccer harley batman andrew tigger sunshine iloveyou ' +
    '2000 charlie robert thomas hockey ranger daniel starwars klaster 112233 george computer michelle jessica pepper 1111 zxcvbn ' +
    '555555 11111111 131313 freedom 777777 pass maggie 159753 aaaaaa ginger princess joshua cheese amanda summer love ashley ' +
    'nicole chelsea biteme matthew access yankees 987654321 dallas austin thunder taylor matrix welcome admin root nixos changeme ' +
    'secret internet router wifi default guest passwort hallo schatz azerty motdepasse contraseña parola senha'
  ).split(' '),
);

/** Rows of keys and series that fingers follow. */
const runs = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
];

/** Bits of one word out of some thousands that people think of, and of one letter that follows from the last. */
const perWord = 11;
const perFollower = 1;

/**
 * The estimate: each character counts by the alphabets that occur (26 letters, again 26 for capitals, 10 digits, 33
 * signs, 100 for the rest); characters that repeat or continue a series count one bit; a passphrase of several words
 * counts 11 bits a word where that is less; a common password, also with digits or signs around it, counts almost
 * nothing. It knows no dictionaries, so it takes a single long word for stronger than it is: below three words, letters
 * alone count three bits each, as English text has less than two.
 */
export function passphraseStrength(passphrase: string): Strength {
  const letters = [...passphrase];
  const bits = Math.floor(Math.min(byCharacters(letters), byWords(passphrase), byList(passphrase)));
  if (letters.length === 0) return { bits: 0, verdict: 'very-weak', words: 'There is no passphrase.' };
  if (bits < 28)
    return {
      bits,
      verdict: 'very-weak',
      words: 'Guessed at once. Take five or more words that do not belong together.',
    };
  if (bits < 45)
    return { bits, verdict: 'weak', words: 'Guessed by whoever takes the trouble. Make it longer.' };
  if (bits < 65) return { bits, verdict: 'fair', words: 'Good enough against most.' };
  return { bits, verdict: 'strong', words: 'Strong.' };
}

function byCharacters(letters: string[]): number {
  const has = (pattern: RegExp) => letters.some((letter) => pattern.test(letter));
  const alphabet =
    (has(/[a-z]/) ? 26 : 0) +
    (has(/[A-Z]/) ? 26 : 0) +
    (has(/\d/) ? 10 : 0) +
    (has(/[ -/:-@[-`{-~]/) ? 33 : 0) +
    (has(/[^ -~]/) ? 100 : 0);
  // Letters alone are words, or parts of some.
  const each = letters.every((letter) => /\p{L}/u.test(letter)) ? 3 : Math.log2(Math.max(2, alphabet));
  return letters.reduce(
    (sum, letter, at) => sum + (follows(letters[at - 1], letter) ? perFollower : each),
    0,
  );
}

function follows(before: string | undefined, letter: string): boolean {
  if (before === undefined) return false;
  const [one, other] = [before.toLowerCase(), letter.toLowerCase()];
  return one === other || runs.some((run) => run.includes(one + other) || run.includes(other + one));
}

/** Words with spaces, hyphens or the like between them, and perhaps digits or signs at the end. */
const separateWords = /^\p{L}{2,}(?:[ _.,-]+\p{L}{2,})+[^\p{L}]*$/u;

/** Each of several words counts as one out of a list, and not by its letters; one that comes again counts nothing. */
function byWords(passphrase: string): number {
  if (!separateWords.test(passphrase)) return Infinity;
  const words = new Set(
    passphrase
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .filter(Boolean),
  );
  const known = [...words].filter((word) => common.has(word)).length;
  const others = passphrase.replace(/[\p{L} _.,-]/gu, '').length;
  return words.size * perWord - known * 6 + others * 3;
}

/** Capitals, digits for letters and signs around it do not hide a common password. */
function byList(passphrase: string): number {
  const plain = passphrase.toLowerCase();
  const isCommon = [plain, trimmed(plain), lettered(trimmed(plain)), trimmed(lettered(plain))].some((one) =>
    common.has(one),
  );
  return isCommon ? 7 + 2 * Math.max(0, passphrase.length - 8) : Infinity;
}

function trimmed(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

function lettered(text: string): string {
  const letters: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '5': 's', '@': 'a', $: 's' };
  return text.replace(/[0135@$]/g, (sign) => letters[sign] ?? sign);
}
