/** What goes wrong in ordinary life, as a value with words for a person; a throw is a bug. */

/**
 * One thing that went wrong. `code` is stable and never translated (scripts match on it); the rest is for people.
 * `raw` keeps what the underlying tool said, word for word, without secrets.
 */
export interface Problem {
  /** kebab-case, e.g. `drive-holds-system`. */
  code: string;
  /** What happened, one short sentence. */
  title: string;
  /** Why, or where: one or two sentences. Empty where the title says it all. */
  detail: string;
  /** What to do next: one sentence. */
  remedy: string;
  /** The underlying message, unchanged. Empty where there is none. */
  raw: string;
}

/** A result, or the reason why there is none. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** Makes a problem; `detail`, `remedy` and `raw` default to nothing. */
export function problem(
  code: string,
  title: string,
  more: Partial<Omit<Problem, 'code' | 'title'>> = {},
): Problem {
  return { code, title, detail: more.detail ?? '', remedy: more.remedy ?? '', raw: more.raw ?? '' };
}

/** The result of something that went well. */
export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** The result of something that did not. */
export function failed(what: Problem): { ok: false; problem: Problem } {
  return { ok: false, problem: what };
}

/** The person asked to stop. The command line exits with 130 on it. */
export const cancelled: Problem = problem('cancelled', 'Cancelled.', {
  detail: 'You stopped this before it was finished.',
});

/** Ends a `switch` over a union: a new member that nobody thought of is a compile error. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
