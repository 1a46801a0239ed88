/** One of a few values, each under the words that a person chooses it by. */
import { nameWords } from '../words.ts';
import type { Tied } from './Field.tsx';

export function Select<Value extends string>(props: {
  tied: Tied;
  options: readonly { value: Value; title: string }[];
  value: NoInfer<Value>;
  onChange(value: NoInfer<Value>): void;
}): React.JSX.Element {
  return (
    <select
      {...props.tied}
      value={props.value}
      // The page offers no other.
      onChange={(event) => props.onChange(event.target.value as Value)}
    >
      {props.options.map(({ value, title }) => (
        <option value={value} key={value}>
          {nameWords(title)}
        </option>
      ))}
    </select>
  );
}
