/** What Nix says of the chosen packages before a build would: missing, renamed, not free, broken, and how much they take. */
import { Check, CircleAlert, ShieldCheck } from 'lucide-react';
import { cancelPackageCheck, checkPackages, replacePackage } from '../acts/packages.ts';
import type { PackageVerdict } from '../../shared/choosing.ts';
import { changeRecipe } from '../acts/recipe.ts';
import { formatCount } from '../../shared/units.ts';
import { useRecipe, useStore } from '../store.ts';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';

export function PackageCheck(): React.JSX.Element {
  const { packages } = useRecipe();
  const check = useStore((known) => known.packageCheck);
  if (check.state === 'running')
    return (
      <div className="job-line">
        <Waiting for="Asking Nix about the chosen packages…" />
        <button type="button" className="button small" onClick={cancelPackageCheck}>
          Cancel
        </button>
      </div>
    );
  const unasked =
    check.state === 'done' && packages.some((name) => check.verdicts.every((one) => one.name !== name));
  const again = check.state === 'done' || check.state === 'failed';
  return (
    <div className="package-check">
      {check.state === 'failed' && <ProblemCard problem={check.problem} calm />}
      {check.state === 'done' && <Verdicts verdicts={check.verdicts} words={check.size.words} />}
      <div className="buttons">
        <button type="button" className="button small" onClick={() => void checkPackages()}>
          <ShieldCheck aria-hidden /> {again ? 'Check again' : 'Check with Nix'}
        </button>
        {unasked && <span className="muted">You have added packages since.</span>}
      </div>
    </div>
  );
}

function Verdicts({ verdicts, words }: { verdicts: PackageVerdict[]; words: string }): React.JSX.Element {
  const { packages } = useRecipe();
  const bad = verdicts.filter((one) => one.problem !== null && packages.includes(one.name));
  return (
    <>
      {bad.length === 0 ? (
        <p className="with-icon">
          <Check aria-hidden /> <span>Nix knows all of them. {words}</span>
        </p>
      ) : (
        <>
          <p className="with-icon">
            <CircleAlert aria-hidden />
            <span>
              {formatCount(bad.length, 'package needs', 'packages need')} a look before the build. {words}
            </span>
          </p>
          <ul className="list">
            {bad.map((one) => (
              <BadPackage verdict={one} key={one.name} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function BadPackage({ verdict }: { verdict: PackageVerdict }): React.JSX.Element {
  const { name, problem, suggestion, unfree } = verdict;
  return (
    <li className="item">
      <CircleAlert aria-hidden className="item-icon warning" />
      <div className="item-words">
        <p className="item-title">{problem?.title}</p>
        <p className="muted">{[problem?.detail, problem?.remedy].filter(Boolean).join(' ')}</p>
      </div>
      {suggestion !== null && (
        <button type="button" className="button small" onClick={() => replacePackage(name, suggestion)}>
          Take {suggestion}
        </button>
      )}
      {suggestion === null && unfree && problem?.code === 'package-unfree' && (
        <button
          type="button"
          className="button small"
          onClick={() => changeRecipe((recipe) => ({ ...recipe, allowUnfree: true }))}
        >
          Allow it
        </button>
      )}
    </li>
  );
}
