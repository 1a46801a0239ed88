/** Shows one problem whole: what happened, why, what to do, and the raw text one click away. */
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Problem } from '../../shared/problem.ts';
import { told } from '../told.tsx';
import { TechnicalDetails } from './TechnicalDetails.tsx';

export function ProblemCard(props: {
  problem: Problem;
  calm?: boolean;
  children?: ReactNode;
}): React.JSX.Element {
  const { title, detail, remedy, raw, code } = props.problem;
  return (
    <div className={props.calm ? 'notice' : 'problem'} role={props.calm ? undefined : 'alert'}>
      <CircleAlert aria-hidden className="notice-icon" />
      <div className="notice-words">
        <p className="notice-title">{told(title)}</p>
        {detail !== '' && <p>{told(detail)}</p>}
        {remedy !== '' && <p>{told(remedy)}</p>}
        {raw !== '' && <TechnicalDetails text={`${code}\n${raw}`} />}
        {props.children && <div className="buttons">{props.children}</div>}
      </div>
    </div>
  );
}
