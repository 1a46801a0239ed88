/** The services behind Electron's IPC: one desk a loaded page, and the only check of who is speaking. */
import path from 'node:path';
import { ipcMain, type BrowserWindow, type IpcMainEvent } from 'electron';
import { openDesk, type Desk, type Services } from './desk.ts';
import { origin } from './window.ts';

/**
 * Serves one window until it is closed.
 *
 * @param openFile is given each file that the person dropped on the window, by its path
 * @returns how to stop: cancels what runs, and resolves once all of it has cleaned up.
 */
export function serveWindow(
  services: Services,
  window: BrowserWindow,
  openFile: (file: string) => void,
): () => Promise<void> {
  const { webContents } = window;
  const closing = new Set<Promise<void>>();
  let desk: Desk | undefined;

  const closeDesk = () => {
    if (!desk) return;
    const closed = desk.close().finally(() => closing.delete(closed));
    closing.add(closed);
    desk = undefined;
  };
  const hear = (event: IpcMainEvent, message: unknown) => {
    if (event.sender !== webContents || !isOurPage(event)) return;
    desk ??= openDesk(services, (reply) => {
      if (!webContents.isDestroyed()) webContents.send('nixburn:reply', reply);
    });
    desk.take(message);
  };
  const take = (event: IpcMainEvent, file: unknown) => {
    if (event.sender !== webContents || !isOurPage(event)) return;
    if (typeof file === 'string' && path.isAbsolute(file)) openFile(file);
  };
  ipcMain.on('nixburn:request', hear);
  ipcMain.on('nixburn:file', take);
  // A page that is loaded again knows nothing of the jobs of the one before.
  webContents.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) closeDesk();
  });
  webContents.on('render-process-gone', closeDesk);
  window.on('closed', closeDesk);

  return async () => {
    ipcMain.off('nixburn:request', hear);
    ipcMain.off('nixburn:file', take);
    closeDesk();
    await Promise.all(closing);
  };
}

/** Compares the frame's own `origin`: `new URL('app://…').origin` is the text `null` in Node. */
function isOurPage(event: IpcMainEvent): boolean {
  return event.senderFrame?.origin === origin && event.senderFrame.parent === null;
}
