/** The question before the secrets of a finished stick are changed: what becomes new, and what stays. */
import { KeyRound } from 'lucide-react';
import type { Drive } from '../../shared/contract.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { busName, driveName } from '../drive-words.ts';
import { slotWords } from '../slot-words.ts';
import { Confirm } from './Confirm.tsx';

export function ConfirmChange(props: {
  drive: Drive;
  recipe: Recipe;
  onClose(): void;
  onConfirm(): void;
}): React.JSX.Element {
  const { drive, recipe } = props;
  return (
    <Confirm
      title={
        <>
          <KeyRound aria-hidden /> Change what is on {driveName(drive)}?
        </>
      }
      words={`Change ${driveName(drive)}`}
      danger={false}
      onClose={props.onClose}
      onConfirm={props.onConfirm}
    >
      <p className="item-facts">
        <span className="tag">{busName(drive)}</span>
        <code>{drive.path}</code>
        {drive.serial !== '' && <span>Serial {drive.serial}</span>}
      </p>
      <p>
        {slotWords(recipe, null).replace('also gets', 'gets')} What it had of these before is gone, its old
        host key too.
      </p>
      <p>The image stays as it is: packages and settings are those it was built with.</p>
    </Confirm>
  );
}
