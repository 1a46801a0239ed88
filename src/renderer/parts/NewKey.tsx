/** Makes a key pair for those who have none: the private half stays in the person's own folder. */
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { makeKey } from '../acts/keys.ts';
import type { MadeKey } from '../../shared/choosing.ts';
import { passphraseStrength } from '../../shared/passphrase-strength.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import type { RunningJob } from '../backend.ts';
import { wasCancelled } from '../build-run.ts';
import { Disclosure } from './Disclosure.tsx';
import { Field } from './Field.tsx';
import { TextInput } from './TextInput.tsx';
import { Select } from './Select.tsx';
import { problemWords, told } from '../told.tsx';
import { msg, t } from '../words.ts';

const differs = problem('passphrases-differ', 'The two passphrases are not the same.', {
  remedy: 'Type the second one again.',
});

const badName = problem('bad-key-name', 'This can not be the name of a key.', {
  detail: 'A name has up to 64 English letters, digits and . _ -, and no folders.',
  remedy: 'Choose a name such as id_ed25519_attic.',
});

const types = [
  { value: 'ed25519', title: msg('Ed25519: short, fast and safe') },
  { value: 'rsa', title: msg('RSA, 4096 bits: for very old servers') },
] as const;

/** As the program takes it. */
const keyName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** Which field a refusal is about. */
const fieldOf: Record<string, 'name' | 'comment' | 'passphrase'> = {
  'bad-key-comment': 'comment',
  'bad-key-passphrase': 'passphrase',
};

export function NewKey(): React.JSX.Element {
  const [type, setType] = useState<'ed25519' | 'rsa'>('ed25519');
  const [typedName, setTypedName] = useState<string | null>(null);
  const name = typedName ?? `id_${type}_nixburn`;
  const [comment, setComment] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [making, setMaking] = useState<RunningJob<MadeKey> | null>(null);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const [made, setMade] = useState<MadeKey | null>(null);
  const of = (field: 'name' | 'comment' | 'passphrase') =>
    trouble !== null && (fieldOf[trouble.code] ?? 'name') === field ? [trouble] : [];
  const isDifferent = again !== '' && again !== passphrase;

  async function make(): Promise<void> {
    setMade(null);
    if (!keyName.test(name.trim())) return setTrouble(badName);
    setTrouble(null);
    const job = makeKey({ name: name.trim(), type, comment: comment.trim(), passphrase });
    setMaking(job);
    const outcome = await job.ended;
    setMaking(null);
    if (!outcome.ok) return setTrouble(wasCancelled(outcome.problem) ? null : outcome.problem);
    setPassphrase('');
    setAgain('');
    setMade(outcome.value);
  }

  return (
    <Disclosure
      title={t('Make a new key')}
      summary={t('For when you have none yet')}
      hasProblem={trouble !== null}
    >
      <form
        className="paste"
        onSubmit={(event) => {
          event.preventDefault();
          if (making === null && passphrase === again) void make();
        }}
      >
        <div className="grid">
          <Field label={t('Kind')}>
            {(tied) => <Select tied={tied} options={types} value={type} onChange={setType} />}
          </Field>
          <Field
            label={t('File name')}
            hint={t('In the folder ~/.ssh. A file that is there is never written over.')}
            problems={of('name')}
          >
            {(tied) => <TextInput tied={tied} className="mono" value={name} onChange={setTypedName} />}
          </Field>
          <Field
            label={t('Comment')}
            hint={t('So that you know it again, such as me@laptop.')}
            problems={of('comment')}
          >
            {(tied) => <TextInput tied={tied} value={comment} onChange={setComment} />}
          </Field>
          <Field
            label={t('Passphrase')}
            hint={
              passphrase === ''
                ? t('Without one, whoever gets hold of the file can log in with it.')
                : told(passphraseStrength(passphrase).words)
            }
            problems={of('passphrase')}
          >
            {(tied) => (
              <input
                {...tied}
                type="password"
                autoComplete="new-password"
                value={passphrase}
                onChange={(event) => {
                  setPassphrase(event.target.value);
                  // The second field goes, and what was typed there must not forbid the key without anybody seeing why.
                  if (event.target.value === '') setAgain('');
                }}
              />
            )}
          </Field>
          {passphrase !== '' && (
            <Field label={t('Passphrase again')} problems={isDifferent ? [differs] : []}>
              {(tied) => (
                <input
                  {...tied}
                  type="password"
                  autoComplete="new-password"
                  value={again}
                  onChange={(event) => setAgain(event.target.value)}
                />
              )}
            </Field>
          )}
        </div>
        <div className="buttons">
          <button
            type="submit"
            className="button"
            disabled={making !== null || name.trim() === '' || passphrase !== again}
          >
            <KeyRound aria-hidden /> {making === null ? t('Make the key') : t('Making the key…')}
          </button>
          {making !== null && (
            <button
              type="button"
              className="button"
              onClick={(event) => {
                // This button goes: whoever pressed it stays with what they typed.
                event.currentTarget.form?.querySelector('input')?.focus();
                making.cancel();
              }}
            >
              {t('Cancel')}
            </button>
          )}
        </div>
        <output>{made !== null && <Made made={made} />}</output>
      </form>
    </Disclosure>
  );
}

function Made({ made: { file, warning } }: { made: MadeKey }): React.JSX.Element {
  return (
    <span className="made">
      <span>{t('Made {{file}}, and its holder gets in.', { file })}</span>
      {warning !== null && <span className="muted">{problemWords(warning)}</span>}
    </span>
  );
}
