/** Commands of the person's own that can be run on the stick by their names. */
import { Plus, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { changeRecipe } from '../acts/recipe.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { leaveItem } from '../focus.ts';
import { useRecipe } from '../store.ts';
import { shell } from '../shell-colours.ts';
import { CodeInput } from './CodeInput.tsx';
import { Disclosure } from './Disclosure.tsx';
import { Field, useProblems } from './Field.tsx';
import { useTextVerdict, VerdictLine, verdictProblems } from './TextVerdict.tsx';
import { TextInput } from './TextInput.tsx';
import { t } from '../words.ts';

type Script = Recipe['scripts'][number];

function changeScripts(change: (scripts: Script[]) => Script[]): void {
  changeRecipe((recipe) => ({ ...recipe, scripts: change(recipe.scripts) }));
}

/** A new one has a name already, so that nothing is wrong with it before anybody has typed. */
function freshName(scripts: Script[]): string {
  for (let number = 1; ; number += 1) {
    const name = `script-${number}`;
    if (!scripts.some((one) => one.name.toLowerCase() === name)) return name;
  }
}

export function Scripts(): React.JSX.Element {
  const { scripts } = useRecipe();
  const problems = useProblems('scripts');
  const [added, setAdded] = useState(-1);
  return (
    <Disclosure
      title={t('Scripts')}
      summary={scripts.length === 0 ? t('None') : t('{{count}} scripts', { count: scripts.length })}
      hasProblem={problems.length > 0}
    >
      <p className="muted">{t('Each becomes a command on the stick: you log in and call it by its name.')}</p>
      {scripts.length > 0 && (
        <ul className="list">
          {scripts.map((script, index) => (
            <ScriptItem script={script} index={index} isNew={index === added} key={index} />
          ))}
        </ul>
      )}
      <button
        type="button"
        className="button"
        onClick={() => {
          setAdded(scripts.length);
          changeScripts((all) => [...all, { name: freshName(all), text: '' }]);
        }}
      >
        <Plus aria-hidden /> {t('Add a script')}
      </button>
    </Disclosure>
  );
}

function ScriptItem({
  script,
  index,
  isNew,
}: {
  script: Script;
  index: number;
  isNew: boolean;
}): React.JSX.Element {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isNew) first.current?.select();
  }, [isNew]);
  const isLast = useRecipe().scripts.length - 1 === index;

  const nameProblems = useProblems(`scripts.${index}.name`);
  const textProblems = useProblems(`scripts.${index}.text`);
  const verdict = useTextVerdict('script', script.text);
  function change(fields: Partial<Script>): void {
    changeScripts((all) => all.map((one, at) => (at === index ? { ...one, ...fields } : one)));
  }
  return (
    <li className="script">
      <div className="with-button labelled">
        <Field label={t('Name')} problems={nameProblems}>
          {(tied) => (
            <TextInput
              tied={tied}
              ref={first}
              className="mono"
              value={script.name}
              onChange={(given) => change({ name: given })}
            />
          )}
        </Field>
        <button
          type="button"
          className="button"
          aria-label={t('Remove {{name}}', { name: script.name })}
          onClick={(event) => {
            // Otherwise the script after it takes its place, and the focus is there already.
            if (isLast) leaveItem(event.currentTarget);
            changeScripts((all) => all.filter((_, at) => at !== index));
          }}
        >
          <Trash2 aria-hidden /> {t('Remove')}
        </button>
      </div>
      <Field
        wide
        label={t('What {{name}} does, in bash', { name: script.name })}
        problems={[...textProblems, ...verdictProblems(verdict)]}
      >
        {(tied) => (
          <CodeInput
            tied={tied}
            language={shell}
            rows={5}
            placeholder="echo hello"
            value={script.text}
            onChange={(text) => change({ text })}
          />
        )}
      </Field>
      <VerdictLine verdict={verdict} who="bash" />
    </li>
  );
}
