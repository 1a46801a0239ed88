/** Writing and reading back: how far it is, and what it came to. */
import { ShieldCheck } from 'lucide-react';
import { cancelStick, leaveStick, startStick } from '../acts/stick.ts';
import { wasCancelled } from '../build-run.ts';
import { driveName, isPractice } from '../drive-words.ts';
import {
  actionWords,
  shownStickPhase,
  shownStickPhases,
  stickFraction,
  stickPhaseWords,
  type StickAction,
  type StickRun,
  type StickTrace,
} from '../stick-run.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatRemaining,
} from '../../shared/units.ts';
import { Bar } from './Bar.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Elapsed } from './Elapsed.tsx';
import { Facts } from './Facts.tsx';
import { Notes } from './Notes.tsx';
import { Page } from './Page.tsx';
import { Phases } from './Phases.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { SlotResult } from './SlotResult.tsx';
import { SpeedGraph } from './SpeedGraph.tsx';

export function StickProgress({
  trace,
  cancelling,
}: {
  trace: StickTrace;
  cancelling: boolean;
}): React.JSX.Element {
  const fraction = stickFraction(trace);
  const words = stickPhaseWords(trace.phase);
  return (
    <Page
      question={`${actionWords[trace.action]} ${isPractice(trace.drive) ? 'the practice stick' : driveName(trace.drive)}`}
      lead={
        isPractice(trace.drive)
          ? 'This is a file; you can not break anything.'
          : 'Leave the stick plugged in.'
      }
      primary={{
        words: cancelling ? 'Stopping…' : 'Cancel',
        onPress: cancelStick,
        disabled: cancelling,
        quiet: true,
      }}
      hint={!cancelling && unfinishedWords[trace.action]}
    >
      <section className="job" aria-label="Progress">
        <Phases
          name="Phases"
          titles={trace.action === 'verify' ? ['Verify'] : shownStickPhases}
          current={trace.action === 'verify' ? 0 : shownStickPhase(trace.phase, trace.action)}
          fraction={fraction}
        />
        <Bar name={words} fraction={fraction} />
        <p className="job-line">
          <span className="job-label">
            {words}
            {fraction !== null && `: ${formatPercent(fraction)} of ${formatBytes(trace.total)}`}
          </span>
          <Elapsed since={trace.startedAt} />
        </p>
        <p className="job-line muted">
          <span>{trace.bytesPerSecond > 0 ? formatRate(trace.bytesPerSecond) : 'Speed not known yet'}</span>
          <span>{formatRemaining(trace.remainingMillis)}</span>
        </p>
        <SpeedGraph trace={trace} />
        <Notes notes={trace.notes} />
      </section>
    </Page>
  );
}

export function StickReceipt({ run }: { run: Extract<StickRun, { state: 'done' }> }): React.JSX.Element {
  const { receipt, trace, slot } = run;
  const { image } = trace;
  return (
    <Page
      question={isPractice(trace.drive) ? 'The practice stick is ready' : 'Your stick is ready'}
      lead="Every byte was read back and compared with what was written."
      secondary={
        <>
          <button type="button" className="button" onClick={leaveStick}>
            Write another
          </button>
          {image !== null && (
            <button
              type="button"
              className="button"
              onClick={() => void startStick('verify', image, trace.drive)}
            >
              Verify again
            </button>
          )}
        </>
      }
    >
      <section className="result verified" aria-label="Receipt">
        <h2>
          <ShieldCheck aria-hidden /> Verified
        </h2>
        <Facts
          rows={[
            ['Drive', driveName(trace.drive)],
            ['Where', <code key="path">{receipt.drive.path}</code>],
            ...(receipt.drive.serial === '' ? [] : [['Serial', receipt.drive.serial] as [string, string]]),
            ['Image', `${receipt.image.fileName}, ${formatBytes(receipt.image.bytes)}`],
            ...(receipt.action === 'write'
              ? [['Written', timed(receipt.bytesWritten, receipt.writeMillis)] as [string, string]]
              : []),
            ['Read back', timed(receipt.bytesVerified, receipt.verifyMillis)],
            ...(receipt.repairs > 0
              ? [['Written again', formatCount(receipt.repairs, 'place', 'places')] as [string, string]]
              : []),
            [
              'SHA-256',
              <span className="copyable" key="sha">
                <code>{receipt.image.sha256}</code>
                <CopyButton bare text={receipt.image.sha256} what="the SHA-256" />
              </span>,
            ],
            ['Finished', new Date(receipt.finishedAt).toLocaleString()],
          ]}
        />
        <Notes notes={trace.notes} />
      </section>
      {slot !== null && <SlotResult slot={slot} />}
    </Page>
  );
}

function timed(bytes: number, millis: number): string {
  const rate = millis > 0 ? `, ${formatRate((bytes / millis) * 1000)}` : '';
  return `${formatBytes(bytes)} in ${formatDuration(millis)}${rate}`;
}

/** The secrets of a finished stick were changed. */
export function StickChanged({ run }: { run: Extract<StickRun, { state: 'changed' }> }): React.JSX.Element {
  const { personalised, trace } = run;
  return (
    <Page
      question={`${isPractice(trace.drive) ? 'The practice stick' : driveName(trace.drive)} was changed`}
      lead="What is new was read back. The image on it is the one from before."
      secondary={
        <button type="button" className="button" onClick={leaveStick}>
          Back to the drives
        </button>
      }
    >
      <SlotResult slot={personalised.slot} />
      <section className="result" aria-label="Stick">
        <Facts
          rows={[
            ['Drive', driveName(trace.drive)],
            ['Where', <code key="path">{personalised.path}</code>],
            ['Image', <code key="volume">{personalised.volumeId}</code>],
            ['Changed', new Date(personalised.slot.filledAt).toLocaleString()],
          ]}
        />
        <Notes notes={trace.notes} />
      </section>
    </Page>
  );
}

export function StickFailure({ run }: { run: Extract<StickRun, { state: 'failed' }> }): React.JSX.Element {
  const { problem, trace } = run;
  const stopped = wasCancelled(problem);
  const verifying = trace.action === 'verify';
  return (
    <Page
      question={stopped ? `${actionWords[trace.action]} was stopped` : failureWords(trace)}
      lead={
        verifying
          ? 'Nothing on the stick was changed.'
          : trace.action === 'change'
            ? 'A stick whose secrets are not whole is refused by itself when it starts. You can change it again.'
            : 'Do not boot from this stick. You can write it again.'
      }
      primary={{ words: 'Back to the drives', onPress: leaveStick }}
    >
      <Phases
        name="Phases"
        titles={verifying ? ['Verify'] : shownStickPhases}
        current={verifying ? 0 : shownStickPhase(trace.phase, trace.action)}
        fraction={null}
        stopped={stopped ? 'calmly' : 'badly'}
      />
      <ProblemCard problem={problem} calm={stopped} />
      <Notes notes={trace.notes} />
    </Page>
  );
}

const unfinishedWords: Record<StickAction, string> = {
  write: 'A stick that is not finished does not boot.',
  change: 'The image on the stick is not touched.',
  verify: '',
};

function failureWords({ action, phase }: StickTrace): string {
  if (action === 'change') return 'The secrets could not be changed';
  return action === 'verify' || phase === 'verify' ? 'Verification failed' : 'Writing failed';
}
