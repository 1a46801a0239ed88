/** Station 6: from the image to a verified stick. */
import { assertNever } from '../../shared/problem.ts';
import { DrivePicker } from '../parts/DrivePicker.tsx';
import { SeveralSticks } from '../parts/SeveralSticks.tsx';
import {
  StickChanged,
  StickFailure,
  StickProgress,
  StickReceipt,
  StickRestored,
  StickSaved,
} from '../parts/StickResult.tsx';
import { useStore } from '../store.ts';
import { MakingStick } from './MakingStick.tsx';

export function Drive(): React.JSX.Element {
  const stick = useStore((known) => known.stick);
  switch (stick.state) {
    case 'idle':
      return <DrivePicker />;
    case 'running':
      if (stick.trace.making !== null)
        return (
          <MakingStick making={stick.trace.making} drive={stick.trace.drive} cancelling={stick.cancelling} />
        );
      return <StickProgress trace={stick.trace} cancelling={stick.cancelling} />;
    case 'done':
      return <StickReceipt run={stick} />;
    case 'changed':
      return <StickChanged run={stick} />;
    case 'restored':
      return <StickRestored run={stick} />;
    case 'saved':
      return <StickSaved run={stick} />;
    case 'several':
      return <SeveralSticks run={stick} />;
    case 'failed':
      return <StickFailure run={stick} />;
    default:
      return assertNever(stick);
  }
}
