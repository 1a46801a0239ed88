/** A label, a control, a hint and what is wrong with it, tied together for eyes and for screen readers. */
import { useEffect, useId, useRef, type ReactNode } from 'react';
import type { Problem } from '../../shared/problem.ts';
import { problemsAt } from '../stage.ts';
import { useStore } from '../store.ts';
import { problemWords } from '../told.tsx';

/** What a control needs so that its label, hint and problem belong to it. */
export interface Tied {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

export function Field(props: {
  label: string;
  hint?: ReactNode;
  problems?: Problem[];
  wide?: boolean;
  children(tied: Tied): ReactNode;
}): React.JSX.Element {
  const id = useId();
  const problems = props.problems ?? [];
  const described = [props.hint ? `${id}-hint` : '', problems.length > 0 ? `${id}-problem` : ''].filter(
    Boolean,
  );
  return (
    <div className={props.wide ? 'field wide' : 'field'}>
      <label htmlFor={id}>{props.label}</label>
      {props.children({
        id,
        'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
        'aria-invalid': problems.length > 0,
      })}
      {props.hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      <FieldProblems id={`${id}-problem`} problems={problems} />
    </div>
  );
}

export function FieldProblems(props: { id?: string; problems: Problem[] }): React.JSX.Element | null {
  const isWrong = props.problems.length > 0;
  const words = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Below a field at the lower edge nobody would read what is wrong with it.
    if (isWrong && words.current?.closest('.field')?.contains(document.activeElement))
      words.current.scrollIntoView({ block: 'nearest' });
  }, [isWrong]);
  if (!isWrong) return null;
  return (
    <div className="field-problem" id={props.id} ref={words}>
      {props.problems.map((problem) => (
        <p key={problem.code + problem.title}>{problemWords(problem)}</p>
      ))}
    </div>
  );
}

/** What the recipe's check says about one field. */
export function useProblems(path: string): Problem[] {
  const problems = useStore((known) => known.problems);
  return problemsAt(problems, path).map((found) => found.problem);
}
