/**
 * Runs the real bundle of main and the real preload against the stand-in for `electron`, in a process of its own.
 * A line of JSON on stdin is something the page or the person does, a line on stdout something they see.
 */
import Module, { register } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const standIn = new URL('./electron-stand-in.mjs', import.meta.url).href;
const hooks = `export const resolve = (name, context, next) =>
  name === 'electron' ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const electron = await import(standIn);
const { app, ipcRenderer, nativeTheme, person, seen, sessionEvents } = electron;
// The preload is CommonJS, and asks for `electron` in another way.
// oxlint-disable-next-line no-underscore-dangle -- the name is Node's
const { _load: load } = Module;
// oxlint-disable-next-line no-underscore-dangle
Module._load = (name, ...rest) => (name === 'electron' ? electron : load(name, ...rest));

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
app.on('quit', (_event, code = 0) => {
  say({ kind: 'quit' });
  process.stdin.unref();
  process.exitCode = code;
  process.stdout.write('', () => process.exit());
});
// As Electron starts a program of the source tree: its own name, the folder of the app, and what the person gave.
process.argv.splice(1, 1, 'electron', fileURLToPath(new URL('../..', import.meta.url)));
if (app.isPackaged) process.argv.splice(1, 1);
process.argv.shift();

await import(fileURLToPath(new URL('../../dist/main/electron.mjs', import.meta.url)));
while (seen.windows.length === 0 && seen.quits === 0) await new Promise((resolve) => setImmediate(resolve));
const [first] = seen.windows;
if (first) {
  const require = Module.createRequire(import.meta.url);
  require(first.options.webPreferences.preload);
  const door = seen.exposed.get('nixburn');
  door.onReply((reply) => say({ kind: 'reply', reply }));
  const { webContents, options, url } = first;
  say({
    kind: 'ready',
    url,
    webPreferences: options.webPreferences,
    bounds: { x: options.x, y: options.y, width: options.width, height: options.height },
    isMaximized: first.isMaximized(),
    isSandboxed: seen.isSandboxed,
    schemes: seen.schemes,
    exposed: [...seen.exposed.keys()],
    door: Object.keys(door),
    windowOpen: webContents.windowOpenHandler({ url: 'https://example.org/' }),
  });
  createInterface({ input: process.stdin }).on('line', (line) => void act(JSON.parse(line), door, first));
}

async function act(what, door, window) {
  const { webContents } = window;
  switch (what.kind) {
    case 'send':
      // As another frame where one is named: the preload runs in the top frame only, a compromised page does not.
      ipcRenderer.frame = what.frame ?? { origin: 'app://nixburn', parent: null };
      return door.send(what.request);
    case 'fetch': {
      const response = await seen.protocols.get('app')(
        new Request(what.url, { method: what.method ?? 'GET' }),
      );
      const { status, headers } = response;
      return say({
        kind: 'fetched',
        status,
        headers: Object.fromEntries(headers),
        text: await response.text(),
      });
    }
    case 'navigate': {
      let isPrevented = false;
      webContents.emit(what.event, { preventDefault: () => (isPrevented = true) }, what.url);
      return say({ kind: 'navigated', isPrevented });
    }
    case 'reload':
      return webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    case 'permission': {
      let isGranted;
      seen.permissionRequest(webContents, what.permission, (answer) => (isGranted = answer));
      return say({
        kind: 'permission',
        isGranted,
        isChecked: seen.permissionCheck(webContents, what.permission),
      });
    }
    case 'look': {
      const { menu, dialogs, notices, progress, blockers } = seen;
      const shown = (items) =>
        items.map(({ label, role, type, accelerator, submenu }) => ({
          label: label ?? role ?? type,
          accelerator,
          submenu: submenu && shown(submenu),
        }));
      return say({
        kind: 'seen',
        menu: shown(menu),
        dialogs,
        notices,
        progress,
        blockers: [...blockers.values()],
        theme: nativeTheme.themeSource,
        isFocused: window.isFocused === true,
        isOpen: !window.isDestroyed(),
      });
    }
    case 'press': {
      const all = seen.menu.flatMap(({ submenu }) => submenu);
      return all.find(({ label }) => label === what.label).click();
    }
    case 'choose':
      person.files = what.files;
      return;
    case 'answer':
      return person.answer(what.response);
    case 'drop':
      ipcRenderer.frame = { origin: 'app://nixburn', parent: null };
      return door.give({ droppedFrom: what.file });
    case 'file':
      ipcRenderer.frame = what.frame ?? { origin: 'app://nixburn', parent: null };
      return ipcRenderer.send('nixburn:file', what.file);
    case 'start-again':
      return app.emit('second-instance', {}, ['electron', ...what.args], what.folder);
    case 'open-file':
      return app.emit('open-file', { preventDefault() {} }, what.file);
    case 'download': {
      let isPrevented = false;
      sessionEvents.emit(
        'will-download',
        { preventDefault: () => (isPrevented = true) },
        { getURL: () => what.url },
      );
      return say({ kind: 'download', isPrevented });
    }
    case 'load': {
      const { urls, handler } = seen.beforeRequest;
      const isMatched = urls.some((one) => what.url.startsWith(one.replace('*/*', '').replace('/*', '/')));
      let isCancelled = false;
      if (isMatched) handler({ url: what.url }, ({ cancel }) => (isCancelled = cancel));
      return say({ kind: 'load', isCancelled });
    }
    case 'device':
      return say({ kind: 'device', isGranted: seen.devicePermission(what.details) });
    case 'crash':
      return webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    case 'close':
      return window.close();
    default:
      throw new Error(`the runner does not know ${what.kind}`);
  }
}
