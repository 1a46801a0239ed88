/** Asks before a running job is broken off because the window is closed or the app is quit. */
import { dialog, type BrowserWindow } from 'electron';
import type { Running } from './running.ts';
import type { Say } from './say.ts';
import { runningWords } from './words.ts';

/** Holds the window open until the person has said that what runs may be stopped. */
export function askBeforeClosing(window: BrowserWindow, running: () => readonly Running[], say: Say): void {
  let isAsking = false;
  let mayStop = false;
  window.on('close', (event) => {
    const [first] = running();
    if (first === undefined || mayStop) return;
    event.preventDefault();
    // Closed twice in a row, it asks once.
    if (isAsking) return;
    isAsking = true;
    void askAndClose(first);
  });

  async function askAndClose(first: Running): Promise<void> {
    mayStop = await ask(window, first, say);
    isAsking = false;
    if (mayStop && !window.isDestroyed()) window.close();
  }
}

async function ask(window: BrowserWindow, { job }: Running, say: Say): Promise<boolean> {
  const { title, detail } = runningWords[job];
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Nixburn',
    message: say(title),
    detail: say(detail),
    buttons: [say('Go On'), say('Stop and Quit')],
    // Enter and Escape both go on.
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
