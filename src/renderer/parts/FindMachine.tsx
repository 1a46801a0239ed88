/** Looks for the machines that were started from sticks of this computer, and lists them as they appear. */
import { Radar, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { findMachines, stopFinding } from '../acts/machines.ts';
import type { FindRun } from '../find-run.ts';
import { useStore } from '../store.ts';
import { Bar } from './Bar.tsx';
import { FoundMachine } from './FoundMachine.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { told } from '../told.tsx';
import { t } from '../words.ts';

/** @param awaited names of the machines that start from the sticks made last. */
export function FindMachine({ awaited }: { awaited: string[] }): React.JSX.Element {
  const run = useStore((known) => known.finding);
  const [sweep, setSweep] = useState(run.sweep);
  // Nobody's network is asked once nobody looks at the answers.
  useEffect(() => stopFinding, []);
  const { state, machines, swept } = run;
  const running = state === 'running';
  const missing = awaited.filter((name) => !machines.some((machine) => machine.name === name));
  return (
    <section aria-labelledby="find">
      <h2 id="find">{t('Find the machine')}</h2>
      <p className="muted">{t('A machine is recognised by the host key that was put on its stick.')}</p>
      <label className="check">
        <input
          type="checkbox"
          checked={sweep}
          disabled={running}
          onChange={(event) => setSweep(event.target.checked)}
        />
        <span>
          {t('Try every address of this network as well')}{' '}
          <span className="muted">
            {t('Where machines can not announce themselves. In a network of others, ask first.')}
          </span>
        </span>
      </label>
      {running && swept !== null && swept.tried < swept.total && (
        <Bar name={t('Addresses tried')} fraction={swept.total === 0 ? null : swept.tried / swept.total} />
      )}
      <div className="buttons">
        {/* One button in all cases: whoever has just pressed it keeps the focus. */}
        <button
          type="button"
          className="button"
          onClick={running ? stopFinding : () => void findMachines(sweep)}
        >
          {running ? <X aria-hidden /> : <Radar aria-hidden />}
          {running ? t('Stop looking') : state === 'idle' ? t('Find the machine') : t('Look again')}
        </button>
        <output className="muted">{findWords(run)}</output>
      </div>
      {state === 'failed' && run.problem !== null && <ProblemCard problem={run.problem} calm />}
      {machines.length === 0 && (running || state === 'stopped') && (
        <p className="empty">
          <Radar aria-hidden />
          <span>
            {running
              ? t('Starting takes a minute or two. The machine appears here as soon as it answers.')
              : t(
                  'Is the machine on, started from the stick, and in the same network? Its screen shows its address; you can also try every address.',
                )}
          </span>
        </p>
      )}
      <ul className="list machines" aria-label={t('Machines')}>
        {machines.map((machine) => (
          <FoundMachine machine={machine} key={machine.name} />
        ))}
      </ul>
      {state !== 'idle' && machines.length > 0 && missing.length > 0 && (
        <p className="muted">{t('Not seen yet: {{names}}', { names: missing.join(t(', ')) })}</p>
      )}
      {running && run.note !== '' && <p className="muted">{told(run.note)}</p>}
    </section>
  );
}

/** Said aloud whenever it changes; what changes every second is not in it. */
function findWords({ state, machines }: FindRun): string {
  const count = machines.length;
  switch (state) {
    case 'idle':
    case 'failed':
      return '';
    case 'running':
      return count === 0 ? t('Looking…') : t('{{count}} machines found, still looking…', { count });
    case 'stopped':
      return count === 0 ? t('No machine answered.') : t('{{count}} machines found.', { count });
  }
}
