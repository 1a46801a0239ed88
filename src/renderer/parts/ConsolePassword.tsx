/** The password for keyboard and screen: typed and hashed at once, or given as a hash. Only the hash is ever kept. */
import { useState } from 'react';
import { changeRecipe } from '../acts/recipe.ts';
import { setConsolePassword } from '../acts/system.ts';
import { passphraseStrength } from '../../shared/passphrase-strength.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import { useRecipe } from '../store.ts';
import { Disclosure } from './Disclosure.tsx';
import { Field, useProblems } from './Field.tsx';
import { SecretInput } from './SecretInput.tsx';
import { TextInput } from './TextInput.tsx';
import { rich } from '../rich.tsx';
import { told } from '../told.tsx';
import { t } from '../words.ts';

const itself = problem('bad-password-hash', 'This is not a hash.', {
  detail: 'It was wiped from the field, since it may be the password itself.',
  remedy: 'Type a password above, or paste a hash that begins with $y$ or $6$.',
});

export function ConsolePassword(): React.JSX.Element {
  const { password } = useRecipe().console;
  const problems = useProblems('console');
  return (
    <Disclosure
      title={t('Console password')}
      summary={password === null ? t('None: keyboard and screen need no password') : t('Set')}
      hasProblem={problems.length > 0}
    >
      <p className="muted">
        {t('Whoever sits at the machine is asked for it. SSH never takes it: that needs a key.')}
      </p>
      <NewPassword isSet={password !== null} />
      <Hash />
    </Disclosure>
  );
}

function NewPassword({ isSet }: { isSet: boolean }): React.JSX.Element {
  const [typed, setTyped] = useState('');
  const [hashing, setHashing] = useState(false);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const [said, setSaid] = useState('');

  async function take(): Promise<void> {
    const given = typed;
    // At once: nothing needs it any more but the call that is on its way.
    setTyped('');
    setHashing(true);
    setTrouble(null);
    setSaid('');
    const outcome = await setConsolePassword(given);
    setHashing(false);
    if (!outcome.ok) return setTrouble(outcome.problem);
    setSaid(t('The password is set. Only its hash is kept.'));
  }

  return (
    <form
      className="paste"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed !== '' && !hashing) void take();
      }}
    >
      <Field
        label={t('Password')}
        hint={
          typed === ''
            ? t('It is hashed on this computer, and only the hash goes into the recipe.')
            : told(passphraseStrength(typed).words)
        }
        problems={trouble === null ? [] : [trouble]}
      >
        {(tied) => (
          <SecretInput
            tied={tied}
            what="password"
            value={typed}
            onChange={(text) => {
              setTyped(text);
              setTrouble(null);
              setSaid('');
            }}
          />
        )}
      </Field>
      <div className="buttons">
        <button type="submit" className="button" disabled={typed === '' || hashing}>
          {isSet ? t('Change the password') : t('Set the password')}
        </button>
        {isSet && (
          <button
            type="button"
            className="button"
            onClick={() => {
              setSaid(t('There is no console password any more.'));
              changeRecipe((recipe) => ({ ...recipe, console: { password: null } }));
            }}
          >
            {t('Remove it')}
          </button>
        )}
        <output className="muted">{said}</output>
      </div>
    </form>
  );
}

function Hash(): React.JSX.Element {
  const { password } = useRecipe().console;
  const problems = useProblems('console');
  const [refused, setRefused] = useState(false);

  function take(text: string): void {
    const hashed = text.trim();
    // A hash is pasted as a whole. What does not begin as one could be the password, and must not get into the recipe.
    const wrong = hashed !== '' && !hashed.startsWith('$');
    setRefused(wrong);
    changeRecipe((recipe) => ({
      ...recipe,
      console: { password: hashed === '' || wrong ? null : { hashed } },
    }));
  }

  return (
    <Field
      label={t('Password hash')}
      hint={rich('If you have one already, such as from <code>{{command}}</code>.', { command: 'mkpasswd' })}
      problems={refused ? [itself] : problems}
    >
      {(tied) => (
        <TextInput
          tied={tied}
          className="mono"
          placeholder="$y$j9T$…"
          value={password?.hashed ?? ''}
          onChange={take}
        />
      )}
    </Field>
  );
}
