/** Reads public keys as PuTTYgen and other SSH programs save them (RFC 4716), so that nobody has to convert a file by hand. */

/** One candidate for a key: its OpenSSH line, or null where a block of RFC 4716 is damaged. */
export interface KeyLine {
  /** Where it begins, counted from 1. */
  number: number;
  line: string | null;
}

const begin = /^---- ?BEGIN SSH2 PUBLIC KEY ?----$/;
const end = /^---- ?END SSH2 PUBLIC KEY ?----$/;
/** Section 3.3: a tag of up to 64 characters, a colon, a space, a value. */
const header = /^([\x21-\x39\x3b-\x7e]{1,64}): ?(.*)$/;

/**
 * Takes a text apart into its lines, empty ones and comments (`#`) left out, with each RFC 4716 block folded into one
 * OpenSSH line: the type comes out of the key's own inside, the comment from the header `Comment`.
 */
export function keyLines(text: string): KeyLine[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trimEnd());
  const found: KeyLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim();
    const number = at + 1;
    if (!begin.test(line)) {
      if (line !== '' && !line.startsWith('#')) found.push({ number, line });
      continue;
    }
    const last = lines.findIndex((other, index) => index > at && end.test(other.trim()));
    found.push({ number, line: last < 0 ? null : openSshLine(lines.slice(at + 1, last)) });
    at = last < 0 ? lines.length : last;
  }
  return found;
}

/** From what stands between the two marks; null where that is no key. */
function openSshLine(lines: string[]): string | null {
  let comment = '';
  let at = 0;
  for (; at < lines.length; at++) {
    const matched = header.exec((lines[at] ?? '').trimStart());
    if (!matched) break;
    let [, tag = '', value = ''] = matched;
    // Section 3.3: a backslash at its end continues the value on the next line.
    while (value.endsWith('\\') && at + 1 < lines.length) value = value.slice(0, -1) + (lines[++at] ?? '');
    if (tag.toLowerCase() === 'comment') comment = value.replace(/^"(.*)"$/, '$1').trim();
  }
  const base64 = lines
    .slice(at)
    .map((line) => line.trim())
    .join('');
  const blob = Buffer.from(base64, 'base64');
  if (blob.length < 4 || blob.readUInt32BE(0) > Math.min(100, blob.length - 4)) return null;
  const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
  return [type, base64, comment].filter((part) => part !== '').join(' ');
}
