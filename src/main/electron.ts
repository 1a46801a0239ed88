/** The entry of the desktop app: puts the parts together and opens the window. */
import { homedir } from 'node:os';
import { app, type BrowserWindow } from 'electron';
import { nixpkgsReference } from './nixpkgs-reference.ts';
import { findPlaces } from './places.ts';
import { serveWindow } from './serve.ts';
import { createServices } from './services.ts';
import { declareScheme, openWindow, preparePages } from './window.ts';

const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
let window: BrowserWindow | undefined;
let stopServing: (() => Promise<void>) | undefined;

app.enableSandbox();
declareScheme();
if (app.requestSingleInstanceLock()) void start();
else app.quit();

async function start(): Promise<void> {
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    // What runs must clean up first: a build stops Nix, a write closes the stick.
    const stop = stopServing;
    if (!stop) return;
    event.preventDefault();
    stopServing = undefined;
    void stop().finally(() => app.quit());
  });
  await app.whenReady();
  preparePages();
  const nixpkgs = nixpkgsReference(app.commandLine.getSwitchValue('nixpkgs') || undefined);
  const services = createServices({ places, host: 'electron', nixpkgs });
  window = openWindow(!app.isPackaged);
  window.on('closed', () => {
    window = undefined;
  });
  stopServing = serveWindow(services, window);
}
