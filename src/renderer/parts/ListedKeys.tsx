/** Takes the keys that somebody has published: on request, from the place that the person names. */
import { Globe } from 'lucide-react';
import { useState } from 'react';
import { addListedKeys, type AddedList } from '../acts/keys.ts';
import type { KeyService } from '../../shared/choosing.ts';
import type { Problem } from '../../shared/problem.ts';
import type { RunningJob } from '../backend.ts';
import { wasCancelled } from '../build-run.ts';
import { Field } from './Field.tsx';
import { TextInput } from './TextInput.tsx';
import { Select } from './Select.tsx';
import { rich } from '../rich.tsx';
import { told } from '../told.tsx';
import { msg, t } from '../words.ts';

type Place = KeyService | 'url';

const places: { value: Place; title: string }[] = [
  { value: 'github', title: 'GitHub' },
  { value: 'gitlab', title: 'GitLab' },
  { value: 'codeberg', title: 'Codeberg' },
  { value: 'url', title: msg('Another address') },
];

export function ListedKeys(): React.JSX.Element {
  const [place, setPlace] = useState<Place>('github');
  const [name, setName] = useState('');
  const [asking, setAsking] = useState<RunningJob<AddedList> | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [added, setAdded] = useState<AddedList | null>(null);
  const given = name.trim();

  function change(act: () => void): void {
    act();
    setProblem(null);
    setAdded(null);
  }

  async function ask(): Promise<void> {
    setProblem(null);
    setAdded(null);
    const job = addListedKeys(place === 'url' ? { url: given } : { service: place, user: given });
    setAsking(job);
    const outcome = await job.ended;
    setAsking(null);
    if (!outcome.ok) return setProblem(wasCancelled(outcome.problem) ? null : outcome.problem);
    setName('');
    setAdded(outcome.value);
  }

  return (
    <section aria-labelledby="listed">
      <h2 id="listed">{t('Take published keys')}</h2>
      <form
        className="paste"
        onSubmit={(event) => {
          event.preventDefault();
          if (given !== '' && asking === null) void ask();
        }}
      >
        <div className="grid">
          <Field label={t('Where')}>
            {(tied) => (
              <Select
                tied={tied}
                options={places}
                value={place}
                onChange={(chosen) => change(() => setPlace(chosen))}
              />
            )}
          </Field>
          <Field
            label={place === 'url' ? t('Address') : t('User name')}
            hint={t(
              'This is the only thing on this page that uses the internet, and only when you press the button.',
            )}
            problems={problem === null ? [] : [problem]}
          >
            {(tied) => (
              <div className="with-button">
                <TextInput
                  tied={tied}
                  className="mono"
                  placeholder={place === 'url' ? 'https://example.org/me.keys' : ''}
                  value={name}
                  onChange={(typed) => change(() => setName(typed))}
                />
                <button type="submit" className="button" disabled={given === '' || asking !== null}>
                  <Globe aria-hidden /> {asking === null ? t('Get keys') : t('Asking…')}
                </button>
                {asking !== null && (
                  <button
                    type="button"
                    className="button"
                    onClick={(event) => {
                      // This button goes: whoever pressed it stays with what they typed.
                      event.currentTarget.form?.querySelector('input')?.focus();
                      asking.cancel();
                    }}
                  >
                    {t('Cancel')}
                  </button>
                )}
              </div>
            )}
          </Field>
        </div>
        <output className="muted">{added !== null && addedWords(added)}</output>
        {added !== null && added.leftOut.length > 0 && (
          <ul className="notes">
            {added.leftOut.map(({ line, problem: why }) => (
              <li key={line}>
                {rich('Line {{line}} was left out. {{why}}', { line, why: told(why.title) })}
              </li>
            ))}
          </ul>
        )}
      </form>
    </section>
  );
}

function addedWords({ added, address }: AddedList): string {
  if (added === 0) return t('All keys at {{address}} are on the list already.', { address });
  return t('Added {{count}} keys from {{address}}. Compare the fingerprints before you trust them.', {
    count: added,
    address,
  });
}
