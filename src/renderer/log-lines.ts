/**
 * The end of a log that may be endless, in blocks that never change once they are full: what was drawn of it stays drawn,
 * and only the last block is drawn anew.
 */

/** Few enough that drawing one block anew costs nothing, many enough that there are few blocks. */
const blockLines = 100;
/** Enough to find what went wrong; Nix can print a hundred thousand lines, and a window must not keep them. */
export const keptLogLines = 10_000;

export interface LogBlock {
  /** How many lines there were before this block: its name, the same for as long as it is kept. */
  first: number;
  lines: readonly string[];
}

/** The log with more lines at its end. The oldest blocks go once the rest holds at least `keptLogLines`. */
export function withLines(log: readonly LogBlock[], lines: readonly string[]): readonly LogBlock[] {
  if (lines.length === 0) return log;
  const last = log.at(-1);
  const open = last && last.lines.length < blockLines ? last : null;
  const blocks = open ? log.slice(0, -1) : [...log];
  let first = open?.first ?? (last ? last.first + last.lines.length : 0);
  let at = 0;
  let begun = open?.lines ?? [];
  while (at < lines.length) {
    const block = [...begun, ...lines.slice(at, at + blockLines - begun.length)];
    blocks.push({ first, lines: block });
    at += block.length - begun.length;
    first += block.length;
    begun = [];
  }
  const total = first - (blocks[0]?.first ?? 0);
  let drop = 0;
  for (let left = total; ; drop += 1) {
    left -= blocks[drop]?.lines.length ?? 0;
    if (left < keptLogLines) break;
  }
  return drop === 0 ? blocks : blocks.slice(drop);
}

/** All lines kept, joined as a text. */
export function logText(log: readonly LogBlock[]): string {
  return log.flatMap((block) => block.lines).join('\n');
}

/** How many lines were printed, and how many of them are still kept. */
export function countLines(log: readonly LogBlock[]): { printed: number; kept: number } {
  const last = log.at(-1);
  const printed = last ? last.first + last.lines.length : 0;
  return { printed, kept: printed - (log[0]?.first ?? 0) };
}

/** Whether a line holds what somebody looks for, whatever the case. An empty text is in no line. */
export function holds(line: string, wanted: string): boolean {
  return wanted !== '' && line.toLowerCase().includes(wanted.toLowerCase());
}
