/** Finds the place where a text stops being JSON: Node names it for some mistakes only, and shows the text around it. */

const blank = /[ \t\n\r]*/y;
/** A number or a word (RFC 8259 sections 3 and 6). */
const scalar = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
/** A string without its closing quote, so that an open one can be followed to its end. */
const openString = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y;

/**
 * Reads a text as JSON (RFC 8259) up to its first mistake.
 *
 * @returns the offset in UTF-16 units; the text's length where it ends too early, or where there is no mistake.
 */
export function jsonErrorOffset(text: string): number {
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null && found[0] !== '';
  };
  const sign = (expected: string) => {
    skip(blank);
    if (text[at] !== expected) return false;
    at += 1;
    return true;
  };
  const string = () => {
    skip(blank);
    if (!skip(openString) || text[at] !== '"') return false;
    at += 1;
    return true;
  };

  /** The brackets that are open, innermost last: a list in place of recursion, since a file may nest them without end. */
  const open: ('{' | '[')[] = [];
  const name = () => string() && sign(':');
  for (;;) {
    // Here a value has to stand.
    skip(blank);
    if (sign('{')) {
      if (!sign('}')) {
        open.push('{');
        if (!name()) return at;
        continue;
      }
    } else if (sign('[')) {
      if (!sign(']')) {
        open.push('[');
        continue;
      }
    } else if (!(text[at] === '"' ? string() : skip(scalar))) {
      return at;
    }
    // Here a value has ended: close what it closes.
    let innermost = open.at(-1);
    while (innermost !== undefined && sign(innermost === '{' ? '}' : ']')) {
      open.pop();
      innermost = open.at(-1);
    }
    if (innermost === undefined) {
      skip(blank);
      return at;
    }
    if (!sign(',')) return at;
    if (innermost === '{' && !name()) return at;
  }
}
