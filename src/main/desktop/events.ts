/** Brings what the desktop has to tell to the window: also what happened before the window was ready to hear it. */
import type { DesktopEvent } from '../../shared/desktop.ts';
import { done } from '../../shared/problem.ts';
import type { Desktop } from '../services/part.ts';

/** As many as can wait for a window that is being loaded; more were told by something that has gone wrong. */
const most = 200;

export function desktopEvents(): { tell(event: DesktopEvent): void; follow: Desktop['follow'] } {
  let waiting: DesktopEvent[] = [];
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const one of wakers) one();
    wakers.clear();
  };
  return {
    tell(event) {
      // Of what is read, only how far it is now matters.
      if (event.kind === 'reading') waiting = waiting.filter(({ kind }) => kind !== 'reading');
      if (waiting.length < most) waiting.push(event);
      wake();
    },
    async *follow(_nothing, signal) {
      signal.addEventListener('abort', wake);
      try {
        while (!signal.aborted) {
          const told = waiting;
          waiting = [];
          yield* told;
          if (waiting.length === 0 && !signal.aborted)
            await new Promise<void>((resolve) => wakers.add(resolve));
        }
        return done(null);
      } finally {
        signal.removeEventListener('abort', wake);
      }
    },
  };
}
