/** What lies over the stations while it is open: preferences, what Nixburn is, a report, the guide. Escape closes it. */
import { X } from 'lucide-react';
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { closeSheet } from '../acts/desktop.ts';
import { t } from '../words.ts';

export function Sheet(props: { title: string; children: ReactNode }): React.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed, not only removed: closing gives the focus back to the button that asked.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby="sheet-title"
      onClose={() => {
        // The news of a closing that was taken back comes late.
        if (!dialog.current?.open) closeSheet();
      }}
    >
      <header className="sheet-head">
        <h2 id="sheet-title">{props.title}</h2>
        <button
          type="button"
          className="button bare"
          aria-label={t('Close')}
          onClick={() => dialog.current?.close()}
        >
          <X aria-hidden />
        </button>
      </header>
      <div className="sheet-body">{props.children}</div>
    </dialog>
  );
}
