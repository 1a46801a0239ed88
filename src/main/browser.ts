/** Opens an address in the person's browser: the one they chose for their desktop, else one that is installed. */
// oxlint-disable-next-line no-restricted-imports -- no library in use here opens a browser, and this starts nothing else
import { spawn } from 'node:child_process';

/** @param onFailure is called where there is no browser, or no screen to show it on. */
export function openBrowser(url: string, onFailure: () => void): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const hasScreen = process.platform !== 'linux' || Boolean(DISPLAY ?? WAYLAND_DISPLAY);
  tryInTurn(hasScreen ? openers(url) : [], onFailure);
}

type Opener = [program: string, args: string[]];

function openers(url: string): Opener[] {
  if (process.platform === 'darwin') return [['open', [url]]];
  if (process.platform === 'win32') return [['rundll32', ['url.dll,FileProtocolHandler', url]]];
  const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return [['xdg-open', [url]], ...browsers.map((name): Opener => [name, [`--app=${url}`]])];
}

/** Goes on to the next where one is not installed or says that it could not (xdg-open(1), exit codes 1 to 4). */
function tryInTurn([first, ...others]: Opener[], onFailure: () => void): void {
  if (first === undefined) return onFailure();
  const [program, args] = first;
  let isSettled = false;
  const next = () => {
    if (!isSettled) tryInTurn(others, onFailure);
    isSettled = true;
  };
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', next);
  child.on('exit', (status) => {
    if (status !== 0) next();
  });
  child.unref();
}
