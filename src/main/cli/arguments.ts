/** Reads a command's arguments strictly: whatever is not understood is named, with what was probably meant. */
import { parseArgs } from 'node:util';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';

/** `boolean` takes no value, `string` one, `strings` all that follow up to the next option (`--to A B`). */
export type Options = Record<string, 'boolean' | 'string' | 'strings'>;

export interface Arguments {
  positionals: string[];
  flags: Set<string>;
  /** The values of each option that takes some. */
  values: Map<string, string[]>;
}

/** A mistake in how a command was called. */
export function usageProblem(title: string, command = ''): Problem {
  const help = command ? `nixburn help ${command}` : 'nixburn help';
  return problem('usage', title, { remedy: `Run ${help} to see how it is used.` });
}

/** Parses what follows a command's name; a problem `usage` names the first thing that is not understood. */
export function readArguments(command: string, args: string[], options: Options): Outcome<Arguments> {
  const refuse = (title: string) => failed(usageProblem(title, command));
  // Node's own strict messages are for programmers: the tokens say all that is needed.
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(
      Object.entries(options).map(([name, kind]) => [name, { type: kind === 'boolean' ? kind : 'string' }]),
    ),
    strict: false,
    tokens: true,
  });
  const read: Arguments = { positionals: [], flags: new Set(), values: new Map() };
  let list: string[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      (list ?? read.positionals).push(token.value);
      continue;
    }
    list = undefined;
    if (token.kind === 'option-terminator') continue;
    const { name, rawName, value } = token;
    const kind = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!kind) {
      const near = nearest(name, Object.keys(options));
      return refuse(`There is no option ${rawName}.${near ? ` Did you mean --${near}?` : ''}`);
    }
    if (kind === 'boolean') {
      if (value !== undefined) return refuse(`The option ${rawName} takes no value.`);
      read.flags.add(name);
      continue;
    }
    // `--out --json` is a forgotten value and no file called `--json`.
    if (!value || (!token.inlineValue && value.startsWith('-')))
      return refuse(`The option ${rawName} needs a value.`);
    const given = read.values.get(name) ?? [];
    if (kind === 'string' && given.length > 0) return refuse(`The option ${rawName} is given twice.`);
    given.push(value);
    read.values.set(name, given);
    if (kind === 'strings') list = given;
  }
  return done(read);
}

/** The candidate that a person most likely meant; undefined where none is close. */
export function nearest(word: string, candidates: string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  return best && best.distance <= (word.length > 3 ? 2 : 1) ? best.candidate : undefined;
}

/** How many letters must be changed, added or left out (Levenshtein), row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
