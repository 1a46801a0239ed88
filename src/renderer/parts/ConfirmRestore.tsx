/** The question before an ordinary stick is made again: which drive, what will be lost, and how it will be called. */
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Drive } from '../../shared/contract.ts';
import { driveName } from '../drive-words.ts';
import { Confirm } from './Confirm.tsx';
import { Losses } from './ConfirmErase.tsx';
import { Field } from './Field.tsx';
import { TextInput } from './TextInput.tsx';
import { t } from '../words.ts';

/** What FAT takes for a label in every system, and so what the program accepts. */
const usable = /^[A-Z0-9][A-Z0-9_-]{0,10}$/;

export function ConfirmRestore(props: {
  drive: Drive;
  onClose(): void;
  onConfirm(label: string): void;
}): React.JSX.Element {
  const drive = driveName(props.drive);
  const [label, setLabel] = useState('STICK');
  return (
    <Confirm
      title={
        <>
          <TriangleAlert aria-hidden className="danger" /> {t('Erase {{drive}}?', { drive })}
        </>
      }
      words={t('Erase {{drive}} and restore', { drive })}
      danger
      disabled={!usable.test(label)}
      onClose={props.onClose}
      onConfirm={() => props.onConfirm(label)}
    >
      <p>
        {t(
          'Everything on this drive will be lost. It becomes an ordinary, empty stick that every computer reads (FAT32), and boots nothing any more.',
        )}
      </p>
      <Losses drive={props.drive} />
      <Field label={t('Name of the stick')} hint={t('Up to 11 letters and digits, also _ and -.')}>
        {(tied) => (
          <TextInput
            tied={tied}
            aria-invalid={!usable.test(label)}
            maxLength={11}
            value={label}
            onChange={(text) => setLabel(text.toUpperCase())}
          />
        )}
      </Field>
    </Confirm>
  );
}
