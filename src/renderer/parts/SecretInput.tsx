/** A field for a password or passphrase that is hidden until the person wants to see it. */
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import type { Tied } from './Field.tsx';
import { msg, t } from '../words.ts';

const showWords = {
  password: msg('Show the password'),
  passphrase: msg('Show the passphrase'),
  'key password': msg('Show the key password'),
};

export function SecretInput(props: {
  tied: Tied;
  /** What the button shows. */
  what: keyof typeof showWords;
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
        aria-label={t(showWords[props.what])}
        onClick={() => setShown(!shown)}
      >
        {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />} {shown ? t('Hide') : t('Show')}
      </button>
    </div>
  );
}
