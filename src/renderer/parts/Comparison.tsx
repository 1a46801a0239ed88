/** What is different between a kept recipe and another one, as sentences. */
import { useEffect, useState } from 'react';
import { compare } from '../acts/kept-recipes.ts';
import type { KeptRecipe } from '../../shared/choosing.ts';
import type { Outcome } from '../../shared/problem.ts';
import type { RecipeDifference } from '../../shared/recipe-differences.ts';
import { useRecipe } from '../store.ts';
import { Field } from './Field.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Select } from './Select.tsx';
import { Waiting } from './Waiting.tsx';
import { told } from '../told.tsx';
import { msg, t } from '../words.ts';

export function Comparison({ of, all }: { of: string; all: KeptRecipe[] }): React.JSX.Element {
  const recipe = useRecipe();
  // No kept recipe has an empty name.
  const [other, setOther] = useState('');
  const [found, setFound] = useState<Outcome<RecipeDifference[]> | null>(null);
  useEffect(() => {
    let current = true;
    async function look(): Promise<void> {
      const outcome = await compare({ name: of }, other === '' ? { recipe } : { name: other });
      if (current) setFound(outcome);
    }
    void look();
    return () => {
      current = false;
    };
  }, [of, other, recipe]);
  const options = [
    { value: '', title: msg('what you are working on') },
    ...all.flatMap(({ name }) => (name === of ? [] : [{ value: name, title: name }])),
  ];
  return (
    <div className="recipes-below">
      <Field label={t('What changes from {{of}} to', { of })}>
        {(tied) => <Select tied={tied} options={options} value={other} onChange={setOther} />}
      </Field>
      <div aria-live="polite">
        {found === null && <Waiting for={t('Comparing…')} />}
        {found?.ok && found.value.length === 0 && (
          <p className="muted">{t('They are the same, as far as recipes are kept.')}</p>
        )}
        {found?.ok && found.value.length > 0 && (
          <ul className="notes">
            {found.value.map(({ path, words }) => (
              <li key={path + words}>{told(words)}</li>
            ))}
          </ul>
        )}
        {found !== null && !found.ok && <ProblemCard problem={found.problem} calm />}
      </div>
    </div>
  );
}
