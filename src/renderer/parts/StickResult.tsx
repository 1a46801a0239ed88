/** Writing and reading back: how far it is, and what it came to. */
import { ShieldCheck } from 'lucide-react';
import { cancelStick, leaveStick } from '../acts/stick.ts';
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
import { NoSlotResult, SlotResult } from './SlotResult.tsx';
import { SpeedGraph } from './SpeedGraph.tsx';
import { EjectionNotice, StickActs } from './StickActs.tsx';

export function StickProgress({
  trace,
  cancelling,
}: {
  trace: StickTrace;
  cancelling: boolean;
}): React.JSX.Element {
  const fraction = stickFraction(trace);
  const words = stickPhaseWords(trace);
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
          titles={shownStickPhases(trace.action)}
          current={shownStickPhase(trace)}
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
  return (
    <Page
      question={isPractice(trace.drive) ? 'The practice stick is ready' : 'Your stick is ready'}
      lead="Every byte was read back and compared with what was written."
      secondary={
        <button type="button" className="button" onClick={leaveStick}>
          Write another
        </button>
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
      {slot === null && receipt.action === 'write' && <NoSlotResult />}
      <EjectionNotice />
      <StickActs drive={trace.drive} image={trace.image} recipe={null} />
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

/** It is an ordinary, empty stick now. */
export function StickRestored({ run }: { run: Extract<StickRun, { state: 'restored' }> }): React.JSX.Element {
  const { label, trace } = run;
  return (
    <Page
      question={`${driveName(trace.drive)} is an ordinary stick again`}
      lead="It is empty, every computer reads it, and nothing starts from it any more."
      primary={{ words: 'Back to the drives', onPress: leaveStick }}
    >
      <section className="result" aria-label="Stick">
        <Facts
          rows={[
            ['Drive', driveName(trace.drive)],
            ['Where', <code key="path">{trace.drive.path}</code>],
            ['Name', label],
            ['File system', 'FAT32'],
          ]}
        />
        <Notes notes={trace.notes} />
      </section>
      <EjectionNotice />
      <StickActs drive={trace.drive} image={null} recipe={null} />
    </Page>
  );
}

/** What is on it is a file now, too. */
export function StickSaved({ run }: { run: Extract<StickRun, { state: 'saved' }> }): React.JSX.Element {
  const { saved, trace } = run;
  return (
    <Page
      question={`${driveName(trace.drive)} is kept as a file`}
      lead="Nothing on the stick was changed."
      primary={{ words: 'Back to the drives', onPress: leaveStick }}
    >
      <section className="result" aria-label="File">
        <Facts
          rows={[
            ['Drive', driveName(trace.drive)],
            [
              'File',
              <span className="copyable" key="file">
                <code>{saved.path}</code>
                <CopyButton bare text={saved.path} what="the path of the file" />
              </span>,
            ],
            ['Size', formatBytes(saved.bytes)],
            [
              'SHA-256',
              <span className="copyable" key="sha">
                <code>{saved.sha256}</code>
                <CopyButton bare text={saved.sha256} what="the SHA-256" />
              </span>,
            ],
          ]}
        />
        <Notes notes={trace.notes} />
      </section>
      <EjectionNotice />
      <StickActs drive={trace.drive} image={null} recipe={null} />
    </Page>
  );
}

export function StickFailure({ run }: { run: Extract<StickRun, { state: 'failed' }> }): React.JSX.Element {
  const { problem, trace } = run;
  const stopped = wasCancelled(problem);
  return (
    <Page
      question={stopped ? `${actionWords[trace.action]} was stopped` : failureWords(trace)}
      lead={hasBegun(trace) ? leftWords[trace.action] : 'Nothing on the stick was changed.'}
      primary={{ words: 'Back to the drives', onPress: leaveStick }}
    >
      <Phases
        name="Phases"
        titles={shownStickPhases(trace.action)}
        current={shownStickPhase(trace)}
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
  restore: 'A stick that is half restored holds nothing.',
  verify: '',
  save: 'Nothing on the stick is changed.',
};

/** Looking at a stick and unmounting it change nothing on it. */
function hasBegun({ phase }: StickTrace): boolean {
  return phase !== 'check' && phase !== 'unmount';
}

/** What is on a stick after something with it failed or was stopped. */
const leftWords: Record<StickAction, string> = {
  write: 'Do not boot from this stick. You can write it again.',
  change: 'A stick whose secrets are not whole is refused by itself when it starts. You can change it again.',
  restore: 'What is on the stick now is no use to any computer. You can restore it again.',
  verify: 'Nothing on the stick was changed.',
  save: 'Nothing on the stick was changed, and no file was kept.',
};

function failureWords({ action, phase }: StickTrace): string {
  if (action === 'change') return 'The secrets could not be changed';
  if (action === 'restore') return 'The stick could not be restored';
  if (action === 'save') return 'The stick could not be saved';
  return action === 'verify' || phase === 'verify' ? 'Verification failed' : 'Writing failed';
}
