/** Shows outside of the window how long jobs stand: on the taskbar or the dock, as a notice at their end; and keeps the computer awake. */
import { Notification, powerSaveBlocker, type BrowserWindow } from 'electron';
import { cancelled } from '../../shared/problem.ts';
import type { Running, RunningListener } from './running.ts';
import type { Say } from './say.ts';
import { endedWords, failedWords } from './words.ts';

/** ms. What is over sooner was waited for. */
const worthNotice = 10_000;

/**
 * @param wantsNotices whether the person wants to be told, asked at the moment itself
 * @param front the window, while there is one
 */
export function showPresence(
  front: () => BrowserWindow | undefined,
  wantsNotices: () => boolean,
  say: Say,
): RunningListener {
  let blocker: number | null = null;

  return {
    changed(running) {
      // The screen may go dark; the computer must not go to sleep with a stick half written.
      if (running.length > 0) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
      else if (blocker !== null) {
        powerSaveBlocker.stop(blocker);
        blocker = null;
      }
      const window = front();
      if (window === undefined || window.isDestroyed()) return;
      const { value, mode } = barOf(running);
      window.setProgressBar(value, { mode });
    },
    ended(job, outcome, millis) {
      const window = front();
      const isWatched = window?.isFocused() ?? false;
      if (isWatched || millis < worthNotice || !wantsNotices() || !Notification.isSupported()) return;
      if (!outcome.ok && outcome.problem.code === cancelled.code) return;
      const notice = new Notification({
        title: 'Nixburn',
        body: outcome.ok ? say(endedWords[job]) : failedWords(outcome.problem),
      });
      notice.on('click', () => {
        const shown = front();
        if (shown?.isMinimized()) shown.restore();
        shown?.focus();
      });
      notice.show();
      window?.flashFrame(true);
    },
  };
}

/** One bar for everything: the average of what is known; Electron takes a value below 0 as none, above 1 as unknown. */
export function barOf(running: readonly Running[]): {
  value: number;
  mode: 'none' | 'normal' | 'indeterminate';
} {
  if (running.length === 0) return { value: -1, mode: 'none' };
  const known = running.flatMap(({ fraction }) => (fraction === null ? [] : [fraction]));
  if (known.length === 0) return { value: 2, mode: 'indeterminate' };
  return { value: known.reduce((sum, each) => sum + each, 0) / known.length, mode: 'normal' };
}
