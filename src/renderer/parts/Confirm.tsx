/** The last question before something is changed that can not be taken back. */
import type { ReactNode } from 'react';
import { useModal } from '../modal.ts';
import { t } from '../words.ts';

export function Confirm(props: {
  title: ReactNode;
  children: ReactNode;
  /** What the button does, named by what it does it to. */
  words: string;
  /** Red is for erasing. */
  danger: boolean;
  /** Something in the question has no usable answer yet. */
  disabled?: boolean;
  onClose(): void;
  onConfirm(): void;
}): React.JSX.Element {
  const { tied, close } = useModal(props.onClose);
  return (
    <dialog {...tied} aria-labelledby="confirm-title" aria-describedby="confirm-words">
      <h2 id="confirm-title">{props.title}</h2>
      <div id="confirm-words">{props.children}</div>
      <div className="buttons end">
        {/* First in order, so that Enter on a dialog that has just opened erases nothing. */}
        <button type="button" className="button" onClick={close}>
          {t('Cancel')}
        </button>
        <button
          type="button"
          className={props.danger ? 'button danger' : 'button primary'}
          disabled={props.disabled ?? false}
          onClick={props.onConfirm}
        >
          {props.words}
        </button>
      </div>
    </dialog>
  );
}
