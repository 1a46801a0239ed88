/** One kept recipe: opened, compared, copied, renamed, and removed after a question. */
import { Copy, FolderOpen, GitCompare, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { duplicateKept, openKept, removeKept, renameKept } from '../acts/kept-recipes.ts';
import type { KeptRecipe as Kept } from '../../shared/choosing.ts';
import type { Outcome, Problem } from '../../shared/problem.ts';
import { leaveItem } from '../focus.ts';
import { copyName, isChangedSince, keptFacts } from '../kept-recipe-words.ts';
import { useStore } from '../store.ts';
import { Comparison } from './Comparison.tsx';
import { Field } from './Field.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { TextInput } from './TextInput.tsx';
import { formatTime } from '../units.ts';
import { msg, t } from '../words.ts';

type Doing = 'nothing' | 'compare' | 'duplicate' | 'rename' | 'remove';

export function KeptRecipe({ one, all }: { one: Kept; all: Kept[] }): React.JSX.Element {
  const { name } = one;
  const keptAs = useStore((known) => known.keptAs);
  const isChanged = useStore(isChangedSince);
  const [doing, setDoing] = useState<Doing>('nothing');
  const [problem, setProblem] = useState<Problem | null>(null);
  const facts = keptFacts(one);

  async function tell(outcome: Promise<Outcome<null>>): Promise<void> {
    const ended = await outcome;
    setProblem(ended.ok ? null : ended.problem);
    if (ended.ok) setDoing('nothing');
  }
  const toggle = (what: Doing) => {
    setProblem(null);
    setDoing(doing === what ? 'nothing' : what);
  };
  return (
    <li className="item">
      <div className="item-words">
        <p className="item-title">
          {name}{' '}
          {keptAs === name && <span className="tag">{isChanged ? t('open, changed since') : t('open')}</span>}
        </p>
        <p className="item-facts">
          {facts.length === 0 ? (
            <span>{t('It can not be read any more. Open says why.')}</span>
          ) : (
            facts.map((fact) => <span key={fact}>{fact}</span>)
          )}
          <time dateTime={one.savedAt}>{formatTime(one.savedAt)}</time>
        </p>
        {doing === 'remove' && (
          <p>
            {t('Remove {{name}} from this computer? It can not be brought back. Sticks and images stay.', {
              name,
            })}
          </p>
        )}
      </div>
      <div className="buttons">
        {doing === 'remove' ? (
          <button
            type="button"
            className="button small"
            aria-label={t('Keep {{name}}', { name })}
            onClick={() => setDoing('nothing')}
          >
            {t('Keep')}
          </button>
        ) : (
          <>
            <button
              type="button"
              className="button small"
              aria-label={t('Open {{name}}', { name })}
              onClick={() => void tell(openKept(name))}
            >
              <FolderOpen aria-hidden /> {t('Open')}
            </button>
            <Toggle what="compare" name={name} doing={doing} onToggle={toggle} />
            <Toggle what="duplicate" name={name} doing={doing} onToggle={toggle} />
            <Toggle what="rename" name={name} doing={doing} onToggle={toggle} />
          </>
        )}
        {/* One button in both cases: whoever has just pressed it keeps the focus. */}
        <button
          type="button"
          className={doing === 'remove' ? 'button small danger' : 'button small bare'}
          aria-label={
            doing === 'remove' ? t('Remove {{name}} now', { name }) : t('Remove {{name}}…', { name })
          }
          title={doing === 'remove' ? undefined : t('Remove…')}
          onClick={(event) => {
            if (doing !== 'remove') return toggle('remove');
            leaveItem(event.currentTarget);
            void tell(removeKept(name));
          }}
        >
          <Trash2 aria-hidden /> {doing === 'remove' && t('Remove it')}
        </button>
      </div>
      {doing === 'duplicate' && (
        <NameForm
          label={t('Name of the copy of {{name}}', { name })}
          words={t('Copy')}
          first={copyName(name, all)}
          onName={(as) => void tell(duplicateKept(name, as))}
        />
      )}
      {doing === 'rename' && (
        <NameForm
          label={t('New name of {{name}}', { name })}
          words={t('Rename')}
          first={name}
          onName={(to) => void tell(renameKept(name, to))}
        />
      )}
      {doing === 'compare' && <Comparison of={name} all={all} />}
      {problem !== null && (
        <div className="recipes-below">
          <ProblemCard problem={problem} />
        </div>
      )}
    </li>
  );
}

const toggles = {
  compare: {
    Icon: GitCompare,
    words: msg('Compare'),
    label: (name: string) => t('Compare {{name}}', { name }),
  },
  duplicate: { Icon: Copy, words: msg('Copy'), label: (name: string) => t('Copy {{name}}', { name }) },
  rename: { Icon: Pencil, words: msg('Rename'), label: (name: string) => t('Rename {{name}}', { name }) },
};

function Toggle(props: {
  what: keyof typeof toggles;
  name: string;
  doing: Doing;
  onToggle(what: Doing): void;
}): React.JSX.Element {
  const { Icon, words, label } = toggles[props.what];
  return (
    <button
      type="button"
      className="button small bare"
      aria-label={label(props.name)}
      title={t(words)}
      aria-expanded={props.doing === props.what}
      onClick={() => props.onToggle(props.what)}
    >
      <Icon aria-hidden />
    </button>
  );
}

function NameForm(props: {
  label: string;
  words: string;
  first: string;
  onName(name: string): void;
}): React.JSX.Element {
  const [name, setName] = useState(props.first);
  return (
    <form
      className="recipes-below"
      onSubmit={(event) => {
        event.preventDefault();
        props.onName(name.trim());
      }}
    >
      <Field wide label={props.label}>
        {(tied) => (
          <div className="with-button">
            <TextInput
              tied={tied}
              maxLength={100}
              value={name}
              onChange={setName}
              ref={(field) => {
                // Once, when it opens: it is what the person has just asked for.
                if (field && field.value === props.first) field.select();
              }}
            />
            <button type="submit" className="button" disabled={name.trim() === ''}>
              {props.words}
            </button>
          </div>
        )}
      </Field>
    </form>
  );
}
