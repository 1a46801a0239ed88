/** A field for any package of nixpkgs by its name, for those who know it. */
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { problem, type Problem } from '../../shared/problem.ts';
import { packagePath } from '../../shared/package-path.ts';
import { Field } from './Field.tsx';
import { rich } from '../rich.tsx';
import { t } from '../words.ts';

const notAPath = problem('package-name', 'This is not a package name.', {
  remedy: 'Use the name in nixpkgs, such as git or python3Packages.requests.',
});

export function AnyPackage(props: { chosen: string[]; onAdd(name: string): void }): React.JSX.Element {
  const [text, setText] = useState('');
  const [problems, setProblems] = useState<Problem[]>([]);
  function add(): void {
    const name = text.trim();
    if (name === '') return;
    if (packagePath(name) === null) return setProblems([notAPath]);
    if (props.chosen.includes(name)) {
      return setProblems([problem('package-twice', `${name} is already chosen.`)]);
    }
    props.onAdd(name);
    setText('');
    setProblems([]);
  }
  return (
    <form
      className="any-package"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Field
        label={t('Any other package')}
        hint={rich('Its name in nixpkgs, with dots where it is inside a set: <code>{{example}}</code>', {
          example: 'python3Packages.requests',
        })}
        problems={problems}
      >
        {(tied) => (
          <div className="with-button">
            <input
              {...tied}
              className="mono"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setProblems([]);
              }}
            />
            <button type="submit" className="button" disabled={text.trim() === ''}>
              <Plus aria-hidden /> {t('Add')}
            </button>
          </div>
        )}
      </Field>
    </form>
  );
}
