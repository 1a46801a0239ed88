/** Opens an address in the person's browser. */
// oxlint-disable-next-line no-restricted-imports -- no library in use here opens a browser, and this starts nothing else
import { spawn } from 'node:child_process';

/** @param onFailure is called where there is no browser to be opened. */
export function openBrowser(url: string, onFailure: () => void): void {
  const [program, args] = opener(url);
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', onFailure);
  child.unref();
}

function opener(url: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [url]];
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}
