/** Writing and reading back: how far it is, and what it came to. */
import { ShieldCheck } from 'lucide-react';
import { cancelStick, leaveStick } from '../acts/stick.ts';
import { wasCancelled } from '../build-run.ts';
import { driveName, isPractice } from '../drive-words.ts';
import {
  partWords,
  shownStickPhase,
  shownStickPhases,
  stickFraction,
  stickPhaseWords,
  type StickAction,
  type StickRun,
  type StickTrace,
} from '../stick-run.ts';
import { formatBytes, formatDuration, formatRate, formatRemaining, formatTime } from '../units.ts';
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
import { Ejected, StickActs } from './StickActs.tsx';
import { msg, t, type Message } from '../words.ts';

export function StickProgress({
  trace,
  cancelling,
}: {
  trace: StickTrace;
  cancelling: boolean;
}): React.JSX.Element {
  const fraction = stickFraction(trace);
  const words = stickPhaseWords(trace);
  const unfinished = unfinishedWords[trace.action];
  return (
    <Page
      question={progressWords(trace)}
      lead={
        isPractice(trace.drive)
          ? t('This is a file; you can not break anything.')
          : t('Leave the stick plugged in.')
      }
      primary={{
        words: cancelling ? t('Stopping…') : t('Cancel'),
        onPress: cancelStick,
        disabled: cancelling,
        quiet: true,
      }}
      hint={!cancelling && unfinished !== null && t(unfinished)}
    >
      <section className="job" aria-label={t('Progress')}>
        <Phases
          name={t('Phases')}
          titles={shownStickPhases(trace.action)}
          current={shownStickPhase(trace)}
          fraction={fraction}
        />
        <Bar name={words} fraction={fraction} />
        <p className="job-line">
          <span className="job-label">
            {fraction === null ? words : partWords(words, fraction, trace.total)}
          </span>
          <Elapsed since={trace.startedAt} />
        </p>
        {/* Nothing tells how fast the drive stores what it has taken already. */}
        {trace.phase !== 'flush' && (
          <p className="job-line muted">
            <span>
              {trace.bytesPerSecond > 0 ? formatRate(trace.bytesPerSecond) : t('Speed not known yet')}
            </span>
            <span>{formatRemaining(trace.remainingMillis)}</span>
          </p>
        )}
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
      question={isPractice(trace.drive) ? t('The practice stick is ready') : t('Your stick is ready')}
      lead={t('Every byte was read back and compared with what was written.')}
      secondary={
        <button type="button" className="button" onClick={leaveStick}>
          {t('Write another')}
        </button>
      }
    >
      <section className="result verified" aria-label={t('Receipt')}>
        <h2>
          <ShieldCheck aria-hidden /> {t('Verified')}
        </h2>
        <Facts
          rows={[
            [t('Drive'), driveName(trace.drive)],
            [t('Where'), <code key="path">{receipt.drive.path}</code>],
            ...(receipt.drive.serial === ''
              ? []
              : [[t('Serial number'), receipt.drive.serial] as [string, string]]),
            [t('Image'), `${receipt.image.fileName}, ${formatBytes(receipt.image.bytes)}`],
            ...(receipt.action === 'write'
              ? [[t('Written'), timed(receipt.bytesWritten, receipt.writeMillis)] as [string, string]]
              : []),
            [t('Read back'), timed(receipt.bytesVerified, receipt.verifyMillis)],
            ...(receipt.repairs > 0
              ? [[t('Written again'), t('{{count}} places', { count: receipt.repairs })] as [string, string]]
              : []),
            [
              'SHA-256',
              <span className="copyable" key="sha">
                <code>{receipt.image.sha256}</code>
                <CopyButton bare text={receipt.image.sha256} what={t('the SHA-256')} />
              </span>,
            ],
            [t('Finished'), formatTime(receipt.finishedAt)],
          ]}
        />
        <Notes notes={trace.notes} />
      </section>
      {slot !== null && <SlotResult slot={slot} />}
      {slot === null && receipt.action === 'write' && <NoSlotResult />}
      <Ejected />
      <StickActs drive={trace.drive} image={trace.image} recipe={null} />
    </Page>
  );
}

function timed(bytes: number, millis: number): string {
  const [size, time] = [formatBytes(bytes), formatDuration(millis)];
  if (millis <= 0) return t('{{size}} in {{time}}', { size, time });
  return t('{{size}} in {{time}}, {{rate}}', { size, time, rate: formatRate((bytes / millis) * 1000) });
}

