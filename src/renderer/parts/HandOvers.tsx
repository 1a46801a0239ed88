/** The ways to install NixOS on a machine that was found: steps to follow, each with its command. */
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { handOvers } from '../acts/machines.ts';
import type { Outcome } from '../../shared/problem.ts';
import type { HandOver, HandOverStep, Machine } from '../../shared/reaching.ts';
import { shellLine } from '../../shared/shell-line.ts';
import { CopyButton } from './CopyButton.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { told, toldText } from '../told.tsx';
import { t } from '../words.ts';

export function HandOvers({ machine }: { machine: Machine }): React.JSX.Element {
  const [ways, setWays] = useState<Outcome<HandOver[]> | null>(null);
  return (
    <details
      className="disclosure inner"
      onToggle={(event) => {
        if (event.currentTarget.open) void handOvers(machine).then(setWays);
      }}
    >
      <summary>
        <ChevronRight aria-hidden />
        <span className="item-title">{t('Install NixOS on it')}</span>
      </summary>
      <div className="disclosed">
        {ways === null && <Waiting for={t('Putting the commands together…')} />}
        {ways !== null && !ways.ok && <ProblemCard problem={ways.problem} calm />}
        {ways?.ok && ways.value.map((way) => <Way way={way} key={way.id} />)}
      </div>
    </details>
  );
}

function Way({ way }: { way: HandOver }): React.JSX.Element {
  return (
    <details className="way">
      <summary>{told(way.title)}</summary>
      <p className="muted">{told(way.about)}</p>
      <ol className="way-steps">
        {way.steps.map((step) => (
          <Step step={step} key={step.text} />
        ))}
      </ol>
    </details>
  );
}

function Step({ step }: { step: HandOverStep }): React.JSX.Element {
  const command = shellLine(step.command);
  return (
    <li>
      <p>
        <span className="tag">{step.where === 'here' ? t('on this computer') : t('on the machine')}</span>{' '}
        {step.erases && <span className="tag warn">{t('erases')}</span>} {told(step.text)}
      </p>
      <p className="command">
        <code>{command}</code>
        <CopyButton text={command} what={t('the command: {{text}}', { text: toldText(step.text) })} />
      </p>
    </li>
  );
}
