/** Has Nix remove what nothing needs any more, after the person has read what that means. */
import { Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { cancelGarbage, collectGarbage } from '../acts/builders.ts';
import { useStore } from '../store.ts';
import { ProblemCard } from './ProblemCard.tsx';
import { t } from '../words.ts';

export function MakeRoom({ on }: { on: string }): React.JSX.Element {
  const run = useStore((known) => known.garbageRun);
  const [asked, setAsked] = useState(false);
  const mine = run.state !== 'idle' && run.on === on ? run : null;
  const running = mine?.state === 'running';
  return (
    <>
      {mine?.state === 'failed' && <ProblemCard problem={mine.problem} calm />}
      {asked && !running && (
        <p>
          {t(
            'Nix removes what nothing on that machine needs any more. Old generations of a system or a profile stay. What is needed again later is downloaded or built again.',
          )}
        </p>
      )}
      {running && <p className="muted one-line">{mine.line === '' ? t('Nix looks for it…') : mine.line}</p>}
      <div className="buttons">
        {/* One button in all cases: whoever has just pressed it keeps the focus. */}
        <button
          type="button"
          className="button small"
          disabled={run.state === 'running' && !running}
          onClick={() => {
            if (running) return cancelGarbage();
            if (!asked) return setAsked(true);
            setAsked(false);
            void collectGarbage(on);
          }}
        >
          {running ? <X aria-hidden /> : <Trash2 aria-hidden />}
          {running ? t('Cancel') : asked ? t('Remove it') : t('Make room…')}
        </button>
        {asked && !running && (
          <button type="button" className="button small" onClick={() => setAsked(false)}>
            {t('No')}
          </button>
        )}
      </div>
    </>
  );
}
