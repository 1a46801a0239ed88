/** What a builder can do and what it lacks, line by line, each with its remedy, a command to copy, and what Nixburn can do itself. */
import { Check, CircleAlert, CircleX } from 'lucide-react';
import type { PreflightLine } from '../../shared/contract.ts';
import { assertNever } from '../../shared/problem.ts';
import { CopyButton } from './CopyButton.tsx';
import { HostKeyChanged, HostKeyQuestion } from './HostKeyQuestion.tsx';
import { MakeRoom } from './MakeRoom.tsx';
import { TechnicalDetails } from './TechnicalDetails.tsx';

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

const stateWords: Record<PreflightLine['state'], string> = { ok: 'fine', warning: 'note', failed: 'failed' };

function Line({ line, on }: { line: PreflightLine; on: string | null }): React.JSX.Element {
  const Icon = line.state === 'ok' ? Check : line.state === 'warning' ? CircleAlert : CircleX;
  return (
    <li className="item">
      <Icon aria-hidden className={`item-icon ${line.state}`} />
      <div className="item-words">
        <p className="item-title">
          {line.title} <span className="sr-only">({stateWords[line.state]})</span>
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
  if (problem.code === 'host-key-changed') return <HostKeyChanged problem={problem} command={command} />;
  return (
    <>
      <p className="muted">{[problem.title, problem.detail].filter(Boolean).join(' ')}</p>
      {problem.remedy !== '' && <p>{problem.remedy}</p>}
      {command !== undefined && (
        <p className="command">
          <code>{command}</code>
          <CopyButton text={command} what={`the command for: ${line.title}`} />
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