/** The secrets of a finished stick were changed. */
export function StickChanged({ run }: { run: Extract<StickRun, { state: 'changed' }> }): React.JSX.Element {
  const { personalised, trace } = run;
  return (
    <Page
      question={
        isPractice(trace.drive)
          ? t('The practice stick was changed')
          : t('{{drive}} was changed', { drive: driveName(trace.drive) })
      }
      lead={t('What is new was read back. The image on it is the one from before.')}
      secondary={
        <button type="button" className="button" onClick={leaveStick}>
          {t('Back to the drives')}
        </button>
      }
    >
      <SlotResult slot={personalised.slot} />
      <section className="result" aria-label={t('Stick')}>
        <Facts
          rows={[
            [t('Drive'), driveName(trace.drive)],
            [t('Where'), <code key="path">{personalised.path}</code>],
            [t('Image'), <code key="volume">{personalised.volumeId}</code>],
            [t('Changed'), formatTime(personalised.slot.filledAt)],
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
      question={t('{{drive}} is an ordinary stick again', { drive: driveName(trace.drive) })}
      lead={t('It is empty, every computer reads it, and nothing starts from it any more.')}
      primary={{ words: t('Back to the drives'), onPress: leaveStick }}
    >
      <section className="result" aria-label={t('Stick')}>
        <Facts
          rows={[
            [t('Drive'), driveName(trace.drive)],
            [t('Where'), <code key="path">{trace.drive.path}</code>],
            [t('Name'), label],
            [t('File system'), 'FAT32'],
          ]}
        />
        <Notes notes={trace.notes} />
      </section>
      <Ejected />
      <StickActs drive={trace.drive} image={null} recipe={null} />
    </Page>
  );
}

/** What is on it is a file now, too. */
export function StickSaved({ run }: { run: Extract<StickRun, { state: 'saved' }> }): React.JSX.Element {
  const { saved, trace } = run;
  return (
    <Page
      question={t('{{drive}} is kept as a file', { drive: driveName(trace.drive) })}
      lead={t('Nothing on the stick was changed.')}
      primary={{ words: t('Back to the drives'), onPress: leaveStick }}
    >
      <section className="result" aria-label={t('File')}>
        <Facts
          rows={[
            [t('Drive'), driveName(trace.drive)],
            [
              t('File'),
              <span className="copyable" key="file">
                <code>{saved.path}</code>
                <CopyButton bare text={saved.path} what={t('the path of the file')} />
              </span>,
            ],
            [t('Size'), formatBytes(saved.bytes)],
            [
              'SHA-256',
              <span className="copyable" key="sha">
                <code>{saved.sha256}</code>
                <CopyButton bare text={saved.sha256} what={t('the SHA-256')} />
              </span>,
            ],
          ]}
        />
        <Notes notes={trace.notes} />
      </section>
      <Ejected />
      <StickActs drive={trace.drive} image={null} recipe={null} />
    </Page>
  );
}

export function StickFailure({ run }: { run: Extract<StickRun, { state: 'failed' }> }): React.JSX.Element {
  const { problem, trace } = run;
  const stopped = wasCancelled(problem);
  return (
    <Page
      question={stopped ? t(stoppedWords[trace.action]) : failureWords(trace)}
      lead={hasBegun(trace) ? t(leftWords[trace.action]) : t('Nothing on the stick was changed.')}
      primary={{ words: t('Back to the drives'), onPress: leaveStick }}
    >
      <Phases
        name={t('Phases')}
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

function progressWords({ action, drive }: StickTrace): string {
  const name = isPractice(drive) ? t('the practice stick') : driveName(drive);
  switch (action) {
    case 'write':
      return t('Writing {{name}}', { name });
    case 'verify':
      return t('Verifying {{name}}', { name });
    case 'change':
      return t('Changing {{name}}', { name });
    case 'restore':
      return t('Restoring {{name}}', { name });
    case 'save':
      return t('Saving {{name}}', { name });
  }
}

const stoppedWords: Record<StickAction, Message> = {
  write: msg('Writing was stopped'),
  verify: msg('Verifying was stopped'),
  change: msg('Changing was stopped'),
  restore: msg('Restoring was stopped'),
  save: msg('Saving was stopped'),
};

const unfinishedWords: Record<StickAction, Message | null> = {
  write: msg('A stick that is not finished does not boot.'),
  change: msg('The image on the stick is not touched.'),
  restore: msg('A stick that is half restored holds nothing.'),
  verify: null,
  save: msg('Nothing on the stick is changed.'),
};

/** Looking at a stick and unmounting it change nothing on it. */
function hasBegun({ phase }: StickTrace): boolean {
  return phase !== 'check' && phase !== 'unmount';
}

/** What is on a stick after something with it failed or was stopped. */
const leftWords: Record<StickAction, Message> = {
  write: msg('Do not boot from this stick. You can write it again.'),
  change: msg(
    'A stick whose secrets are not whole is refused by itself when it starts. You can change it again.',
  ),
  restore: msg('What is on the stick now is no use to any computer. You can restore it again.'),
  verify: msg('Nothing on the stick was changed.'),
  save: msg('Nothing on the stick was changed, and no file was kept.'),
};

function failureWords({ action, phase, making }: StickTrace): string {
  if (making !== null) return t('The build failed');
  if (action === 'change') return t('The secrets could not be changed');
  if (action === 'restore') return t('The stick could not be restored');
  if (action === 'save') return t('The stick could not be saved');
  return action === 'verify' || phase === 'verify' ? t('Verification failed') : t('Writing failed');
}
