/** What is wrong with the recipe, each with the way to the screen where it is mended. */
import { CircleAlert } from 'lucide-react';
import { goTo } from '../acts/station.ts';
import { stationOf, stationTitles } from '../stage.ts';
import { useStore } from '../store.ts';

export function RecipeProblems(): React.JSX.Element | null {
  const problems = useStore((known) => known.problems);
  if (problems.length === 0) return null;
  return (
    <section aria-labelledby="recipe-problems">
      <h2 id="recipe-problems">The recipe</h2>
      <ul className="rows">
        {problems.map(({ path, problem }) => {
          const station = stationOf(path);
          return (
            <li className="item" key={path + problem.code}>
              <CircleAlert aria-hidden className="item-icon failed" />
              <div className="item-words">
                <p className="item-title">{problem.title}</p>
                <p className="muted">{[problem.detail, problem.remedy].filter(Boolean).join(' ')}</p>
              </div>
              <button type="button" className="button small" onClick={() => goTo(station)}>
                Go to {stationTitles[station]}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
