/** Nix's own distributed builds: for those who have outgrown one machine and set this up already. */
import { useState } from 'react';
import { distributeTo } from '../acts/builders.ts';
import type { BuildingChoices } from '../../shared/building.ts';
import type { Problem } from '../../shared/problem.ts';
import { Disclosure } from './Disclosure.tsx';
import { Field, FieldProblems } from './Field.tsx';
import { TextInput } from './TextInput.tsx';
import { t } from '../words.ts';

/** Nix's own way to spread the parts of a build; whoever does not know it needs it not. */
export function Distribute({ choices }: { choices: BuildingChoices }): React.JSX.Element {
  const [text, setText] = useState(choices.distribute ?? '');
  const [problem, setProblem] = useState<Problem | null>(null);
  const given = text.trim() === '' ? null : text.trim();
  const isSaved = given === choices.distribute;
  async function save(): Promise<void> {
    const outcome = await distributeTo(given);
    setProblem(outcome.ok ? null : outcome.problem);
  }
  return (
    <Disclosure
      title={t('Nix’s own distributed builds')}
      summary={choices.distribute === null ? t('none') : choices.distribute}
      hasProblem={false}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSaved) void save();
        }}
      >
        <Field
          label={t('Builders, as nix --builders takes them')}
          hint={t(
            'For those who have set this up: Nix on this computer hands the parts of a build to these machines. It counts where this computer is the chosen place.',
          )}
        >
          {(tied) => (
            <div className="with-button">
              <TextInput
                tied={tied}
                className="mono"
                maxLength={2000}
                placeholder="ssh://me@builder.example x86_64-linux"
                value={text}
                onChange={setText}
              />
              <button type="submit" className="button" disabled={isSaved}>
                {t('Save')}
              </button>
            </div>
          )}
        </Field>
        {problem !== null && <FieldProblems problems={[problem]} />}
      </form>
    </Disclosure>
  );
}
