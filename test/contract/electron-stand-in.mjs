/**
 * Stands in for the `electron` module, so that the real bundles of main and preload run where no Electron can: on
 * servers without a graphical session, and as root. It keeps what the program asks of Electron and lets a test speak as
 * the page. What it can not prove: context isolation, the sandbox, real dialogs.
 */
import { EventEmitter } from 'node:events';

/** Messages cross processes by structured clone in Electron: what can not be cloned must fail here too. */
const cloned = (message) => structuredClone(message);

/** What a test looks at: everything that was asked of Electron. */
export const seen = {
  schemes: [],
  protocols: new Map(),
  windows: [],
  exposed: new Map(),
  quits: 0,
  isSandboxed: false,
  permissionRequest: undefined,
  permissionCheck: undefined,
};

class App extends EventEmitter {
  isPackaged = false;
  commandLine = {
    getSwitchValue: (name) =>
      process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '',
  };
  #quitting = false;

  enableSandbox() {
    seen.isSandboxed = true;
  }
  requestSingleInstanceLock() {
    return process.env.STAND_IN_SECOND_INSTANCE !== 'yes';
  }
  async whenReady() {
    await new Promise((resolve) => setImmediate(resolve));
  }
  quit() {
    if (this.#quitting) return;
    this.#quitting = true;
    for (const window of seen.windows) window.close();
    let isPrevented = false;
    this.emit('will-quit', { preventDefault: () => (isPrevented = true) });
    this.#quitting = false;
    if (isPrevented) return;
    seen.quits += 1;
    this.emit('quit');
  }
}

export const app = new App();

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => seen.schemes.push(...schemes),
  handle: (scheme, answer) => seen.protocols.set(scheme, answer),
};

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler) => (seen.permissionRequest = handler),
    setPermissionCheckHandler: (handler) => (seen.permissionCheck = handler),
  },
};

export const nativeTheme = { shouldUseDarkColors: false };

/** Main's end of the wire. */
export const ipcMain = new EventEmitter();

/** The page's end of the wire: what the preload gets. */
class IpcRenderer extends EventEmitter {
  /** A test may pretend to be another frame. */
  frame = { origin: 'app://nixburn', parent: null };

  send(channel, message) {
    const sender = seen.windows.at(-1)?.webContents;
    ipcMain.emit(channel, { sender, senderFrame: this.frame }, cloned(message));
  }
}
export const ipcRenderer = new IpcRenderer();

export const contextBridge = {
  exposeInMainWorld: (name, value) => seen.exposed.set(name, value),
};

class WebContents extends EventEmitter {
  #isDestroyed = false;

  setWindowOpenHandler(handler) {
    this.windowOpenHandler = handler;
  }
  send(channel, message) {
    if (this.#isDestroyed) throw new Error('Object has been destroyed');
    ipcRenderer.emit(channel, {}, cloned(message));
  }
  isDestroyed() {
    return this.#isDestroyed;
  }
  destroy() {
    this.#isDestroyed = true;
  }
}

export class BrowserWindow extends EventEmitter {
  webContents = new WebContents();

  constructor(options) {
    super();
    this.options = options;
    seen.windows.push(this);
  }
  removeMenu() {}
  isMinimized() {
    return false;
  }
  focus() {
    this.isFocused = true;
  }
  show() {
    this.isShown = true;
  }
  async loadURL(url) {
    this.url = url;
    this.emit('ready-to-show');
  }
  close() {
    const at = seen.windows.indexOf(this);
    if (at === -1) return;
    seen.windows.splice(at, 1);
    this.webContents.destroy();
    this.emit('closed');
    if (seen.windows.length === 0) app.emit('window-all-closed');
  }
}
