/** Says in words what zod found wrong with the shape of a recipe: unknown, missing and misshapen fields. */
import { z } from 'zod';
import type { RecipeProblem } from './contract.ts';
import { problem, type Problem } from './problem.ts';
import { quoted } from './recipe-text.ts';

type Path = readonly PropertyKey[];

/**
 * Turns issues into sentences, in order, one for each field. A rule of ours brings its own sentence along in `params.problem`.
 *
 * @param value what was checked: only the kinds of its values are told, never the values themselves.
 */
export function issueProblems(
  schema: z.core.$ZodType,
  issues: z.core.$ZodIssue[],
  value: unknown,
): RecipeProblem[] {
  const all = issues.flatMap((issue) => {
    switch (issue.code) {
      case 'custom':
        return [at(issue.path, issue.params?.['problem'] as Problem)];
      case 'unrecognized_keys':
        return issue.keys.map((key) =>
          at([...issue.path, key], unknownField(key, knownFields(schema, issue.path))),
        );
      case 'invalid_value':
        return [at(issue.path, notAChoice(issue.path, issue.values, valueAt(value, issue.path)))];
      case 'invalid_union':
        return unionProblems(issue, value);
      case 'too_small':
        return [at(issue.path, outside(issue.path, `at least ${issue.minimum}`))];
      case 'too_big':
        return [at(issue.path, outside(issue.path, `at most ${issue.maximum}`))];
      case 'invalid_type':
        return [
          at(
            issue.path,
            wrongKind(issue.path, kinds[issue.expected] ?? issue.expected, valueAt(value, issue.path)),
          ),
        ];
      default:
        return [at(issue.path, wrongKind(issue.path, 'something else', valueAt(value, issue.path)))];
    }
  });
  // One sentence a field: a second one about the same text only repeats the first in other words.
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index);
}

function at(path: Path, what: Problem): RecipeProblem {
  return { path: dotted(path), problem: what };
}

/** All unions are a text or its place (recipe-secret.ts): a text that is wrong in itself keeps its own sentence. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, value: unknown): RecipeProblem[] {
  const own = issue.errors.flat().find((inner) => inner.code === 'custom');
  const what = own?.params?.['problem'] as Problem | undefined;
  // A certificate is no secret, and is not looked for in the environment.
  const expected =
    issue.errors.length === 3 ? 'text, { "env": … } or { "file": … }' : 'text or { "file": … }';
  return [at(issue.path, what ?? wrongKind(issue.path, expected, valueAt(value, issue.path)))];
}

const kinds: Record<string, string> = {
  string: 'text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object in braces',
};

/** `wifi.networks.0.ssid` */
function dotted(path: Path): string {
  return path.map(String).join('.');
}

function wrongKind(path: Path, expected: string, value: unknown): Problem {
  if (value === undefined) return missing(path, expected);
  const title =
    path.length === 0
      ? `The recipe must be ${expected}, and is ${kindOf(value)}.`
      : `${quoted(dotted(path))} must be ${expected}, and is ${kindOf(value)}.`;
  return problem('wrong-kind', title, { remedy: `Write ${expected} there.` });
}

function missing(path: Path, expected: string): Problem {
  const title = path.length === 0 ? 'The recipe is missing.' : `${quoted(dotted(path))} is missing.`;
  return problem('missing-field', title, { remedy: `Add it: it is ${expected}.` });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a number with a fraction';
  return kinds[typeof value] ?? typeof value;
}

function notAChoice(path: Path, choices: readonly unknown[], value: unknown): Problem {
  const expected = choices.map(String).join(', ');
  if (value === undefined) return missing(path, expected);
  const given = typeof value === 'string' ? quoted(value) : kindOf(value);
  return problem('bad-choice', `${quoted(dotted(path))} can not be ${given}.`, {
    remedy: choices.length === 1 ? `Write ${expected} there.` : `Choose one of ${expected}.`,
  });
}

function outside(path: Path, bound: string): Problem {
  return problem('out-of-range', `${quoted(dotted(path))} must be ${bound}.`, {
    remedy: 'Choose another number.',
  });
}

function unknownField(name: string, known: string[]): Problem {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, Math.floor(candidate.length / 3)))
    .toSorted((one, other) => one.distance - other.distance);
  return problem('unknown-field', `A recipe has no field ${quoted(name)} here.`, {
    detail: nearest ? `Did you mean ${quoted(nearest.candidate)}?` : '',
    remedy: nearest
      ? 'Correct the name, or remove the field.'
      : `Remove it. The fields here are ${known.join(', ')}.`,
  });
}

/** The names of the fields that the object at `path` may have, as the schema says. */
function knownFields(schema: z.core.$ZodType, path: Path): string[] {
  let here = unwrap(schema);
  for (const step of path) {
    if (here instanceof z.ZodObject) here = unwrap(here.shape[String(step)]);
    else if (here instanceof z.ZodArray) here = unwrap(here.element);
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable
  ) {
    inner = inner.unwrap();
  }
  return inner;
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return here;
}

/** Levenshtein's distance: how many letters to add, remove or change. Names longer than 40 are no misspellings. */
function editDistance(one: string, other: string): number {
  if (one.length > 40) return Infinity;
  let row = Array.from({ length: other.length + 1 }, (_, count) => count);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const changed = (row[j] ?? 0) + (other[j] === letter ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
