/** What a build needs of this computer: each line with what to do where it fails. */
import { Check, CircleAlert, CircleX, RefreshCw } from 'lucide-react';
import { loadPreflight } from '../acts/build.ts';
import type { PreflightLine } from '../../shared/contract.ts';
import { useStore } from '../store.ts';
import { CopyButton } from './CopyButton.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { ScrollingText } from './ScrollingText.tsx';
import { Waiting } from './Waiting.tsx';

export function Preflight(): React.JSX.Element {
  const preflight = useStore((known) => known.preflight);
  return (
    <section aria-labelledby="preflight">
      <div className="section-head">
        <h2 id="preflight">This computer</h2>
        <button
          type="button"
          className="button small"
          disabled={preflight.state === 'loading'}
          onClick={() => void loadPreflight()}
        >
          <RefreshCw aria-hidden /> Check again
        </button>
      </div>
      {preflight.state === 'loading' && <Waiting for="Looking at Nix, disk space and network…" />}
      {preflight.state === 'failed' && <ProblemCard problem={preflight.problem} />}
      {preflight.state === 'here' && (
        <ul className="rows">
          {preflight.value.map((line) => (
            <Line line={line} key={line.id} />
          ))}
        </ul>
      )}
    </section>
  );
}

const stateWords: Record<PreflightLine['state'], string> = {
  ok: 'fine',
  warning: 'note',
  failed: 'failed',
};

function Line({ line }: { line: PreflightLine }): React.JSX.Element {
  const Icon = line.state === 'ok' ? Check : line.state === 'warning' ? CircleAlert : CircleX;
  return (
    <li className="item">
      <Icon aria-hidden className={`item-icon ${line.state}`} />
      <div className="item-words">
        <p className="item-title">
          {line.title} <span className="sr-only">({stateWords[line.state]})</span>
        </p>
        {line.problem && (
          <>
            <p className="muted">{[line.problem.title, line.problem.detail].filter(Boolean).join(' ')}</p>
            {line.problem.remedy !== '' && <p>{line.problem.remedy}</p>}
          </>
        )}
        {line.command !== undefined && (
          <p className="command">
            <code>{line.command}</code>
            <CopyButton text={line.command} what="the command" />
          </p>
        )}
        {line.problem && line.problem.raw !== '' && (
          <details>
            <summary>Technical details</summary>
            <ScrollingText className="raw" name="Technical details">
              {line.problem.raw}
            </ScrollingText>
          </details>
        )}
      </div>
    </li>
  );
}
