/** Cuts names and descriptions into the words that a search can find, the same way when an index is made and when it is asked. */

/** So common that they say nothing. */
const fillers = new Set([
  'a',
  'an',
  'and',
  'are',
  'as',
  'at',
  'be',
  'by',
  'for',
  'from',
  'in',
  'is',
  'it',
  'of',
  'on',
  'or',
  'that',
  'the',
  'this',
  'to',
  'with',
]);

/** Longer ones are hashes and addresses. Characters. */
const longestWord = 64;

/** The parts of an attribute path, lower case. */
export function nameParts(name: string): string[] {
  return name.toLowerCase().split('.');
}

/**
 * What a name is made of: `btrfs-progs` is btrfs and progs, `squashfsTools` is squashfs and tools, and `python313` is
 * python, too. Lower case.
 */
export function namePieces(name: string): string[] {
  const pieces = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}+]+/u);
  const unnumbered = pieces.map((piece) => piece.replace(/\d+$/, ''));
  return [...pieces, ...unnumbered].filter((piece) => piece !== '');
}

/** The words of a description, lower case, without fillers. */
export function aboutWords(about: string): string[] {
  return about
    .toLowerCase()
    .split(/[^\p{L}\p{N}+#]+/u)
    .filter((word) => word.length > 1 && word.length <= longestWord && !fillers.has(word));
}

/**
 * What somebody typed, as words that must all be found. Parts of an attribute path are words of their own; fillers are
 * left out where there is anything else.
 */
export function queryWords(query: string): string[] {
  const all = query
    .toLowerCase()
    .split(/[\s.,;:"'“”()\0\n]+/u)
    .filter((word) => word !== '' && word.length <= longestWord);
  const telling = all.filter((word) => !fillers.has(word));
  return [...new Set(telling.length > 0 ? telling : all)].slice(0, 8);
}
