/** The question before the secrets of a finished stick are changed: what becomes new, and what stays. */
import { KeyRound } from 'lucide-react';
import type { Drive } from '../../shared/contract.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { busName, driveName } from '../drive-words.ts';
import { changeWords } from '../slot-words.ts';
import { Confirm } from './Confirm.tsx';
import { t } from '../words.ts';

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
          <KeyRound aria-hidden /> {t('Change what is on {{drive}}?', { drive: driveName(drive) })}
        </>
      }
      words={t('Change {{drive}}', { drive: driveName(drive) })}
      danger={false}
      onClose={props.onClose}
      onConfirm={props.onConfirm}
    >
      <p className="item-facts">
        <span className="tag">{busName(drive)}</span>
        <code>{drive.path}</code>
        {drive.serial !== '' && <span>{t('Serial {{serial}}', { serial: drive.serial })}</span>}
      </p>
      <p>
        {changeWords(recipe)} {t('What it had of these before is gone, its old host key too.')}
      </p>
      <p>{t('The image stays as it is: packages and settings are those it was built with.')}</p>
    </Confirm>
  );
}
