/** Texts that were made to break out: of quotes, of lines, of comments, of what a reader believes to see. */
import * as fc from 'fast-check';

/** What means something to Nix, shells, key files, XML, terminals or editors; and what can not be written at all. */
const pieces = [
  ...`' " \` \\ '' ''' "" $ $$ \${ \${x} ''\${ '\${HOME} $\${ {} } */ /* # ; = [ ] @ ~ <a> & | ( ) ! %h \\n \\\\n ''\\n`.split(
    ' ',
  ),
  'builtins.abort "x"',
  '${builtins.abort "x"}',
  '"; evil = true; x = "',
  "''; evil = true; x = ''",
  '\n};evil=true;{',
  '$(reboot)',
  '`reboot`',
  ']]></x>',
  '../',
  '/etc/shadow',
  ...Array.from(' \t\n\r\0\u0001\u0007\u001b\u007f\u0085\u009b'),
  '\r\n',
  // Bidirectional marks, invisible ones, other line ends, a byte order mark.
  ...Array.from('\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u200b\u200d\u00ad\u2028\u2029\ufeff\u00a0'),
  // Half characters.
  '\ud800',
  '\udc00',
  'a\udfff',
  ...'é ß 日本語 🔑 👩‍👩‍👧 e\u0301 𝒳 \uffff \u{10ffff}'.split(' '),
  ...'a B 0 - _ . vim pkgs true null rec in'.split(' '),
];

export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 8 })
  .map((parts) => parts.join(''));

/** A text that would be fine, with something in it that may not be. */
export function spoiled(fine: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fine, fc.nat(), fc.constantFrom(...pieces))
    .map(
      ([text, at, piece]) =>
        text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1)),
    );
}
