/** Where the image is built: this computer or a Linux machine over SSH, which of them and why, and what is missing there. */
import { Plus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { loadPreflight } from '../acts/build.ts';
import { chooseBuilder, loadBuilding, removeBuilder } from '../acts/builders.ts';
import { placeOf, type Place } from '../builder-words.ts';
import type { BuildingChoices } from '../../shared/building.ts';
import type { Outcome, Problem } from '../../shared/problem.ts';
import { useRecipe, useStore } from '../store.ts';
import { BuilderForm } from './BuilderForm.tsx';
import { BuilderItem, Choice } from './BuilderItem.tsx';
import { Distribute } from './Distribute.tsx';
import { Preflight } from './Preflight.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

/** Where the image is built now; null while the list of builders is not here. */
export function usePlace(): Place | null {
  const { system } = useRecipe();
  const building = useStore((known) => known.building);
  const preflight = useStore((known) => known.preflight);
  if (building.state !== 'here') return null;
  return placeOf(building.value, system, preflight.state === 'here' ? preflight.value : null);
}

export function Builders(): React.JSX.Element {
  const building = useStore((known) => known.building);
  const place = usePlace();
  const { system } = useRecipe();
  const isConnected = useStore((known) => known.connection === 'open');
  useEffect(() => {
    // What is missing depends on what is wanted, and it is asked again when somebody is there to answer.
    if (isConnected) void loadPreflight(system);
  }, [system, isConnected]);
  return (
    <>
      <section aria-labelledby="builders">
        <h2 id="builders">{t('Where to build')}</h2>
        {building.state === 'loading' && <Waiting for={t('Reading the list of builders…')} />}
        {building.state === 'failed' && (
          <ProblemCard problem={building.problem}>
            <button type="button" className="button" onClick={() => void loadBuilding()}>
              {t('Try again')}
            </button>
          </ProblemCard>
        )}
        {building.state === 'here' && <Places choices={building.value} />}
      </section>
      <Preflight place={place} />
      {building.state === 'here' && (
        <div className="disclosures">
          <Distribute choices={building.value} />
        </div>
      )}
    </>
  );
}

function Places({ choices }: { choices: BuildingChoices }): React.JSX.Element {
  const place = usePlace();
  const saving = useStore((known) => known.savingBuilding);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [adding, setAdding] = useState<'not yet' | 'now' | 'no more'>('not yet');
  const add = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (adding === 'no more') add.current?.focus();
  }, [adding]);
  const { builders } = choices;
  const known = ['auto', ...builders.map(({ name }) => name)].includes(choices.chosen);
  const chosen = known ? choices.chosen : 'here';

  async function settle(outcome: Promise<Outcome<unknown>>): Promise<boolean> {
    setProblem(null);
    const { ok, ...rest } = await outcome;
    if (!ok) setProblem((rest as { problem: Problem }).problem);
    return ok;
  }

  const choose = (name: string) => !saving && void settle(chooseBuilder(name));
  return (
    <>
      <fieldset>
        <legend className="sr-only">{t('Where to build')}</legend>
        <ul className="rows">
          <li className="item">
            <Choice
              name={t('This computer')}
              about={t('With the Nix that is installed here.')}
              isChosen={chosen === 'here'}
              onChoose={() => choose('here')}
            />
          </li>
          {builders.map((builder) => (
            <BuilderItem
              builder={builder}
              choices={choices}
              key={builder.name}
              isChosen={chosen === builder.name}
              onChoose={() => choose(builder.name)}
              onRemove={() => settle(removeBuilder(builder.name))}
            />
          ))}
          {(builders.length > 0 || chosen === 'auto') && (
            <li className="item">
              <Choice
                name={t('The fastest that fits')}
                about={t(
                  'This computer or one of the list: whichever makes this kind of image itself, and fastest.',
                )}
                isChosen={chosen === 'auto'}
                onChoose={() => choose('auto')}
              />
            </li>
          )}
        </ul>
      </fieldset>
      {problem !== null && <ProblemCard problem={problem} />}
      <output className="muted">
        {place !== null && `${t('Built on {{place}}.', { place: place.words })} ${place.why}`}
      </output>
      {adding === 'now' ? (
        <BuilderForm choices={choices} onClose={() => setAdding('no more')} />
      ) : (
        <div className="buttons">
          <button type="button" className="button small" ref={add} onClick={() => setAdding('now')}>
            <Plus aria-hidden /> {t('Add a Linux builder…')}
          </button>
          {builders.length === 0 && (
            <span className="muted">
              {t('Any Linux machine with Nix that you reach over SSH can build it for you.')}
            </span>
          )}
        </div>
      )}
    </>
  );
}
