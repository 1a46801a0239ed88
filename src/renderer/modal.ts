/** Opens and closes what lies over the window, in the one way that keeps the focus where people left it. */
import { useLayoutEffect, useRef, type RefObject } from 'react';

interface Modal {
  /** For the dialog element. */
  tied: { ref: RefObject<HTMLDialogElement | null>; onClose(): void };
  close(): void;
}

/** @param onClose is told when the dialog has closed, by Escape as well */
export function useModal(onClose: () => void): Modal {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = ref.current;
    shown?.showModal();
    // Closed, not only removed: closing gives the focus back to the button that asked.
    return () => shown?.close();
  }, []);
  return {
    tied: {
      ref,
      onClose() {
        // The news of a closing that was taken back comes late.
        if (!ref.current?.open) onClose();
      },
    },
    close: () => ref.current?.close(),
  };
}
