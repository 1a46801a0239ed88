/** A short table of names and values: what was built, what was verified. */
import type { ReactNode } from 'react';

export function Facts(props: { rows: [name: string, value: ReactNode][] }): React.JSX.Element {
  return (
    <dl className="facts">
      {props.rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
