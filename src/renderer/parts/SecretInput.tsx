/** A field for a password or passphrase that is hidden until the person wants to see it. */
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import type { Tied } from './Field.tsx';

export function SecretInput(props: {
  tied: Tied;
  /** `passphrase`: what the button shows. */
  what: string;
  value: string;
  onChange(value: string): void;
}): React.JSX.Element {
  const [shown, setShown] = useState(false);
  return (
    <div className="with-button">
      <input
        {...props.tied}
        type={shown ? 'text' : 'password'}
        autoComplete="off"
        spellCheck={false}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <button
        type="button"
        className="button"
        aria-pressed={shown}
        aria-label={`Show the ${props.what}`}
        onClick={() => setShown(!shown)}
      >
        {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />} {shown ? 'Hide' : 'Show'}
      </button>
    </div>
  );
}
