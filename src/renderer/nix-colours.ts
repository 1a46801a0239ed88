/** Splits Nix text into coloured pieces: comments, strings, keywords, names before `=`; good enough to read by. */

type PieceKind = 'comment' | 'string' | 'keyword' | 'name' | 'number' | 'plain';

export interface Piece {
  kind: PieceKind;
  text: string;
}

const keywords = new Set([
  'let',
  'in',
  'with',
  'inherit',
  'if',
  'then',
  'else',
  'rec',
  'true',
  'false',
  'null',
  'import',
]);

const piece =
  /(?<comment>#[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:\\[\s\S]|[^"\\])*"|''(?:''['$\\]|'(?!')|[^'])*'')|(?<word>[A-Za-z_][A-Za-z0-9_'.-]*)(?<equals>(?=\s*=[^=]))?|(?<number>\b\d+\b)/g;

/** The text in pieces by line; joined again they are the text. */
export function colourLines(text: string): Piece[][] {
  const lines: Piece[][] = [[]];
  function push(kind: PieceKind, words: string): void {
    for (const [index, part] of words.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ kind, text: part });
    }
  }
  let at = 0;
  for (const match of text.matchAll(piece)) {
    push('plain', text.slice(at, match.index));
    push(kindOf(match.groups ?? {}), match[0]);
    at = match.index + match[0].length;
  }
  push('plain', text.slice(at));
  return lines;
}

function kindOf(groups: Record<string, string | undefined>): PieceKind {
  if (groups.comment !== undefined) return 'comment';
  if (groups.string !== undefined) return 'string';
  if (groups.number !== undefined) return 'number';
  if (keywords.has(groups.word ?? '')) return 'keyword';
  return groups.equals === undefined ? 'plain' : 'name';
}

/** Which lines of a text are not in the one before it, by index: what a person's last change did. */
export function changedLines(before: string | undefined, now: string): Set<number> {
  const changed = new Set<number>();
  if (before === undefined || before === now) return changed;
  const left = new Map<string, number>();
  for (const line of before.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  for (const [index, line] of now.split('\n').entries()) {
    const count = left.get(line) ?? 0;
    if (count === 0) changed.add(index);
    else left.set(line, count - 1);
  }
  return changed;
}
