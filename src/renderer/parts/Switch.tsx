/** Something that is on or off, and takes effect at once. */
import { useId, type ReactNode } from 'react';

export function Switch(props: {
  isOn: boolean;
  title: string;
  hint: ReactNode;
  disabled?: boolean;
  onChange(isWanted: boolean): void;
}): React.JSX.Element {
  const id = useId();
  return (
    <p className="switch">
      <button
        type="button"
        role="switch"
        id={id}
        aria-labelledby={`${id}-words`}
        aria-checked={props.isOn}
        disabled={props.disabled ?? false}
        onClick={() => props.onChange(!props.isOn)}
      />
      <label htmlFor={id} id={`${id}-words`}>
        {props.title} <span className="muted">{props.hint}</span>
      </label>
    </p>
  );
}
