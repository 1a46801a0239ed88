/** A field for code: an ordinary field to type in, with the same text in colours behind it. */
import { useMemo } from 'react';
import { colourLines, type Language } from '../code-colours.ts';
import { Coloured } from './Coloured.tsx';
import type { Tied } from './Field.tsx';

export function CodeInput(props: {
  tied: Tied;
  language: Language;
  rows: number;
  placeholder: string;
  value: string;
  onChange(text: string): void;
}): React.JSX.Element {
  const { tied, language, value } = props;
  const lines = useMemo(() => colourLines(value, language), [value, language]);
  return (
    <div className="code-input" data-invalid={tied['aria-invalid']}>
      {/* Its height makes the field as high as the text is: both scroll together, in the box around them. */}
      <pre aria-hidden>
        {lines.map((pieces, index) => (
          <span key={index}>
            <Coloured pieces={pieces} />
            {'\n'}
          </span>
        ))}
      </pre>
      <textarea
        {...tied}
        rows={props.rows}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        placeholder={props.placeholder}
        value={value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}
