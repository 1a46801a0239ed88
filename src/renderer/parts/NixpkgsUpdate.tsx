/** Moves the recipe to the newest revision of its nixpkgs, and says from where to where. */
import { ArrowUpFromDot, Check, X } from 'lucide-react';
import { cancelNixpkgsUpdate, updateNixpkgs } from '../acts/nixpkgs.ts';
import { revisionWords } from '../builder-words.ts';
import type { NixpkgsUpdate as Update, PinnedNixpkgs } from '../../shared/contract.ts';
import { useRecipe, useStore } from '../store.ts';
import { CopyButton } from './CopyButton.tsx';
import { Facts } from './Facts.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

export function NixpkgsUpdate(): React.JSX.Element {
  const { name, release } = useRecipe();
  const problems = useStore((known) => known.problems);
  const connection = useStore((known) => known.connection);
  const run = useStore((known) => known.nixpkgsRun);
  const running = run.state === 'running';
  const done = run.state === 'done' && run.name === name && run.release === release ? run.update : null;
  const isStopped = !running && (problems.length > 0 || connection !== 'open');
  return (
    <section aria-labelledby="nixpkgs">
      <h2 id="nixpkgs">nixpkgs</h2>
      <p className="muted">
        {t(
          'All packages come from one revision of nixpkgs, which stays the same from build to build until you move it.',
        )}
      </p>
      <output>
        {running && (
          <Waiting
            for={
              run.label === ''
                ? t('Asking for the newest nixpkgs…')
                : t('Getting {{label}}…', { label: run.label })
            }
          />
        )}
        {done !== null && (
          <span className="with-icon">
            <Check aria-hidden /> <span>{updateWords(done)}</span>
          </span>
        )}
      </output>
      {done !== null && <Moved update={done} />}
      {run.state === 'failed' && <ProblemCard problem={run.problem} calm />}
      <div className="buttons">
        {/* One button in both cases: whoever has just pressed it keeps the focus. */}
        <button
          type="button"
          className="button small"
          disabled={isStopped}
          onClick={running ? cancelNixpkgsUpdate : () => void updateNixpkgs()}
        >
          {running ? <X aria-hidden /> : <ArrowUpFromDot aria-hidden />}
          {running ? t('Cancel') : run.state === 'failed' ? t('Try again') : t('Move to the newest nixpkgs')}
        </button>
        {problems.length > 0 && <span className="muted">{t('The recipe is not complete yet.')}</span>}
      </div>
    </section>
  );
}

function updateWords({ before, after }: Update): string {
  if (before === null) return t('The next build takes this revision, and so do those after it.');
  if (before.revision === after.revision) return t('It is the newest already.');
  return t('Moved. The next build takes the new revision.');
}

function Moved({ update }: { update: Update }): React.JSX.Element {
  const { before, after } = update;
  const stayed = before?.revision === after.revision;
  return (
    <Facts
      rows={[
        ...(before === null || stayed ? [] : [[t('From'), <Revision of={before} key="from" />] as const]),
        [before === null || stayed ? t('Revision') : t('To'), <Revision of={after} key="to" />],
      ].map(([title, value]) => [title, value] as [string, React.ReactNode])}
    />
  );
}

function Revision({ of }: { of: PinnedNixpkgs }): React.JSX.Element {
  return (
    <span className="copyable">
      <code>{revisionWords(of)}</code>
      <CopyButton bare text={of.revision} what={t('the revision {{revision}}', { revision: of.revision })} />
    </span>
  );
}
