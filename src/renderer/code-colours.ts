/** Splits code into coloured pieces by the patterns of its language: good enough to read by, and never a letter lost. */

type PieceKind = 'comment' | 'string' | 'keyword' | 'name' | 'number' | 'plain';

export interface Piece {
  kind: PieceKind;
  text: string;
}

/** How a language looks: `pattern` finds pieces by its named groups, `kindOf` says what they are. */
export interface Language {
  /** With the flag g. */
  pattern: RegExp;
  kindOf(groups: Record<string, string | undefined>): PieceKind;
}

/** Characters. Nobody reads more than that by its colours, and it would be coloured anew at every letter. */
const mostColoured = 50_000;

/** The text in pieces by line; joined again they are the text. */
export function colourLines(text: string, { pattern, kindOf }: Language): Piece[][] {
  const lines: Piece[][] = [[]];
  function push(kind: PieceKind, words: string): void {
    for (const [index, part] of words.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ kind, text: part });
    }
  }
  let at = 0;
  if (text.length <= mostColoured)
    for (const match of text.matchAll(pattern)) {
      push('plain', text.slice(at, match.index));
      push(kindOf(match.groups ?? {}), match[0]);
      at = match.index + match[0].length;
    }
  push('plain', text.slice(at));
  return lines;
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
