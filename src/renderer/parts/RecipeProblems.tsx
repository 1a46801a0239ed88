/** What is wrong with the recipe, each with the way to the screen where it is mended. */
import { CircleAlert } from 'lucide-react';
import { useId } from 'react';
import { goTo } from '../acts/station.ts';
import { stationOf, stationTitles } from '../stage.ts';
import { useStore } from '../store.ts';
import { problemWords, told } from '../told.tsx';
import { t } from '../words.ts';

export function RecipeProblems(): React.JSX.Element | null {
  const problems = useStore((known) => known.problems);
  // In the flake drawer it may stand a second time.
  const heading = useId();
  if (problems.length === 0) return null;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>{t('The recipe')}</h2>
      <ul className="rows">
        {problems.map(({ path, problem }) => {
          const station = stationOf(path);
          return (
            <li className="item" key={path + problem.code}>
              <CircleAlert aria-hidden className="item-icon failed" />
              <div className="item-words">
                <p className="item-title">{told(problem.title)}</p>
                <p className="muted">{problemWords({ ...problem, title: '' })}</p>
              </div>
              <button type="button" className="button small" onClick={() => goTo(station)}>
                {t('Go to {{station}}', { station: t(stationTitles[station]) })}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
