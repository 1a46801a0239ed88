/** Station 5: recipe in, image out; what is missing first, then the phases, then the result. */
import { Check, CircleAlert, CircleX, RefreshCw } from 'lucide-react';
import { useEffect } from 'react';
import { cancelBuild, loadPreflight, startBuild } from '../acts/build.ts';
import { goTo } from '../acts/station.ts';
import { shownPhase, shownPhases, wasCancelled, type BuildRun, type BuildTrace } from '../build-run.ts';
import type { Image, PreflightLine } from '../../shared/contract.ts';
import { assertNever } from '../../shared/problem.ts';
import { formatBytes, formatDuration, formatPercent } from '../../shared/units.ts';
import { Bar } from '../parts/Bar.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Elapsed } from '../parts/Elapsed.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Log } from '../parts/Log.tsx';
import { Page } from '../parts/Page.tsx';
import { Phases } from '../parts/Phases.tsx';
import { ProblemCard } from '../parts/ProblemCard.tsx';
import { ScrollingText } from '../parts/ScrollingText.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import { isSameRecipe, stationOf, stationTitles } from '../stage.ts';
import { useRecipe, useStore } from '../store.ts';

const titles = shownPhases.map((one) => one.title);

export function Build(): React.JSX.Element {
  const build = useStore((known) => known.build);
  switch (build.state) {
    case 'idle':
      return <Before />;
    case 'running':
      return <During trace={build.trace} cancelling={build.cancelling} />;
    case 'done':
      return <After run={build} />;
    case 'failed':
      return <Failure run={build} />;
    default:
      return assertNever(build);
  }
}

/** Why a build can not start, or null. */
function useObstacle(): string | null {
  const problems = useStore((known) => known.problems);
  const preflight = useStore((known) => known.preflight);
  const connection = useStore((known) => known.connection);
  if (connection !== 'open') return 'Nixburn is not connected.';
  if (problems.length > 0) return 'The recipe is not complete yet.';
  if (preflight.state === 'here' && preflight.value.some((line) => line.state === 'failed')) {
    return 'Mend what is marked above first.';
  }
  return null;
}

function Before(): React.JSX.Element {
  const obstacle = useObstacle();
  useEffect(() => void loadPreflight(), []);
  return (
    <Page
      question="Ready to build the image?"
      lead="Nix builds it on this computer. The first time takes a while; what has been built before is not built again."
      primary={{ words: 'Build the image', onPress: () => void startBuild(), disabled: obstacle !== null }}
      hint={obstacle}
    >
      <RecipeProblems />
      <Preflight />
    </Page>
  );
}

