/**
 * Finds which sentence with placeholders a finished English sentence was made of. The program speaks English to terminals,
 * scripts and the window alike; so that the window can translate it, a catalogue has its sentences with their placeholders.
 */

export interface SentencePattern {
  /** `There is no drive at {{path}}.` */
  sentence: string;
  /** Matches the whole of what was made of it; one group for each placeholder. */
  matches: RegExp;
  names: string[];
}

/** Those of the sentences that have placeholders, the ones with most words of their own first. */
export function sentencePatterns(sentences: string[]): SentencePattern[] {
  return sentences
    .filter((sentence) => sentence.includes('{{'))
    .map((sentence) => {
      const parts = sentence.split(/\{\{(\w+)\}\}/);
      const source = parts.map((part, at) => (at % 2 === 0 ? escaped(part) : valueOf(part))).join('');
      const names = parts.filter((_, at) => at % 2 === 1);
      return { sentence, matches: new RegExp(`^${source}$`, 'su'), names };
    })
    .sort((one, other) => ownLength(other) - ownLength(one));
}

/** The sentence that a text was made of, and the values that were put in; null where there is none. */
export function findSentence(
  patterns: SentencePattern[],
  text: string,
): { sentence: string; values: Record<string, string> } | null {
  for (const { sentence, matches, names } of patterns) {
    const found = matches.exec(text);
    if (found === null) continue;
    return { sentence, values: Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ''])) };
  }
  return null;
}

function ownLength({ sentence }: SentencePattern): number {
  return sentence.replaceAll(/\{\{\w+\}\}/g, '').length;
}

/** What the program has put in quotes is still in them (`quoted` in shared/recipe-text.ts). */
function valueOf(name: string): string {
  return /^quoted\d?$/.test(name) ? '(“.*?”)' : '(.+?)';
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}
