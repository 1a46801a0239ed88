/** Makes names that come from a device safe to show: a stick may call itself anything, even backwards. */

/** Control characters, line separators, and the marks that hide text or turn its direction around. */
// eslint-disable-next-line no-control-regex
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\u115f\u1160\u3164\ufffc]/gu;

/** The text with every character that can not be seen, or that changes how others are seen, written as `<U+202E>`. */
export function visible(text: string): string {
  return text
    .trim()
    .replace(
      unseen,
      (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
    );
}
