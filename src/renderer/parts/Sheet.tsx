/** What lies over the stations while it is open: preferences, what Nixburn is, a report, the guide. Escape closes it. */
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { closeSheet } from '../acts/desktop.ts';
import { useModal } from '../modal.ts';
import { t } from '../words.ts';

export function Sheet(props: { title: string; children: ReactNode }): React.JSX.Element {
  const { tied, close } = useModal(closeSheet);
  return (
    <dialog {...tied} className="sheet" aria-labelledby="sheet-title">
      <header className="sheet-head">
        <h2 id="sheet-title">{props.title}</h2>
        <button type="button" className="button bare" aria-label={t('Close')} onClick={close}>
          <X aria-hidden />
        </button>
      </header>
      <div className="sheet-body">{props.children}</div>
    </dialog>
  );
}
