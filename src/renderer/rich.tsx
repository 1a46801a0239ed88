/** Says a sentence that has marked parts: the whole of it is one key, so that each language puts the parts where it wants them. */
import { Fragment, type ReactNode } from 'react';
import { template, written, type Literal, type Placeholder } from './words.ts';

/** Parts that look the same wherever they stand. */
const plainParts = {
  code: (inside: ReactNode) => <code>{inside}</code>,
  strong: (inside: ReactNode) => <strong>{inside}</strong>,
};

/** The names in `<angle>…</angle>` that the caller has to draw. */
type Part<Sentence> = Sentence extends `${string}<${infer Name}>${infer Rest}`
  ? (Name extends `/${string}` | keyof typeof plainParts ? never : Name) | Part<Rest>
  : never;

type Insertions<Sentence> = {
  [Name in Placeholder<Sentence>]: Name extends 'count' ? number : ReactNode;
} & { [Name in Part<Sentence>]: (inside: ReactNode) => ReactNode };

/**
 * Says a sentence with its marked parts drawn: `rich('Saved as <code>{{file}}</code>', { file })`. A value is a text, a
 * number, or something drawn; other parts than `code` and `strong` are drawn by a function of their name. What a value
 * holds is never read as a mark.
 */
export function rich<const Sentence extends string>(
  sentence: Literal<Sentence>,
  ...[insertions]: Placeholder<Sentence> | Part<Sentence> extends never ? [] : [Insertions<Sentence>]
): React.JSX.Element {
  const given: Record<string, unknown> = { ...plainParts, ...insertions };
  return <>{drawn(template(sentence as string, given['count']), given)}</>;
}

function drawn(text: string, given: Record<string, unknown>): ReactNode[] {
  // A mark up to its own end, or a placeholder; what is between them is text.
  const pieces = text.matchAll(/<(?<part>\w+)>(?<inside>.*?)<\/\k<part>>|\{\{(?<name>\w+)\}\}|[^<{]+|[<{]/gs);
  return Array.from(pieces, ({ 0: plain, groups, index }) => {
    const { part, inside = '', name } = groups ?? {};
    const draw = part === undefined ? undefined : given[part];
    return (
      <Fragment key={index}>
        {typeof draw === 'function'
          ? (draw as (inside: ReactNode) => ReactNode)(drawn(inside, given))
          : name === undefined
            ? plain
            : inserted(given[name])}
      </Fragment>
    );
  });
}

function inserted(value: unknown): ReactNode {
  return typeof value === 'number' ? written(value) : (value as ReactNode);
}
