/** The box that takes public keys by paste, drop or file, and refuses private ones. */
import { FileKey, Plus } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { addPastedKeys } from '../acts/keys.ts';
import type { Problem } from '../../shared/problem.ts';
import { looksPrivate, privateKey } from '../../shared/public-key.ts';
import { Field } from './Field.tsx';
import { t } from '../words.ts';

const wiped: Problem = {
  ...privateKey,
  detail: 'It was wiped from the field and went nowhere. Whoever has it can log in as you.',
};

export function PasteKeys(): React.JSX.Element {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState('');
  const file = useRef<HTMLInputElement>(null);

  function take(given: string): void {
    setSaid('');
    setProblem(looksPrivate(given) ? wiped : null);
    setText(looksPrivate(given) ? '' : given);
  }

  async function add(given: string): Promise<void> {
    const outcome = await addPastedKeys(given);
    if (outcome.ok) {
      setText('');
      setProblem(null);
      const count = outcome.value;
      setSaid(count === 0 ? t('Already on the list.') : t('Added {{count}} keys.', { count }));
      return;
    }
    setProblem(outcome.problem);
  }

  async function takeFiles(files: FileList | null): Promise<void> {
    const texts = await Promise.all([...(files ?? [])].map((one) => one.text()));
    const given = texts.join('\n');
    take(given);
    if (given !== '' && !looksPrivate(given)) await add(given);
  }

  const drop = useEffectEvent((event: DragEvent) => {
    const files = event.dataTransfer?.files ?? null;
    // A recipe is for the whole window, and no key.
    if (files?.[0]?.name.endsWith('.json') !== true) void takeFiles(files);
  });
  useEffect(() => {
    window.addEventListener('drop', drop);
    return () => window.removeEventListener('drop', drop);
  }, []);

  return (
    <section aria-labelledby="paste">
      <h2 id="paste">{t('Add a key by hand')}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add(text);
        }}
      >
        <Field
          wide
          label={t('Public keys')}
          hint={t('One on each line, as in a .pub file. You can also drop such files on this window.')}
          problems={problem === null ? [] : [problem]}
        >
          {(tied) => (
            <textarea
              {...tied}
              className="mono"
              rows={3}
              spellCheck={false}
              autoComplete="off"
              placeholder="ssh-ed25519 AAAA… you@laptop"
              value={text}
              onChange={(event) => take(event.target.value)}
            />
          )}
        </Field>
        <div className="buttons">
          <button type="submit" className="button" disabled={text.trim() === ''}>
            <Plus aria-hidden /> {t('Add')}
          </button>
          <button type="button" className="button" onClick={() => file.current?.click()}>
            <FileKey aria-hidden /> {t('Choose a file…')}
          </button>
          <input
            type="file"
            ref={file}
            hidden
            multiple
            aria-label={t('Public key files')}
            onChange={(event) => {
              const input = event.currentTarget;
              void takeFiles(input.files).then(() => (input.value = ''));
            }}
          />
          <output className="muted">{said}</output>
        </div>
      </form>
    </section>
  );
}
