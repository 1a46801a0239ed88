/** Looks for packages as the person types: in all of nixpkgs where its list is here, else in the catalogue. */
import { Download, Search, X } from 'lucide-react';
import { memo, useEffect } from 'react';
import {
  addPackages,
  cancelPackageIndex,
  fetchPackageIndex,
  loadCatalogue,
  loadPackageIndex,
  removePackage,
  searchPackages,
} from '../acts/packages.ts';
import type { FoundPackage } from '../../shared/choosing.ts';
import type { CallOutput } from '../../shared/contract.ts';
import type { Language } from '../../shared/languages.ts';
import { formatBytes } from '../units.ts';
import { useRecipe, useStore, type IndexRun } from '../store.ts';
import { told } from '../told.tsx';
import { Bar } from './Bar.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

type Catalogue = CallOutput<'catalogue'>;

export function PackageSearch({ chosen }: { chosen: string[] }): React.JSX.Element {
  const { release } = useRecipe();
  const catalogue = useStore((known) => known.catalogue);
  const index = useStore((known) => known.packageIndex);
  const { words, found } = useStore((known) => known.packageSearch);
  useEffect(() => {
    void loadPackageIndex(release);
    // What was found in another release may not be in this one.
    void searchPackages(useStore.getState().packageSearch.words);
  }, [release]);
  return (
    <section aria-labelledby="search">
      <h2 id="search">{index === null ? t('Often wanted') : t('All packages')}</h2>
      <div className="search">
        <Search aria-hidden />
        <input
          type="search"
          aria-label={t('Search packages')}
          placeholder={t('Search by name or purpose')}
          value={words}
          onChange={(event) => void searchPackages(event.target.value)}
        />
      </div>
      <IndexLine />
      <output className="sr-only">
        {words.trim() !== '' && found !== null && t('{{count}} packages', { count: found.packages.length })}
      </output>
      {words.trim() !== '' && found !== null && (
        <Found packages={found.packages} words={words} chosen={chosen} />
      )}
      {words.trim() === '' && catalogue.state === 'loading' && <Waiting for={t('Reading the catalogue…')} />}
      {words.trim() === '' && catalogue.state === 'failed' && (
        <ProblemCard problem={catalogue.problem}>
          <button type="button" className="button" onClick={() => void loadCatalogue()}>
            {t('Try again')}
          </button>
        </ProblemCard>
      )}
      {words.trim() === '' && catalogue.state === 'here' && (
        <Groups groups={catalogue.value} release={release} chosen={chosen} />
      )}
    </section>
  );
}

/** What is searched, and how to search everything. */
function IndexLine(): React.JSX.Element {
  const { release } = useRecipe();
  const index = useStore((known) => known.packageIndex);
  const run = useStore((known) => known.indexRun);
  const running = run.state === 'running';
  return (
    <div className="index-line">
      {running && <Bar name={t('Getting the list of all packages')} fraction={indexFraction(run)} />}
      {run.state === 'failed' && <ProblemCard problem={run.problem} calm />}
      <div className="job-line">
        <span className="muted">
          {running
            ? indexWords(run, release)
            : index === null
              ? t('This searches a short list made for installers.')
              : t('This searches {{count}} packages of {{channel}}.', {
                  count: index.count,
                  channel: index.channel,
                })}
        </span>
        {/* One button in all cases: whoever has just pressed it keeps the focus. */}
        <button
          type="button"
          className="button small"
          onClick={running ? cancelPackageIndex : () => void fetchPackageIndex()}
        >
          {running ? <X aria-hidden /> : <Download aria-hidden />}
          {running
            ? t('Cancel')
            : run.state === 'failed'
              ? t('Try again')
              : index === null
                ? t('Search all of nixpkgs…')
                : t('Look for a newer list')}
        </button>
      </div>
    </div>
  );
}

type RunningIndex = Extract<IndexRun, { state: 'running' }>;

function indexFraction({ phase, bytes, total }: RunningIndex): number | null {
  return phase !== 'download' || total === null || total === 0 ? null : bytes / total;
}

function indexWords({ phase, bytes, total }: RunningIndex, release: string): string {
  switch (phase) {
    case 'ask':
      return t('Asking for the list of all packages of NixOS {{release}}', { release });
    case 'download': {
      const sofar = formatBytes(bytes);
      if (bytes === 0) return t('Downloading the list of all packages of NixOS {{release}}', { release });
      if (total === null)
        return t('Downloading the list of all packages of NixOS {{release}}: {{sofar}}', { release, sofar });
      return t('Downloading the list of all packages of NixOS {{release}}: {{sofar}} of {{total}}', {
        release,
        sofar,
        total: formatBytes(total),
      });
    }
    case 'read':
      return t('Reading the list of all packages of NixOS {{release}}', { release });
  }
}

function Found(props: { packages: FoundPackage[]; words: string; chosen: string[] }): React.JSX.Element {
  const language = useStore((known) => known.language);
  if (props.packages.length === 0) {
    return (
      <p className="empty">
        <Search aria-hidden />
        <span>
          {t('Nothing here is called “{{words}}”. If you know its name in nixpkgs, add it below.', {
            words: props.words,
          })}
        </span>
      </p>
    );
  }
  return (
    <fieldset className="found">
      <legend className="sr-only">{t('Found packages')}</legend>
      {props.packages.map((one) => (
        <Choice
          key={one.name}
          name={one.name}
          about={one.about}
          isChosen={props.chosen.includes(one.name)}
          language={language}
        >
          {/* The spaces between them are read out. */}
          {one.version !== '' && <span className="package-version">{one.version} </span>}
          {one.unfree && <Mark>{t('not free')}</Mark>}
          {one.broken && <Mark warn>{t('broken')}</Mark>}
          {one.insecure && <Mark warn>{t('insecure')}</Mark>}
          {one.program !== '' && (
            <span className="package-program">{t('runs as {{program}}', { program: one.program })} </span>
          )}
        </Choice>
      ))}
    </fieldset>
  );
}

function Mark(props: { warn?: boolean; children: string }): React.JSX.Element {
  return (
    <>
      <span className={props.warn ? 'tag warn' : 'tag'}>{props.children}</span>{' '}
    </>
  );
}

function Groups(props: { groups: Catalogue; release: string; chosen: string[] }): React.JSX.Element {
  const language = useStore((known) => known.language);
  const chosen = new Set(props.chosen);
  return (
    <div className="groups">
      {props.groups.map(({ group, packages }) => (
        <fieldset key={group}>
          <legend>{told(group)}</legend>
          {packages
            .filter(({ from }) => from === undefined || props.release >= from)
            .map(({ name, about }) => (
              <Choice key={name} name={name} about={about} isChosen={chosen.has(name)} language={language} />
            ))}
        </fieldset>
      ))}
    </div>
  );
}

/** Drawn again only where something about it has changed: there are 150 of them, and one is ticked at a time. */
const Choice = memo(function Choice(props: {
  name: string;
  about: string;
  isChosen: boolean;
  language: Language;
  children?: React.ReactNode;
}) {
  return (
    <label className="package">
      <input
        type="checkbox"
        checked={props.isChosen}
        onChange={(event) => (event.target.checked ? addPackages([props.name]) : removePackage(props.name))}
      />
      <span className="package-name">
        {props.name} {props.children}
      </span>
      <span className="muted">{told(props.about)}</span>
    </label>
  );
});
