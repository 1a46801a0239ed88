/** `npm start`: opens Nixburn's window from a fresh clone, in Electron, or in a browser where Electron can not be had. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, root } from './set-up.mjs';

installPackages();
const { build, isStale } = await import('./build.mjs');
if (await isStale()) await build();
// About shows them.
(await import('./licences.mjs')).writeLicences();

const electron = electronProgram();
const [program, args] = electron.path
  ? [electron.path, [root, ...process.argv.slice(2)]]
  : [process.execPath, [join(root, 'bin', 'nixburn'), 'serve', '--open', ...process.argv.slice(2)]];
if (!electron.path) console.error(`${electron.why} The same window opens in a browser instead.`);
const child = spawn(program, args, { stdio: 'inherit' });
// The child gets Ctrl-C from the terminal itself and ends in its own time.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 1)));

/**
 * Electron's program, downloaded on its first use.
 * @returns {{ path: string, why?: never } | { path?: never, why: string }}
 */
function electronProgram() {
  if (process.getuid?.() === 0) return { why: 'Electron does not run as root.' };
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return { why: 'There is no graphical session for Electron.' };
  const folder = join(root, 'node_modules', 'electron');
  const name = () => {
    const file = join(folder, 'path.txt');
    return existsSync(file) ? join(folder, 'dist', readFileSync(file, 'utf8')) : undefined;
  };
  if (!name()) {
    console.error('Downloading Electron …');
    spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 600_000 });
  }
  const path = name();
  return path && existsSync(path) ? { path } : { why: "Electron's program could not be downloaded." };
}
