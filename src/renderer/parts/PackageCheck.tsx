/** What Nix says of the chosen packages before a build would: missing, renamed, not free, broken, and how much they take. */
import { Check, CircleAlert, ShieldCheck, X } from 'lucide-react';
import { cancelPackageCheck, checkPackages, removePackage, replacePackage } from '../acts/packages.ts';
import { changeRecipe } from '../acts/recipe.ts';
import type { PackageVerdict } from '../../shared/choosing.ts';
import { leaveItem } from '../focus.ts';
import { askAgainWords, isAbout, openVerdicts } from '../package-verdicts.ts';
import { useRecipe, useStore } from '../store.ts';
import { problemWords, told } from '../told.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

export function PackageCheck(): React.JSX.Element {
  const recipe = useRecipe();
  const check = useStore((known) => known.packageCheck);
  const running = check.state === 'running';
  const done = check.state === 'done' && isAbout(check, recipe) ? check : null;
  const bad = openVerdicts(check, recipe);
  const again = done !== null || check.state === 'failed';
  return (
    <div className="package-check">
      <output>
        {running && <Waiting for={t('Asking Nix about the chosen packages…')} />}
        {done !== null && <Summary bad={bad} words={told(done.size.words)} />}
      </output>
      {check.state === 'failed' && <ProblemCard problem={check.problem} calm />}
      {bad.length > 0 && (
        <ul className="list" aria-label={t('Packages that need a look')}>
          {bad.map((one) => (
            <BadPackage verdict={one} key={one.name} />
          ))}
        </ul>
      )}
      <div className="buttons">
        {/* One button in both cases: whoever has just pressed it keeps the focus. */}
        <button
          type="button"
          className="button small"
          onClick={running ? cancelPackageCheck : () => void checkPackages()}
        >
          {running ? <X aria-hidden /> : <ShieldCheck aria-hidden />}
          {running ? t('Cancel') : again ? t('Check again') : t('Check with Nix')}
        </button>
        <span className="muted">{askAgainWords(check, recipe)}</span>
      </div>
    </div>
  );
}

function Summary({ bad, words }: { bad: PackageVerdict[]; words: React.ReactNode }): React.JSX.Element {
  return bad.length === 0 ? (
    <span className="with-icon">
      <Check aria-hidden />{' '}
      <span>
        {t('Nix knows all of them.')} {words}
      </span>
    </span>
  ) : (
    <span className="with-icon">
      <CircleAlert aria-hidden />
      <span>
        {t('{{count}} packages need a look before the build.', { count: bad.length })} {words}
      </span>
    </span>
  );
}

function BadPackage({ verdict }: { verdict: PackageVerdict }): React.JSX.Element {
  const { problem } = verdict;
  const way = wayOut(verdict);
  return (
    <li className="item">
      <CircleAlert aria-hidden className="item-icon failed" />
      <div className="item-words">
        <p className="item-title">{problem && told(problem.title)}</p>
        <p className="muted">{problem && problemWords({ ...problem, title: '' })}</p>
      </div>
      <button
        type="button"
        className="button small"
        aria-label={way.name}
        onClick={(event) => {
          leaveItem(event.currentTarget);
          way.go();
        }}
      >
        {way.words}
      </button>
    </li>
  );
}

/** The one thing that most probably helps. */
function wayOut({ name, problem, suggestion }: PackageVerdict): { words: string; name: string; go(): void } {
  if (suggestion !== null)
    return {
      words: t('Take {{suggestion}}', { suggestion }),
      name: t('Take {{suggestion}} in place of {{name}}', { suggestion, name }),
      go: () => replacePackage(name, suggestion),
    };
  if (problem?.code === 'package-unfree')
    return {
      words: t('Allow it'),
      name: t('Allow it: {{name}} and all others that are not free', { name }),
      go: () => changeRecipe((recipe) => ({ ...recipe, allowUnfree: true })),
    };
  return { words: t('Remove it'), name: t('Remove it: {{name}}', { name }), go: () => removePackage(name) };
}
