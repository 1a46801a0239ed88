/** Station 2: what is on the stick beside what every installer has. */
import { PackageOpen, Search, X } from 'lucide-react';
import { useState } from 'react';
import { addPackages, loadCatalogue, removeAllPackages, removePackage } from '../acts/packages.ts';
import { changeRecipe } from '../acts/recipe.ts';
import type { CallOutput } from '../../shared/contract.ts';
import { AnyPackage } from '../parts/AnyPackage.tsx';
import { focusQuestion, leaveItem } from '../focus.ts';
import { FieldProblems, useProblems } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { ProblemCard } from '../parts/ProblemCard.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import { missingFrom, presets, presetWords } from '../presets.ts';
import { useRecipe, useStore } from '../store.ts';

type Catalogue = CallOutput<'catalogue'>;

export function Packages(): React.JSX.Element {
  const { packages, allowUnfree } = useRecipe();
  return (
    <Page
      question="What should be on the stick?"
      lead="Every NixOS installer has the basics already. Add what you want at hand when you log in."
    >
      <section aria-labelledby="chosen">
        <div className="section-head">
          <h2 id="chosen">Chosen</h2>
          {packages.length > 0 && (
            <button
              type="button"
              className="button small"
              onClick={() => {
                focusQuestion();
                removeAllPackages();
              }}
            >
              Remove all
            </button>
          )}
        </div>
        <Chosen packages={packages} />
      </section>
      <section aria-labelledby="presets">
        <h2 id="presets">Ready-made sets</h2>
        <div className="presets">
          {presets.map((preset) => (
            <button
              type="button"
              className="preset"
              key={preset.name}
              disabled={missingFrom(preset, packages).length === 0}
              onClick={() => addPackages(preset.packages)}
            >
              <span className="item-title">{preset.name}</span>
              <span className="muted">{preset.about}</span>
              <span className="preset-adds">{presetWords(preset, packages)}</span>
            </button>
          ))}
        </div>
      </section>
      <FromCatalogue chosen={packages} />
      <AnyPackage chosen={packages} onAdd={(name) => addPackages([name])} />
      <label className="check">
        <input
          type="checkbox"
          checked={allowUnfree}
          onChange={(event) => changeRecipe((recipe) => ({ ...recipe, allowUnfree: event.target.checked }))}
        />
        Allow packages that are not free software
      </label>
    </Page>
  );
}

function Chosen({ packages }: { packages: string[] }): React.JSX.Element {
  const problems = useProblems('packages');
  return (
    <>
      {packages.length === 0 ? (
        <p className="empty">
          <PackageOpen aria-hidden />
          <span>Nothing extra. The stick works like this; add packages only if you want them.</span>
        </p>
      ) : (
        <ul className="chips" aria-label="Chosen packages">
          {packages.map((name, index) => (
            <Chip name={name} index={index} key={name} />
          ))}
        </ul>
      )}
      <FieldProblems problems={problems} />
    </>
  );
}

function Chip({ name, index }: { name: string; index: number }): React.JSX.Element {
  const bad = useProblems(`packages.${index}`).length > 0;
  return (
    <li className={bad ? 'chip bad' : 'chip'}>
      <span>{name}</span>
      <button
        type="button"
        aria-label={`Remove ${name}`}
        onClick={(event) => {
          leaveItem(event.currentTarget);
          removePackage(name);
        }}
      >
        <X aria-hidden />
      </button>
    </li>
  );
}

function FromCatalogue({ chosen }: { chosen: string[] }): React.JSX.Element {
  const catalogue = useStore((known) => known.catalogue);
  const [words, setWords] = useState('');
  return (
    <section aria-labelledby="catalogue">
      <h2 id="catalogue">Often wanted</h2>
      {catalogue.state === 'loading' && <Waiting for="Reading the catalogue…" />}
      {catalogue.state === 'failed' && (
        <ProblemCard problem={catalogue.problem}>
          <button type="button" className="button" onClick={() => void loadCatalogue()}>
            Try again
          </button>
        </ProblemCard>
      )}
      {catalogue.state === 'here' && (
        <>
          <div className="search">
            <Search aria-hidden />
            <input
              type="search"
              aria-label="Search the catalogue"
              placeholder="Search by name or purpose"
              value={words}
              onChange={(event) => setWords(event.target.value)}
            />
          </div>
          <Groups groups={matching(catalogue.value, words)} words={words} chosen={chosen} />
        </>
      )}
    </section>
  );
}

/** The catalogue's packages that hold every word, by name or description. */
function matching(catalogue: Catalogue, words: string): Catalogue {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return catalogue
    .map(({ group, packages }) => ({
      group,
      packages: packages.filter((one) => {
        const text = `${one.name} ${one.about} ${group}`.toLowerCase();
        return wanted.every((word) => text.includes(word));
      }),
    }))
    .filter((group) => group.packages.length > 0);
}

function Groups(props: { groups: Catalogue; words: string; chosen: string[] }): React.JSX.Element {
  if (props.groups.length === 0) {
    return (
      <p className="empty">
        <Search aria-hidden />
        <span>Nothing here is called “{props.words}”. If you know its name in nixpkgs, add it below.</span>
      </p>
    );
  }
  return (
    <div className="groups">
      {props.groups.map(({ group, packages }) => (
        <fieldset key={group}>
          <legend>{group}</legend>
          {packages.map((one) => (
            <label className="package" key={one.name}>
              <input
                type="checkbox"
                checked={props.chosen.includes(one.name)}
                onChange={(event) =>
                  event.target.checked ? addPackages([one.name]) : removePackage(one.name)
                }
              />
              <span className="package-name">{one.name}</span>
              <span className="muted">{one.about}</span>
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
