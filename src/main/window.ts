/** The one window, and everything that it may not do. */
import { BrowserWindow, nativeTheme, protocol, session } from 'electron';
import { contentPolicy, pageHeaders, readPageFile } from './page.ts';
import { programs } from './programs.ts';

/** Where the window's files are: a scheme of our own has an origin, which `file:` does not. */
export const origin = 'app://nixburn';

/** Must run before the app is ready, as Electron asks. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Hands out the window's files under `app://nixburn/`, and refuses every permission but to copy text. */
export function preparePages(): void {
  const policy = contentPolicy("'none'");
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    const file =
      url.host === 'nixburn' && request.method === 'GET'
        ? await readPageFile(programs.renderer, url.pathname)
        : undefined;
    if (!file) return new Response('There is no such file.\n', { status: 404 });
    return new Response(file.body, { headers: pageHeaders(file.type, policy) });
  });
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(mayCopy(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => mayCopy(permission));
}

function mayCopy(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

/**
 * Opens the window.
 *
 * @param isDevelopment whether the developer tools may be opened.
 */
export function openWindow(isDevelopment: boolean): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Nixburn',
    width: 1180,
    height: 760,
    minWidth: 960,
    minHeight: 640,
    show: false,
    // As the page itself will be: no white flash in the dark.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#ffffff',
    webPreferences: {
      preload: programs.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: isDevelopment,
      spellcheck: false,
    },
  });
  window.removeMenu();
  const { webContents } = window;
  // The page is one page: whatever wants to lead away from it is a mistake or an attack.
  webContents.on('will-navigate', (event) => event.preventDefault());
  webContents.on('will-redirect', (event) => event.preventDefault());
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${origin}/`);
  return window;
}
