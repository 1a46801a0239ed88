/** Station 5: recipe in, image out; what is missing first, then the phases, then the result. */
import type { ReactNode } from 'react';
import { cancelBuild, startBuild } from '../acts/build.ts';
import { shownPhase, shownPhases, wasCancelled, type BuildRun, type BuildTrace } from '../build-run.ts';
import { assertNever } from '../../shared/problem.ts';
import { formatDuration, formatPercent, formatRate, formatRemaining } from '../../shared/units.ts';
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
  if (connection !== 'open') return 'Nixburn is not connected.';
  if (problems.length > 0) return 'The recipe is not complete yet.';
  if (preflight.state === 'here' && preflight.value.some((line) => line.state === 'failed')) {
    return 'Mend what is marked first.';
  }
  if (saving) return 'Saving where it is built.';
  if (nixpkgs.state === 'running') return 'nixpkgs is being moved.';
  return null;
}

function Before(): React.JSX.Element {
  const obstacle = useObstacle();
  const place = usePlace();
  return (
    <Page
      question="Ready to build the image?"
      lead={`Nix builds it on ${place?.words ?? 'this computer'}. The first time takes a while; what has been built before is not built again.`}
      primary={{ words: 'Build the image', onPress: () => void startBuild(), disabled: obstacle !== null }}
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
  const words = usePlace()?.words ?? 'this computer';
  const preflight = useStore((known) => known.preflight);
  return (
    <div className="disclosures">
      <Disclosure
        title="Before the next build"
        summary={`where to build (${words}), nixpkgs, images made before`}
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
  const again = { words: 'Build again', onPress: () => void startBuild(), disabled: obstacle !== null };
  switch (run.state) {
    case 'running':
      return {
        question: 'Building the image',
        lead: 'You can look at the other stations meanwhile. Leave the window open.',
        primary: {
          words: run.cancelling ? 'Stopping…' : 'Cancel',
          onPress: cancelBuild,
          disabled: run.cancelling,
          quiet: true,
        },
        hint: run.cancelling && 'Waiting until Nix has stopped.',
        above: <BuildProgress trace={run.trace} />,
      };
    case 'done':
      return {
        question: same ? 'The image is built' : 'The recipe has changed',
        lead: same ? `It took ${formatDuration(run.millis)}.` : 'The image below is from before the change.',
        primary: same ? undefined : again,
        hint: same ? undefined : obstacle,
        secondary: same && (
          <button type="button" className="button" onClick={again.onPress} disabled={again.disabled}>
            Build again
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
        question: stopped ? 'The build was stopped' : 'The build failed',
        lead: stopped
          ? 'What Nix had finished is kept for the next time.'
          : 'Nothing was written to any drive.',
        primary: again,
        hint: obstacle,
        above: (
          <>
            <BuildPhases trace={run.trace} stopped={stopped ? 'calmly' : 'badly'} />
            <ProblemCard problem={run.problem} calm={stopped} />
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
      name="Phases"
      titles={shownPhases.map((one) => one.title)}
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
  const rate = bytesPerSecond === null ? '' : formatRate(bytesPerSecond);
  return (
    <section className="job" aria-label="Progress">
      <BuildPhases trace={trace} />
      <Bar name="Progress of the build" fraction={fraction} />
      <p className="job-line">
        <span className="job-label">{[label || 'Working…', rate].filter(Boolean).join(' · ')}</span>
        <span>
          {fraction !== null && `${formatPercent(fraction)} · `}
          <Elapsed since={trace.startedAt} />
          {remainingMillis !== null && ` · ${formatRemaining(remainingMillis)}`}
        </span>
      </p>
      <p className="muted job-about">{shownPhases[shownPhase(trace.phase)]?.about}</p>
      <Notes notes={trace.notes} />
    </section>
  );
}
