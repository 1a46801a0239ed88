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
  devicePermission: undefined,
  beforeRequest: undefined,
  menu: [],
  /** Questions and errors that were shown, in order. */
  dialogs: [],
  notices: [],
  /** Files that were shown in the file manager. */
  shown: [],
  /** Power-save blockers that are on. */
  blockers: new Map(),
  progress: [],
};
/** What the next file dialog gives, and how an open question is answered. */
export const person = { files: [], answer: undefined };

class App extends EventEmitter {
  isPackaged = process.env.STAND_IN_PACKAGED === 'yes';
  commandLine = {
    getSwitchValue: (name) =>
      process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '',
  };
  #quitting = false;

  getPreferredSystemLanguages() {
    return (process.env.STAND_IN_LANGUAGES ?? 'en-US').split(' ');
  }

  enableSandbox() {
    seen.isSandboxed = true;
  }
  requestSingleInstanceLock() {
    return process.env.STAND_IN_SECOND_INSTANCE !== 'yes';
  }
  async whenReady() {
    await new Promise((resolve) => setImmediate(resolve));
  }
  exit(code) {
    seen.quits += 1;
    this.emit('quit', {}, code);
  }
  quit() {
    if (this.#quitting) return;
    this.#quitting = true;
    seen.windows.at(0)?.close();
    if (seen.windows.length > 0) {
      this.#quitting = false;
      return;
    }
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
    setDevicePermissionHandler: (handler) => (seen.devicePermission = handler),
    webRequest: {
      onBeforeRequest: ({ urls }, handler) => (seen.beforeRequest = { urls, handler }),
    },
    on: (event, listener) => sessionEvents.on(event, listener),
  },
};
export const sessionEvents = new EventEmitter();

export const nativeTheme = { shouldUseDarkColors: false, themeSource: 'system' };

export const Menu = {
  buildFromTemplate: (template) => template,
  setApplicationMenu: (menu) => (seen.menu = menu),
};

export const dialog = {
  showMessageBox(_window, options) {
    seen.dialogs.push(options);
    return new Promise((resolve) => (person.answer = (response) => resolve({ response })));
  },
  async showOpenDialog(_window, options) {
    seen.dialogs.push(options);
    return { filePaths: person.files, canceled: person.files.length === 0 };
  },
  showErrorBox: (title, content) => seen.dialogs.push({ title, content }),
};

const displays = JSON.parse(
  process.env.STAND_IN_DISPLAYS ?? '[{"x":0,"y":0,"width":1920,"height":1040}]',
).map((workArea) => ({ workArea }));
export const screen = { getPrimaryDisplay: () => displays[0], getAllDisplays: () => displays };

export class Notification extends EventEmitter {
  static isSupported = () => true;
  constructor(options) {
    super();
    this.options = options;
  }
  show() {
    seen.notices.push(this.options);
  }
}

export const powerSaveBlocker = {
  start(type) {
    const id = seen.blockers.size + 1;
    seen.blockers.set(id, type);
    return id;
  },
  stop: (id) => seen.blockers.delete(id),
};

/** Turns the bytes over: no cipher, but nothing that can be read by accident. */
const turned = (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0xff));
export const safeStorage = {
  getSelectedStorageBackend: () => process.env.STAND_IN_KEYRING ?? 'gnome_libsecret',
  isAsyncEncryptionAvailable: async () => true,
  encryptStringAsync: async (text) => turned(Buffer.from(text)),
  decryptStringAsync: async (sealed) => ({ result: turned(sealed).toString(), shouldReEncrypt: false }),
};

/** A path only for a file that a person has dropped, as in Electron. */
export const webUtils = { getPathForFile: (file) => file.droppedFrom ?? '' };
export const shell = { showItemInFolder: (file) => seen.shown.push(file) };

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

  reload() {
    this.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
  }
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
    app.emit('web-contents-created', {}, this.webContents);
  }
  isDestroyed() {
    return !seen.windows.includes(this);
  }
  isFocused() {
    return this.isInFront ?? true;
  }
  flashFrame() {}
  setProgressBar(value, { mode }) {
    seen.progress.push({ value, mode });
  }
  getNormalBounds() {
    const { x = 100, y = 100, width, height } = this.options;
    return { x, y, width, height };
  }
  maximize() {
    this.maximized = true;
  }
  isMaximized() {
    return this.maximized ?? false;
  }
  restore() {}
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
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (isPrevented) return;
    seen.windows.splice(at, 1);
    this.webContents.destroy();
    this.emit('closed');
    if (seen.windows.length === 0) app.emit('window-all-closed');
  }
}
