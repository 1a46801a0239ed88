/** Station 5: recipe in, image out; what is missing first, then the phases, then the result. */
import type { ReactNode } from 'react';
import { cancelBuild, startBuild } from '../acts/build.ts';
import { shownPhase, shownPhases, wasCancelled, type BuildRun, type BuildTrace } from '../build-run.ts';
import { assertNever } from '../../shared/problem.ts';
import { formatDuration, formatPercent, formatRate, formatRemaining } from '../units.ts';
import { Bar } from '../parts/Bar.tsx';
import { Builders, usePlace } from '../parts/Builders.tsx';
import { Disclosure } from '../parts/Disclosure.tsx';
import { Elapsed } from '../parts/Elapsed.tsx';
import { ImageCard } from '../parts/ImageCard.tsx';
import { Log } from '../parts/Log.tsx';
import { KeptImages } from '../parts/KeptImages.tsx';
import { NixpkgsUpdate } from '../parts/NixpkgsUpdate.tsx';
import { Notes } from '../parts/Notes.tsx';
import { Page, type PageProps } from '../parts/Page.tsx';
import { Phases } from '../parts/Phases.tsx';
import { ProblemCard } from '../parts/ProblemCard.tsx';
import { RecipeProblems } from '../parts/RecipeProblems.tsx';
import { isSameRecipe } from '../stage.ts';
import { useRecipe, useStore } from '../store.ts';
import { toldText } from '../told.tsx';
import { t } from '../words.ts';

type Started = Exclude<BuildRun, { state: 'idle' }>;

export function Build(): React.JSX.Element {
  const build = useStore((known) => known.build);
  return build.state === 'idle' ? <Before /> : <Run run={build} />;
}

/** Why a build can not start, or null. */
function useObstacle(): string | null {
  const problems = useStore((known) => known.problems);
  const preflight = useStore((known) => known.preflight);
  const connection = useStore((known) => known.connection);
  const saving = useStore((known) => known.savingBuilding);
  const nixpkgs = useStore((known) => known.nixpkgsRun);
  if (connection !== 'open') return t('Nixburn is not connected.');
  if (problems.length > 0) return t('The recipe is not complete yet.');
  if (preflight.state === 'here' && preflight.value.some((line) => line.state === 'failed')) {
    return t('Mend what is marked first.');
  }
  if (saving) return t('Saving where it is built.');
  if (nixpkgs.state === 'running') return t('nixpkgs is being moved.');
  return null;
}

function Before(): React.JSX.Element {
  const obstacle = useObstacle();
  const place = usePlace();
  return (
    <Page
      question={t('Ready to build the image?')}
      lead={t(
        'Nix builds it on {{place}}. The first time takes a while; what has been built before is not built again.',
        { place: place?.words ?? t('this computer') },
      )}
      primary={{ words: t('Build the image'), onPress: () => void startBuild(), disabled: obstacle !== null }}
      hint={obstacle}
    >
      <RecipeProblems />
      <Builders />
      <NixpkgsUpdate />
      <KeptImages />
    </Page>
  );
}

/** What can be changed before the next build, out of the way of what the last one left. */
function BeforeTheNext(props: { except?: string }): React.JSX.Element {
  const words = usePlace()?.words ?? t('this computer');
  const preflight = useStore((known) => known.preflight);
  return (
    <div className="disclosures">
      <Disclosure
        title={t('Before the next build')}
        summary={t('where to build ({{words}}), nixpkgs, images made before', { words })}
        hasProblem={preflight.state === 'here' && preflight.value.some((line) => line.state === 'failed')}
      >
        <Builders />
        <NixpkgsUpdate />
        <KeptImages {...props} />
      </Disclosure>
    </div>
  );
}