function RecipeProblems(): React.JSX.Element | null {
  const problems = useStore((known) => known.problems);
  if (problems.length === 0) return null;
  return (
    <section aria-labelledby="recipe-problems">
      <h2 id="recipe-problems">The recipe</h2>
      <ul className="list">
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

function Preflight(): React.JSX.Element {
  const preflight = useStore((known) => known.preflight);
  return (
    <section aria-labelledby="preflight">
      <div className="section-head">
        <h2 id="preflight">This computer</h2>
        <button
          type="button"
          className="button small"
          disabled={preflight.state === 'loading'}
          onClick={() => void loadPreflight()}
        >
          <RefreshCw aria-hidden /> Check again
        </button>
      </div>
      {preflight.state === 'loading' && <Waiting for="Looking at Nix, disk space and network…" />}
      {preflight.state === 'failed' && <ProblemCard problem={preflight.problem} />}
      {preflight.state === 'here' && (
        <ul className="rows">
          {preflight.value.map((line) => (
            <PreflightItem line={line} key={line.id} />
          ))}
        </ul>
      )}
    </section>
  );
}

const preflightWords: Record<PreflightLine['state'], string> = {
  ok: 'fine',
  warning: 'note',
  failed: 'failed',
};

function PreflightItem({ line }: { line: PreflightLine }): React.JSX.Element {
  const Icon = line.state === 'ok' ? Check : line.state === 'warning' ? CircleAlert : CircleX;
  return (
    <li className="item">
      <Icon aria-hidden className={`item-icon ${line.state}`} />
      <div className="item-words">
        <p className="item-title">
          {line.title} <span className="sr-only">({preflightWords[line.state]})</span>
        </p>
        {line.problem && (
          <>
            <p className="muted">{[line.problem.title, line.problem.detail].filter(Boolean).join(' ')}</p>
            {line.problem.remedy !== '' && <p>{line.problem.remedy}</p>}
            {line.problem.raw !== '' && (
              <details>
                <summary>Technical details</summary>
                <ScrollingText className="raw" name="Technical details">
                  {line.problem.raw}
                </ScrollingText>
              </details>
            )}
          </>
        )}
      </div>
    </li>
  );
}

function During({ trace, cancelling }: { trace: BuildTrace; cancelling: boolean }): React.JSX.Element {
  return (
    <Page
      question="Building the image"
      lead="You can look at the other stations meanwhile. Leave the window open."
      primary={{
        words: cancelling ? 'Stopping…' : 'Cancel',
        onPress: cancelBuild,
        disabled: cancelling,
        quiet: true,
      }}
      hint={cancelling && 'Waiting until Nix has stopped.'}
    >
      <section className="job" aria-label="Progress">
        <Phases
          name="Phases"
          titles={titles}
          current={shownPhase(trace.phase)}
          fraction={trace.fraction}
          spent={trace.spent}
        />
        <Bar name="Progress of the build" fraction={trace.fraction} />
        <p className="job-line">
          <span className="job-label">{trace.label === '' ? 'Working…' : trace.label}</span>
          <span>
            {trace.fraction !== null && `${formatPercent(trace.fraction)} · `}
            <Elapsed since={trace.startedAt} />
          </span>
        </p>
        <p className="muted job-about">{shownPhases[shownPhase(trace.phase)]?.about}</p>
        <Notes notes={trace.notes} />
      </section>
      <Log log={trace.log} running />
    </Page>
  );
}

function Notes({ notes }: { notes: string[] }): React.JSX.Element | null {
  if (notes.length === 0) return null;
  return (
    <ul className="notes">
      {notes.map((note, index) => (
        <li key={index}>{note}</li>
      ))}
    </ul>
  );
}

function After({ run }: { run: Extract<BuildRun, { state: 'done' }> }): React.JSX.Element {
  const same = isSameRecipe(run.trace.recipe, useRecipe());
  const obstacle = useObstacle();
  const again = { words: 'Build again', onPress: () => void startBuild(), disabled: obstacle !== null };
  return (
    <Page
      question={same ? 'The image is built' : 'The recipe has changed'}
      lead={same ? `It took ${formatDuration(run.millis)}.` : 'The image below is from before the change.'}
      primary={same ? undefined : again}
      hint={same ? undefined : obstacle}
      secondary={
        same && (
          <button type="button" className="button" onClick={again.onPress} disabled={again.disabled}>
            Build again
          </button>
        )
      }
    >
      {!same && <RecipeProblems />}
      <ImageCard image={run.image} />
      <Notes notes={run.trace.notes} />
      <Log log={run.trace.log} running={false} />
    </Page>
  );
}

function ImageCard({ image }: { image: Image }): React.JSX.Element {
  return (
    <section className="result" aria-label="Image">
      <h2>{image.fileName}</h2>
      <Facts
        rows={[
          ['Size', formatBytes(image.bytes)],
          ['Volume label', <code key="volume">{image.volumeId}</code>],
          ['Boots with', image.bootModes.map((mode) => (mode === 'bios' ? 'BIOS' : 'UEFI')).join(' and ')],
          [
            'Where',
            <span className="copyable" key="path">
              <code>{image.path}</code>
              <CopyButton bare text={image.path} what="the path" />
            </span>,
          ],
          [
            'SHA-256',
            <span className="copyable" key="sha">
              <code>{image.sha256}</code>
              <CopyButton bare text={image.sha256} what="the SHA-256" />
            </span>,
          ],
        ]}
      />
    </section>
  );
}

function Failure({ run }: { run: Extract<BuildRun, { state: 'failed' }> }): React.JSX.Element {
  const obstacle = useObstacle();
  const stopped = wasCancelled(run.problem);
  return (
    <Page
      question={stopped ? 'The build was stopped' : 'The build failed'}
      lead={
        stopped ? 'What Nix had finished is kept for the next time.' : 'Nothing was written to any drive.'
      }
      primary={{ words: 'Build again', onPress: () => void startBuild(), disabled: obstacle !== null }}
      hint={obstacle}
    >
      <Phases
        name="Phases"
        titles={titles}
        current={shownPhase(run.trace.phase)}
        fraction={null}
        spent={run.trace.spent}
        stopped={stopped ? 'calmly' : 'badly'}
      />
      <ProblemCard problem={run.problem} calm={stopped} />
      <RecipeProblems />
      <Log log={run.trace.log} running={false} />
    </Page>
  );
}
