/** One of the places where images can be built, and a saved builder with what it says, how it is changed and removed. */
import { Pencil, ShieldCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { checkBuilder } from '../acts/builders.ts';
import type { BuildingChoices, SavedBuilder } from '../../shared/building.ts';
import type { PreflightLine } from '../../shared/contract.ts';
import { useStore, type Loaded } from '../store.ts';
import { BuilderForm } from './BuilderForm.tsx';
import { checkWords, useKeptFocus } from './Preflight.tsx';
import { PreflightList } from './PreflightList.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { RemoveButton } from './RemoveButton.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

export function Choice(props: {
  name: string;
  about: React.ReactNode;
  isChosen: boolean;
  onChoose(): void;
}): React.JSX.Element {
  return (
    <label className="builder">
      <input type="radio" name="builder" checked={props.isChosen} onChange={props.onChoose} />
      <span className="item-words">
        <span className="item-title">{props.name}</span>
        {/* The space between them is read out. */}
        <span className="muted"> {props.about}</span>
      </span>
    </label>
  );
}

export function BuilderItem(props: {
  builder: SavedBuilder;
  choices: BuildingChoices;
  isChosen: boolean;
  onChoose(): void;
  onRemove(): Promise<boolean>;
}): React.JSX.Element {
  const { builder, isChosen } = props;
  const check = useStore((known) => known.builderChecks[builder.name]);
  const [sure, setSure] = useState(false);
  const [editing, setEditing] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !editing) edit.current?.focus();
    wasEditing.current = editing;
  }, [editing]);
  const { name } = builder;
  if (editing)
    return (
      <li>
        <BuilderForm choices={props.choices} builder={builder} onClose={() => setEditing(false)} />
      </li>
    );
  return (
    <li className="item">
      <Choice name={name} about={factsOf(builder)} isChosen={isChosen} onChoose={props.onChoose} />
      <div className="buttons">
        {!isChosen && !sure && (
          <button
            type="button"
            className="button small"
            aria-label={t('Check {{name}}', { name })}
            disabled={check?.state === 'loading'}
            onClick={() => void checkBuilder(name)}
          >
            <ShieldCheck aria-hidden /> {t('Check')}
          </button>
        )}
        {!sure && (
          <button
            type="button"
            className="button small"
            ref={edit}
            aria-label={t('Edit {{name}}…', { name })}
            onClick={() => setEditing(true)}
          >
            <Pencil aria-hidden /> {t('Edit…')}
          </button>
        )}
        <RemoveButton
          what={name}
          fromList
          sure={sure}
          onAsk={setSure}
          onRemove={() => void props.onRemove()}
        />
      </div>
      {!isChosen && check !== undefined && <BuilderCheck name={name} check={check} />}
    </li>
  );
}

function factsOf({ host, system, speed, keyFile, jump }: SavedBuilder): string {
  return [
    host,
    system,
    speed !== 1 && t('speed {{speed}}', { speed }),
    keyFile !== null && t('with {{file}}', { file: keyFile }),
    jump !== null && t('through {{hosts}}', { hosts: jump }),
  ]
    .filter(Boolean)
    .join(' · ');
}

function BuilderCheck(props: { name: string; check: Loaded<PreflightLine[]> }): React.JSX.Element {
  const { name, check } = props;
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(check.state === 'loading', place);
  return (
    <div className="builder-check" ref={place}>
      <output>
        {check.state === 'loading' && <Waiting for={t('Asking {{name}}…', { name })} />}
        {check.state === 'here' && checkWords(name, check.value)}
      </output>
      {check.state === 'failed' && <ProblemCard problem={check.problem} calm />}
      {check.state === 'here' && (
        <PreflightList lines={check.value} on={name} name={t('What {{name}} says', { name })} />
      )}
    </div>
  );
}
