/** A line that says how something few people need stands, and opens to change it. What has a problem is open. */
import { ChevronRight } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { t } from '../words.ts';

export function Disclosure(props: {
  title: string;
  /** How it stands, in a few words. */
  summary: string;
  hasProblem: boolean;
  children: ReactNode;
}): React.JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="disclosure"
      open={open || props.hasProblem}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <ChevronRight aria-hidden />
        <span className="item-title">{props.title}</span>
        <span className={props.hasProblem ? 'field-problem' : 'muted'}>
          {props.hasProblem ? t('Has a problem') : props.summary}
        </span>
      </summary>
      <div className="disclosed">{props.children}</div>
    </details>
  );
}
