/** The phases of a long job in a row: which are over and what they took, and which one it is in. */
import { Check } from 'lucide-react';
import { formatDuration } from '../units.ts';
import { Ring } from './Ring.tsx';
import { t } from '../words.ts';

/** Shorter than this is no time to speak of. */
const shownMillis = 1000;

export function Phases(props: {
  name: string;
  titles: readonly string[];
  /** Which of them runs; as many as there are titles once all are over. */
  current: number;
  fraction: number | null;
  /** What those that are over took, in milliseconds. */
  spent?: readonly number[];
  /** It ended in the current one: because the person stopped it, or because it failed. */
  stopped?: 'calmly' | 'badly' | undefined;
}): React.JSX.Element {
  return (
    <ol className="phases" aria-label={props.name} data-calm={props.stopped === 'calmly'}>
      {props.titles.map((title, index) => {
        const state = stateOf(index, props.current, props.stopped !== undefined);
        const millis = state === 'over' ? (props.spent?.[index] ?? 0) : 0;
        return (
          <li key={title} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            {state === 'over' && <Check aria-hidden />}
            {state === 'now' && <Ring fraction={props.fraction} />}
            {(state === 'ahead' || state === 'stopped') && <span className="phase-dot" aria-hidden />}
            <span>{title}</span>
            {millis >= shownMillis && <span className="phase-time">{formatDuration(millis)}</span>}
            {state === 'over' && <span className="sr-only">{t(', finished')}</span>}
          </li>
        );
      })}
    </ol>
  );
}

function stateOf(index: number, current: number, stopped: boolean): 'over' | 'ahead' | 'stopped' | 'now' {
  if (index < current) return 'over';
  if (index > current) return 'ahead';
  return stopped ? 'stopped' : 'now';
}