/** One page from the first moment to the end: whoever searches the log goes on searching when the build ends. */
function Run({ run }: { run: Started }): React.JSX.Element {
  const same = isSameRecipe(run.trace.recipe, useRecipe());
  const obstacle = useObstacle();
  const { above, ...page } = view(run, same, obstacle);
  return (
    <Page {...page}>
      {above}
      <Log key="log" log={run.trace.log} running={run.state === 'running'} />
    </Page>
  );
}

type View = Omit<PageProps, 'children'> & { above: ReactNode };

function view(run: Started, same: boolean, obstacle: string | null): View {
  const again = { words: t('Build again'), onPress: () => void startBuild(), disabled: obstacle !== null };
  switch (run.state) {
    case 'running':
      return {
        question: t('Building the image'),
        lead: t('You can look at the other stations meanwhile. Leave the window open.'),
        primary: {
          words: run.cancelling ? t('Stopping…') : t('Cancel'),
          onPress: cancelBuild,
          disabled: run.cancelling,
          quiet: true,
        },
        hint: run.cancelling && t('Waiting until Nix has stopped.'),
        above: <BuildProgress trace={run.trace} />,
      };
    case 'done':
      return {
        question: same ? t('The image is built') : t('The recipe has changed'),
        lead: same
          ? t('It took {{time}}.', { time: formatDuration(run.millis) })
          : t('The image below is from before the change.'),
        primary: same ? undefined : again,
        hint: same ? undefined : obstacle,
        secondary: same && (
          <button type="button" className="button" onClick={again.onPress} disabled={again.disabled}>
            {t('Build again')}
          </button>
        ),
        above: (
          <>
            {!same && <RecipeProblems />}
            <ImageCard image={run.image} />
            <Notes notes={run.trace.notes} />
            <BeforeTheNext except={run.image.id} />
          </>
        ),
      };
    case 'failed': {
      const stopped = wasCancelled(run.problem);
      return {
        question: stopped ? t('The build was stopped') : t('The build failed'),
        lead: stopped
          ? t('What Nix had finished is kept for the next time.')
          : t('Nothing was written to any drive.'),
        primary: again,
        hint: obstacle,
        above: (
          <>
            <BuildPhases trace={run.trace} stopped={stopped ? 'calmly' : 'badly'} />
            {/* That it was stopped is the heading already. */}
            {!stopped && <ProblemCard problem={run.problem} />}
            <RecipeProblems />
            <BeforeTheNext />
          </>
        ),
      };
    }
    default:
      return assertNever(run);
  }
}

function BuildPhases(props: { trace: BuildTrace; stopped?: 'calmly' | 'badly' }): React.JSX.Element {
  const { phase, fraction, spent } = props.trace;
  return (
    <Phases
      name={t('Phases')}
      titles={shownPhases.map((one) => t(one.title))}
      current={shownPhase(phase)}
      fraction={props.stopped ? null : fraction}
      spent={spent}
      stopped={props.stopped}
    />
  );
}

/** How far a build is. */
export function BuildProgress({ trace }: { trace: BuildTrace }): React.JSX.Element {
  const { fraction, label, bytesPerSecond, remainingMillis } = trace;
  const about = shownPhases[shownPhase(trace.phase)]?.about;
  const rate = bytesPerSecond === null ? '' : formatRate(bytesPerSecond);
  return (
    <section className="job" aria-label={t('Progress')}>
      <BuildPhases trace={trace} />
      <Bar name={t('Progress of the build')} fraction={fraction} />
      <p className="job-line">
        <span className="job-label">
          {[label === '' ? t('Working…') : toldText(label), rate].filter(Boolean).join(' · ')}
        </span>
        <span>
          {fraction !== null && `${formatPercent(fraction)} · `}
          <Elapsed since={trace.startedAt} />
          {remainingMillis !== null && ` · ${formatRemaining(remainingMillis)}`}
        </span>
      </p>
      <p className="muted job-about">{about !== undefined && t(about)}</p>
      <Notes notes={trace.notes} />
    </section>
  );
}
