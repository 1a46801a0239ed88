/** The password for keyboard and screen, as a hash: the window never holds the password itself. */
import { changeRecipe } from '../acts/recipe.ts';
import { useRecipe } from '../store.ts';
import { Disclosure } from './Disclosure.tsx';
import { Field, useProblems } from './Field.tsx';

export function ConsolePassword(): React.JSX.Element {
  const { password } = useRecipe().console;
  const problems = useProblems('console');
  return (
    <Disclosure
      title="Console password"
      summary={password === null ? 'None: keyboard and screen need no password' : 'Set'}
      hasProblem={problems.length > 0}
    >
      <p className="muted">
        Whoever sits at the machine is asked for it. SSH never takes it: that needs a key.
      </p>
      <Field
        label="Password hash"
        hint={
          <>
            Only the hash goes into the recipe, never the password. Make one with <code>mkpasswd</code>.
          </>
        }
        problems={problems}
      >
        {(tied) => (
          <input
            {...tied}
            className="mono"
            autoComplete="off"
            spellCheck={false}
            placeholder="$y$j9T$…"
            value={password?.hashed ?? ''}
            onChange={(event) => {
              const hashed = event.target.value.trim();
              changeRecipe((recipe) => ({
                ...recipe,
                console: { password: hashed === '' ? null : { hashed } },
              }));
            }}
          />
        )}
      </Field>
    </Disclosure>
  );
}
