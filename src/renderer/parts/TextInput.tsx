/** A line for what only the person knows or what a machine reads: nothing is offered, remembered or corrected in it. */
import type { ComponentProps } from 'react';
import type { Tied } from './Field.tsx';

export function TextInput({
  tied,
  onChange,
  ...more
}: Omit<ComponentProps<'input'>, 'onChange'> & {
  tied: Tied;
  onChange(text: string): void;
}): React.JSX.Element {
  return (
    <input
      {...tied}
      autoComplete="off"
      spellCheck={false}
      {...more}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
