/** Several sticks that are written at once: how far each of them is, and how each of them ended. */
import { CircleAlert, CircleSlash, LoaderCircle, ShieldCheck } from 'lucide-react';
import { cancelStick, leaveStick } from '../acts/stick.ts';
import { wasCancelled } from '../build-run.ts';
import { driveName } from '../drive-words.ts';
import { imageAloneWords } from '../slot-words.ts';
import {
  countSticks,
  isOver,
  stickFraction,
  stickPhaseWords,
  sticksWords,
  type SeveralSticks as Run,
} from '../stick-run.ts';
import { formatBytes, formatPercent, formatRate, formatRemaining } from '../../shared/units.ts';
import { Bar } from './Bar.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Notes } from './Notes.tsx';
import { Page } from './Page.tsx';
import { ProblemCard } from './ProblemCard.tsx';

export function SeveralSticks({ run }: { run: Run }): React.JSX.Element {
  const { sticks, cancelling } = run;
  const over = isOver(run);
  const { failed } = countSticks(run);
  return (
    <Page
      question={
        !over
          ? `Writing ${sticks.length} sticks`
          : failed === 0
            ? `Your ${sticks.length} sticks are ready`
            : sticksWords(run).replace(/\.$/, '')
      }
      lead={
        !over
          ? 'Leave the sticks plugged in. Each is written and read back by itself.'
          : failed === 0
            ? 'Every byte was read back and compared with what was written.'
            : 'Do not boot from a stick that is not verified. The others are not affected.'
      }
      primary={
        over
          ? { words: 'Back to the drives', onPress: leaveStick }
          : {
              words: cancelling ? 'Stopping…' : 'Cancel',
              onPress: cancelStick,
              disabled: cancelling,
              quiet: true,
            }
      }
      hint={!over && !cancelling && 'A stick that is not finished does not boot.'}
    >
      <ul className="list" aria-label="Sticks">
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
            <p>Verified: {formatBytes(outcome.value.bytesVerified)} read back.</p>
            {outcome.value.slot === undefined && <p>{imageAloneWords}</p>}
            {outcome.value.slot !== undefined && (
              <p className="copyable">
                <span>
                  Its name is {outcome.value.slot.name}, its host key{' '}
                  <code>{outcome.value.slot.hostKey}</code>
                </span>
                <CopyButton
                  bare
                  text={outcome.value.slot.hostKey}
                  what={`the fingerprint of the host key of ${outcome.value.slot.name}`}
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
          {stickPhaseWords(trace)}
          {fraction !== null && `: ${formatPercent(fraction)} of ${formatBytes(trace.total)}`}
          {trace.bytesPerSecond > 0 && `, ${formatRate(trace.bytesPerSecond)}`}
        </span>
        <span>{formatRemaining(trace.remainingMillis)}</span>
      </p>
    </>
  );
}
