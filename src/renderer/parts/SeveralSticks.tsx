/** Several sticks that are written at once: how far each of them is, and how each of them ended. */
import { CircleAlert, CircleSlash, LoaderCircle, ShieldCheck } from 'lucide-react';
import { cancelStick, leaveStick } from '../acts/stick.ts';
import { wasCancelled } from '../build-run.ts';
import { driveName } from '../drive-words.ts';
import { imageAloneWords } from '../slot-words.ts';
import {
  countSticks,
  isOver,
  partWords,
  stickFraction,
  stickPhaseWords,
  sticksWords,
  type SeveralSticks as Run,
} from '../stick-run.ts';
import { formatBytes, formatRate, formatRemaining } from '../units.ts';
import { Bar } from './Bar.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Notes } from './Notes.tsx';
import { Page } from './Page.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { t } from '../words.ts';
import { rich } from '../rich.tsx';

export function SeveralSticks({ run }: { run: Run }): React.JSX.Element {
  const { sticks, cancelling } = run;
  const over = isOver(run);
  const { failed } = countSticks(run);
  return (
    <Page
      question={
        !over
          ? t('Writing {{count}} sticks', { count: sticks.length })
          : failed === 0
            ? t('Your {{count}} sticks are ready', { count: sticks.length })
            : sticksWords(run).replace(/[.。]$/, '')
      }
      lead={
        !over
          ? t('Leave the sticks plugged in. Each is written and read back by itself.')
          : failed === 0
            ? t('Every byte was read back and compared with what was written.')
            : t('Do not boot from a stick that is not verified. The others are not affected.')
      }
      primary={
        over
          ? { words: t('Back to the drives'), onPress: leaveStick }
          : {
              words: cancelling ? t('Stopping…') : t('Cancel'),
              onPress: cancelStick,
              disabled: cancelling,
              quiet: true,
            }
      }
      hint={!over && !cancelling && t('A stick that is not finished does not boot.')}
    >
      <ul className="list" aria-label={t('Sticks')}>
        {sticks.map((stick) => (
          <Stick stick={stick} key={stick.trace.drive.id} />
        ))}
      </ul>
    </Page>
  );
}

function Stick({ stick: { trace, outcome } }: { stick: Run['sticks'][number] }): React.JSX.Element {
  const name = driveName(trace.drive);
  const stopped = outcome?.ok === false && wasCancelled(outcome.problem);
  return (
    <li className="item">
      {outcome === null && <LoaderCircle aria-hidden className="item-icon spin" />}
      {outcome?.ok === true && <ShieldCheck aria-hidden className="item-icon verified" />}
      {outcome?.ok === false &&
        (stopped ? (
          <CircleSlash aria-hidden className="item-icon" />
        ) : (
          <CircleAlert aria-hidden className="item-icon failed" />
        ))}
      <div className="item-words several">
        <p className="item-title">
          {name} <code className="muted">{trace.drive.path}</code>
        </p>
        {outcome === null && <Progress trace={trace} name={name} />}
        {outcome?.ok === true && (
          <>
            <p>{t('Verified: {{size}} read back.', { size: formatBytes(outcome.value.bytesVerified) })}</p>
            {outcome.value.slot === undefined && <p>{t(imageAloneWords)}</p>}
            {outcome.value.slot !== undefined && (
              <p className="copyable">
                <span>
                  {rich('Its name is {{name}}, its host key <code>{{hostKey}}</code>', {
                    name: outcome.value.slot.name,
                    hostKey: outcome.value.slot.hostKey,
                  })}
                </span>
                <CopyButton
                  bare
                  text={outcome.value.slot.hostKey}
                  what={t('the fingerprint of the host key of {{name}}', { name: outcome.value.slot.name })}
                />
              </p>
            )}
          </>
        )}
        {outcome?.ok === false && <ProblemCard problem={outcome.problem} calm={stopped} />}
        <Notes notes={trace.notes} />
      </div>
    </li>
  );
}

function Progress({
  trace,
  name,
}: {
  trace: Run['sticks'][number]['trace'];
  name: string;
}): React.JSX.Element {
  const fraction = stickFraction(trace);
  return (
    <>
      <Bar name={`${name}: ${stickPhaseWords(trace)}`} fraction={fraction} />
      <p className="job-line muted">
        <span>
          {fraction === null
            ? stickPhaseWords(trace)
            : partWords(stickPhaseWords(trace), fraction, trace.total)}
          {trace.bytesPerSecond > 0 && `, ${formatRate(trace.bytesPerSecond)}`}
        </span>
        <span>{formatRemaining(trace.remainingMillis)}</span>
      </p>
    </>
  );
}
