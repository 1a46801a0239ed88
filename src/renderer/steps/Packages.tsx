/** Station 2: what is on the stick beside what every installer has. */
import { PackageOpen, X } from 'lucide-react';
import { memo } from 'react';
import type { RecipeProblem } from '../../shared/contract.ts';
import type { Language } from '../../shared/languages.ts';
import { addPackages, removeAllPackages, removePackage } from '../acts/packages.ts';
import { changeRecipe } from '../acts/recipe.ts';
import { AnyPackage } from '../parts/AnyPackage.tsx';
import { focusQuestion, leaveItem } from '../focus.ts';
import { FieldProblems, useProblems } from '../parts/Field.tsx';
import { openVerdicts } from '../package-verdicts.ts';
import { Page } from '../parts/Page.tsx';
import { PackageCheck } from '../parts/PackageCheck.tsx';
import { PackageSearch } from '../parts/PackageSearch.tsx';
import { missingFrom, presetWords } from '../presets.ts';
import { useRecipe, useStore } from '../store.ts';
import { told } from '../told.tsx';
import { t } from '../words.ts';

export function Packages(): React.JSX.Element {
  const { packages, allowUnfree } = useRecipe();
  const presets = useStore((known) => known.presets);
  return (
    <Page
      question={t('What should be on the stick?')}
      lead={t('Every NixOS installer has the basics already. Add what you want at hand when you log in.')}
    >
      <section aria-labelledby="chosen">
        <div className="section-head">
          <h2 id="chosen">{t('Chosen')}</h2>
          {packages.length > 0 && (
            <button
              type="button"
              className="button small"
              onClick={() => {
                focusQuestion();
                removeAllPackages();
              }}
            >
              {t('Remove all')}
            </button>
          )}
        </div>
        <Chosen packages={packages} />
        {packages.length > 0 && <PackageCheck />}
      </section>
      {presets.length > 0 && (
        <section aria-labelledby="presets">
          <h2 id="presets">{t('Ready-made sets')}</h2>
          <div className="presets">
            {presets.map((preset) => (
              <button
                type="button"
                className="preset"
                key={preset.name}
                disabled={missingFrom(preset, packages).length === 0}
                onClick={() => addPackages(preset.packages)}
              >
                <span className="item-title">{told(preset.name)}</span>
                <span className="muted">{told(preset.about)}</span>
                <span className="preset-adds">{presetWords(preset, packages)}</span>
              </button>
            ))}
          </div>
        </section>
      )}
      <PackageSearch chosen={packages} />
      <AnyPackage chosen={packages} onAdd={(name) => addPackages([name])} />
      <label className="check">
        <input
          type="checkbox"
          checked={allowUnfree}
          onChange={(event) => changeRecipe((recipe) => ({ ...recipe, allowUnfree: event.target.checked }))}
        />
        {t('Allow packages that are not free software')}
      </label>
    </Page>
  );
}

function Chosen({ packages }: { packages: string[] }): React.JSX.Element {
  const problems = useProblems('packages');
  const recipe = useRecipe();
  const check = useStore((known) => known.packageCheck);
  const language = useStore((known) => known.language);
  const refused = new Set(problemIndices(useStore((known) => known.problems)));
  const bad = new Set(openVerdicts(check, recipe).map(({ name }) => name));
  return (
    <>
      {packages.length === 0 ? (
        <p className="empty">
          <PackageOpen aria-hidden />
          <span>{t('Nothing extra. The stick works like this; add packages only if you want them.')}</span>
        </p>
      ) : (
        <ul className="chips" aria-label={t('Chosen packages')}>
          {packages.map((name, index) => (
            <Chip name={name} bad={refused.has(index) || bad.has(name)} language={language} key={name} />
          ))}
        </ul>
      )}
      <FieldProblems problems={problems} />
    </>
  );
}

/** Which of the chosen packages the recipe's check refuses. */
function problemIndices(problems: RecipeProblem[]): number[] {
  return problems.flatMap(({ path }) => {
    const index = /^packages\.(\d+)/.exec(path)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
}

/** Drawn once for each package, and not again for every other one of two hundred. */
const Chip = memo(function Chip(props: { name: string; bad: boolean; language: Language }) {
  const { name, bad } = props;
  return (
    <li className={bad ? 'chip bad' : 'chip'}>
      <span>{name}</span>
      <button
        type="button"
        aria-label={t('Remove {{name}}', { name })}
        onClick={(event) => {
          leaveItem(event.currentTarget);
          removePackage(name);
        }}
      >
        <X aria-hidden />
      </button>
    </li>
  );
});
