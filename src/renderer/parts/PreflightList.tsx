/** What a builder can do and what it lacks, line by line, each with its remedy, a command to copy, and what Nixburn can do itself. */
import { Check, CircleAlert, CircleX } from 'lucide-react';
import type { PreflightLine } from '../../shared/contract.ts';
import { assertNever } from '../../shared/problem.ts';
import { CopyButton } from './CopyButton.tsx';
import { HostKeyChanged, HostKeyQuestion } from './HostKeyQuestion.tsx';
import { MakeRoom } from './MakeRoom.tsx';
import { TechnicalDetails } from './TechnicalDetails.tsx';
import { told, toldText } from '../told.tsx';
import { msg, t, type Message } from '../words.ts';

export function PreflightList(props: {
  lines: PreflightLine[];
  /** The builder's name, or `here`; null while it is not known: then nothing can be done to it from here. */
  on: string | null;
  name: string;
}): React.JSX.Element {
  return (
    <ul className="rows" aria-label={props.name}>
      {props.lines.map((line) => (
        <Line line={line} on={props.on} key={line.id} />
      ))}
    </ul>
  );
}

const stateWords: Record<PreflightLine['state'], Message> = {
  ok: msg('fine'),
  warning: msg('note'),
  failed: msg('failed'),
};

/** A key that has changed is shown as what it may be: an attack. */
function hasOwnCard({ problem }: PreflightLine): boolean {
  return problem?.code === 'host-key-changed';
}

/** Where something is wrong that is the heading: what was looked for would stand there as if it held. */
function Line({ line, on }: { line: PreflightLine; on: string | null }): React.JSX.Element {
  const Icon = line.state === 'ok' ? Check : line.state === 'warning' ? CircleAlert : CircleX;
  return (
    <li className="item">
      <Icon aria-hidden className={`item-icon ${line.state}`} />
      <div className="item-words">
        <p className={hasOwnCard(line) ? 'sr-only' : 'item-title'}>
          {told(line.problem?.title ?? line.title)}{' '}
          <span className="sr-only">({t(stateWords[line.state])})</span>
        </p>
        <Words line={line} />
        {on !== null && <Fix line={line} on={on} />}
      </div>
    </li>
  );
}

function Words({ line }: { line: PreflightLine }): React.JSX.Element | null {
  const { problem, command } = line;
  if (problem === undefined) return null;
  if (hasOwnCard(line)) return <HostKeyChanged problem={problem} command={command} />;
  return (
    <>
      {problem.detail !== '' && <p className="muted">{told(problem.detail)}</p>}
      {problem.remedy !== '' && <p>{told(problem.remedy)}</p>}
      {command !== undefined && (
        <p className="command">
          <code>{command}</code>
          <CopyButton
            text={command}
            what={t('the command for: {{title}}', { title: toldText(line.title) })}
          />
        </p>
      )}
      {problem.raw !== '' && <TechnicalDetails text={problem.raw} />}
    </>
  );
}

function Fix({ line, on }: { line: PreflightLine; on: string }): React.JSX.Element | null {
  switch (line.fix) {
    case undefined:
      return null;
    case 'trust-host':
      return <HostKeyQuestion on={on} />;
    case 'collect-garbage':
      return <MakeRoom on={on} />;
    default:
      return assertNever(line.fix);
  }
}
