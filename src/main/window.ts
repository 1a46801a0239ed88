/** The one window, and everything that it may not do. */
import { app, BrowserWindow, nativeTheme, protocol, session, type WebContents } from 'electron';
import { smallest, type Opening } from './desktop/window-place.ts';
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

/** Every page that is ever opened is bound, whoever opens it. Must run before the first window. */
export function bindPages(): void {
  app.on('web-contents-created', (_event, contents) => bind(contents));
}

/** The page is one page: whatever wants to lead away from it is a mistake or an attack. */
function bind(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/**
 * Hands out the window's files under `app://nixburn/`, and refuses the rest: requests to anywhere else, every permission but
 * to copy text, every download but of a file that the page itself has made.
 */
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
  const own = session.defaultSession;
  const elsewhere = {
    urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file:///*'],
  };
  own.webRequest.onBeforeRequest(elsewhere, (_details, answer) => answer({ cancel: true }));
  own.setPermissionRequestHandler((_contents, permission, answer) => answer(mayCopy(permission)));
  own.setPermissionCheckHandler((_contents, permission) => mayCopy(permission));
  own.setDevicePermissionHandler(() => false);
  own.on('will-download', (event, item) => {
    // A download opens the system's own dialog for saving.
    if (!item.getURL().startsWith(`blob:${origin}/`)) event.preventDefault();
  });
}

function mayCopy(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

/**
 * Opens the window.
 *
 * @param isDevelopment whether the developer tools may be opened.
 */
export function openWindow(isDevelopment: boolean, place: Opening, isMaximized: boolean): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Nixburn',
    ...place,
    minWidth: smallest.width,
    minHeight: smallest.height,
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
  window.once('ready-to-show', () => {
    if (isMaximized) window.maximize();
    window.show();
  });
  void window.loadURL(`${origin}/`);
  return window;
}
