/** The only place that puts a value into Nix: whatever a person typed comes out of an evaluation as exactly that text. */

/** Reserved words of the Nix language, and `or`, which is one after an attribute path. */
const keywords = new Set(['if', 'then', 'else', 'assert', 'with', 'let', 'in', 'rec', 'inherit', 'or']);

/** Columns, as nixfmt has them. */
const lineWidth = 100;

/**
 * A text as a Nix string in double quotes (Nix manual, "String literal"). Never `''…''`: there `'${` can not be
 * escaped in the usual way, and becomes code. A raw carriage return would be read as a line feed.
 *
 * @throws on NUL and on half characters, which a Nix string can not hold; a recipe's check refuses both.
 */
export function nixString(text: string): string {
  if (/[\0\p{Surrogate}]/u.test(text)) throw new Error('a text that no Nix string can hold');
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('${', '\\${')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** The name of an attribute: bare where Nix allows it, else in quotes. */
export function attributeName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_'-]*$/.test(name) && !keywords.has(name) ? name : nixString(name);
}

/** `["python3Packages", "requests"]` as `python3Packages.requests`. */
export function attributePath(parts: readonly string[]): string {
  return parts.map(attributeName).join('.');
}

/**
 * A file beside the .nix file, as a path literal.
 *
 * @throws where the name has something that a path literal can not hold; all names are checked long before.
 */
export function nixPath(relative: string): string {
  if (!/^(?:[A-Za-z0-9_+-][A-Za-z0-9._+-]*\/)*[A-Za-z0-9_+-][A-Za-z0-9._+-]*$/.test(relative)) {
    throw new Error('a file name that no Nix path can hold');
  }
  return `./${relative}`;
}

/**
 * A list of expressions, laid out as nixfmt (RFC 166) does: on one line up to one element, else one a line.
 *
 * @param before what stands before the list on its line, which counts against the width.
 */
export function nixList(items: readonly string[], before = ''): string {
  if (items.length === 0) return '[ ]';
  const [only] = items;
  if (items.length === 1 && only && !only.includes('\n') && before.length + only.length + 5 <= lineWidth) {
    return `[ ${only} ]`;
  }
  return `[\n${items.map((item) => indented(item)).join('\n')}\n]`;
}

/** An attribute set, one binding a line or more. */
export function nixSet(bindings: readonly string[]): string {
  return bindings.length === 0 ? '{ }' : `{\n${bindings.map((one) => indented(one)).join('\n')}\n}`;
}

/** `name = value;`, for a name that is known to need no quotes or was quoted by `attributePath`. */
export function binding(name: string, value: string): string {
  return `${name} = ${value};`;
}

/**
 * Moves a piece of Nix to the right by two spaces; empty lines stay empty. Strings made here have no line feeds in them,
 * so no text is changed by it. (A pattern with `^` would take U+2028, which may stand in a string, for a line's end.)
 */
export function indented(nix: string): string {
  return nix
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

/** What a whole module consists of. */
export interface Module {
  /** What it is, as a comment in its first line. */
  about: string;
  /** The arguments that it uses, such as `lib`. */
  uses: readonly string[];
  /** What stands before the module's own braces: `let … in`, with a line feed at its end. */
  before?: string;
  /** Bindings with their comments; an empty line goes between two of them. */
  blocks: readonly string[];
}

/** The text of a module's file. */
export function nixModule({ about, uses, before = '', blocks }: Module): string {
  return `# ${about}\n{ ${[...uses, '...'].join(', ')} }:\n${before}{\n${indented(blocks.join('\n\n'))}\n}\n`;
}
