/** The phases of a long job in a row, and which of them it is in. */
import { Check } from 'lucide-react';
import { Ring } from './Ring.tsx';

export function Phases(props: {
  name: string;
  titles: readonly string[];
  /** Which of them runs; as many as there are titles once all are over. */
  current: number;
  fraction: number | null;
  stopped?: boolean;
}): React.JSX.Element {
  return (
    <ol className="phases" aria-label={props.name}>
      {props.titles.map((title, index) => {
        const state =
          index < props.current
            ? 'over'
            : index > props.current
              ? 'ahead'
              : props.stopped
                ? 'stopped'
                : 'now';
        return (
          <li key={title} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            {state === 'over' && <Check aria-hidden />}
            {state === 'now' && <Ring fraction={props.fraction} />}
            {(state === 'ahead' || state === 'stopped') && <span className="phase-dot" aria-hidden />}
            <span>{title}</span>
            {state === 'over' && <span className="sr-only">, finished</span>}
          </li>
        );
      })}
    </ol>
  );
}
