/** Takes a certificate or a private key as text or from a file; a private key is not left to be read over a shoulder. */
import { FileKey } from 'lucide-react';
import { useRef, useState } from 'react';
import { problem, type Problem } from '../../shared/problem.ts';
import { looksPrivate } from '../../shared/public-key.ts';
import { Field } from './Field.tsx';
import { t } from '../words.ts';

const wiped = problem('private-key', 'A private key stands where a certificate belongs.', {
  detail: 'It was wiped from the field. Certificates end up where everybody can read them.',
  remedy: 'Give the certificate here.',
});

export function PemField(props: {
  label: string;
  hint?: string;
  value: string;
  /** It is a private key, which belongs here and nowhere else. */
  secret?: boolean;
  problems: Problem[];
  onChange(text: string): void;
}): React.JSX.Element {
  const [refused, setRefused] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const covered = props.secret === true && props.value.includes('-----END ');

  function take(text: string): void {
    const wrong = props.secret !== true && looksPrivate(text);
    setRefused(wrong);
    props.onChange(wrong ? '' : text);
  }

  async function takeFile(input: HTMLInputElement): Promise<void> {
    const text = await input.files?.[0]?.text();
    // The same file can then be chosen once more.
    input.value = '';
    if (text !== undefined) take(text);
  }

  return (
    <Field wide label={props.label} hint={props.hint} problems={refused ? [wiped] : props.problems}>
      {(tied) => (
        <div className="pem">
          <textarea
            {...tied}
            ref={field}
            className="mono"
            rows={covered ? 1 : 3}
            spellCheck={false}
            autoComplete="off"
            readOnly={covered}
            placeholder={props.secret ? '-----BEGIN PRIVATE KEY-----' : '-----BEGIN CERTIFICATE-----'}
            value={
              covered
                ? t('A key of {{count}} lines, not shown', { count: props.value.trim().split('\n').length })
                : props.value
            }
            onChange={(event) => take(event.target.value)}
          />
          <div className="buttons">
            <button
              type="button"
              className="button small"
              aria-label={t('Choose a file: {{label}}', { label: props.label })}
              onClick={() => file.current?.click()}
            >
              <FileKey aria-hidden /> {t('Choose a file…')}
            </button>
            {props.value !== '' && (
              <button
                type="button"
                className="button small"
                aria-label={t('Clear {{label}}', { label: props.label })}
                onClick={() => {
                  take('');
                  field.current?.focus();
                }}
              >
                {t('Clear')}
              </button>
            )}
          </div>
          <input
            type="file"
            ref={file}
            hidden
            aria-label={t('File: {{label}}', { label: props.label })}
            onChange={(event) => void takeFile(event.currentTarget)}
          />
        </div>
      )}
    </Field>
  );
}
