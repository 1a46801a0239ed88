/** The entry of the desktop app: puts the parts together and opens the window. */
import { homedir } from 'node:os';
import {
  app,
  dialog,
  Menu,
  nativeTheme,
  screen,
  shell,
  type BrowserWindow,
  type OpenDialogOptions,
} from 'electron';
import { languageChosen } from '../shared/languages.ts';
import type { Settings } from '../shared/settings.ts';
import { desktopEvents } from './desktop/events.ts';
import { fileKinds, filesIn, openFile } from './desktop/files.ts';
import { keyring } from './desktop/keyring.ts';
import { menuTemplate } from './desktop/menu.ts';
import { showPresence } from './desktop/presence.ts';
import { askBeforeClosing } from './desktop/quitting.ts';
import { runningJobs } from './desktop/running.ts';
import { sayIn, type Sentence } from './desktop/say.ts';
import { placeOn, readPlace, writePlace } from './desktop/window-place.ts';
import { openedImages } from './image/opened.ts';
import { nixpkgsReference } from './nixpkgs-reference.ts';
import { observed } from './observed.ts';
import { findPlaces } from './places.ts';
import { openProgramLog, type ProgramLog } from './program-log.ts';
import { serveWindow } from './serve.ts';
import { createServices } from './services.ts';
import type { Desktop } from './services/part.ts';
import { readSettings } from './settings.ts';
import { version } from './version.ts';
import { bindPages, declareScheme, openWindow, preparePages } from './window.ts';

const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
const events = desktopEvents();
const opened = openedImages();
/** In the source tree, the first argument is the folder of the app itself. */
const args = process.argv.slice(app.isPackaged ? 1 : 2);
let window: BrowserWindow | undefined;
let inTheirLanguage = sayIn('en');
const say = (sentence: Sentence): string => inTheirLanguage(sentence);
let stopServing: (() => Promise<unknown>) | undefined;

const usage = `nixburn-window [--nixpkgs=FLAKEREF] [RECIPE.nixburn.json | IMAGE.iso]…

Opens the window of Nixburn, with the files that are named.

  --nixpkgs=FLAKEREF  builds from this nixpkgs in place of the release’s own
  --version           prints the version
  --help              prints this

Everything that the window does, the command nixburn does, too: nixburn help.
`;

if (args.includes('--version')) sayAndQuit(`${version}\n`);
else if (args.includes('--help')) sayAndQuit(usage);
else begin();

function sayAndQuit(text: string): void {
  process.stdout.write(text, () => app.exit(0));
}

function begin(): void {
  app.enableSandbox();
  declareScheme();
  bindPages();
  if (!app.requestSingleInstanceLock()) return app.quit();
  // On macOS, a double click on a file arrives here, and also before the app is ready.
  app.on('open-file', (event, file) => {
    event.preventDefault();
    openOne(file);
  });
  app.on('second-instance', (_event, itsArgs, folder) => {
    comeForward();
    for (const file of filesIn(itsArgs.slice(1), folder)) openOne(file);
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
  void start();
}

async function start(): Promise<void> {
  const log = await openProgramLog(places.logs);
  watchForMistakes(log);
  const [settings, place] = await Promise.all([
    readSettings(places.config),
    readPlace(places.config),
    app.whenReady(),
  ]);
  log.say('start', { version, host: 'electron', platform: process.platform, packaged: app.isPackaged });
  preparePages();
  let { notifications } = settings;
  const apply = (changed: Settings) => {
    ({ notifications } = changed);
    // The page follows: for it, this is what the system prefers.
    nativeTheme.themeSource = changed.appearance;
    inTheirLanguage = sayIn(languageChosen(changed.language, app.getPreferredSystemLanguages()));
    showMenu();
  };
  apply(settings);

  const running = runningJobs(
    showPresence(
      () => window,
      () => notifications,
      say,
    ),
  );
  const nixpkgs = nixpkgsReference(app.commandLine.getSwitchValue('nixpkgs') || undefined);
  const desktop: Desktop = {
    follow: events.follow,
    settingsChanged: apply,
    seals: keyring,
    chooseFolder,
    showFile: (file) => shell.showItemInFolder(file),
  };
  const services = createServices({ places, host: 'electron', nixpkgs, opened, desktop });

  const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
  const shown = openWindow(!app.isPackaged, placeOn(areas, place.bounds), place.maximized);
  window = shown;
  let placeIsKept: Promise<unknown> = Promise.resolve();
  shown.on('close', () => {
    const kept = { bounds: shown.getNormalBounds(), maximized: shown.isMaximized() };
    placeIsKept = writePlace(places.config, kept).catch(() => {});
  });
  askBeforeClosing(shown, running.now, say);
  shown.on('closed', () => {
    window = undefined;
  });
  bringBack(shown, log);
  const stop = serveWindow(observed(services, [log, running]), shown, openOne);
  stopServing = async () => {
    await Promise.all([stop(), placeIsKept]);
    log.say('end');
  };
  for (const file of filesIn(args, process.cwd())) openOne(file);
}

/** Electron can not rename what is in a menu: with another language comes another menu. */
function showMenu(): void {
  const template = menuTemplate({
    platform: process.platform,
    isDevelopment: !app.isPackaged,
    say,
    tell: events.tell,
    openFile: () => void chooseFile(),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function openOne(file: string): void {
  comeForward();
  void openFile(file, opened, events.tell);
}

async function chooseFile(): Promise<void> {
  if (!window) return;
  const { filePaths } = await dialog.showOpenDialog(window, {
    filters: fileKinds(say),
    properties: ['openFile'],
  });
  for (const file of filePaths) openOne(file);
}

/** Asks for a folder, which the person may make there and then. Null: they have thought better of it. */
async function chooseFolder(): Promise<string | null> {
  const options: OpenDialogOptions = {
    title: say('Choose an empty or a new folder for the flake'),
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  };
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled ? null : (filePaths[0] ?? null);
}

function comeForward(): void {
  if (window?.isMinimized()) window.restore();
  window?.focus();
}

/** A page that has crashed is loaded again, once; jobs of the page before were stopped when it went. */
function bringBack({ webContents }: BrowserWindow, log: ProgramLog): void {
  const patience = 10_000;
  let lastAt = Number.NEGATIVE_INFINITY;
  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log.say('page-gone', { reason, exitCode });
    if (reason === 'clean-exit') return;
    const isAgain = Date.now() - lastAt < patience;
    lastAt = Date.now();
    if (!isAgain) return webContents.reload();
    dialog.showErrorBox('The window has stopped twice.', 'Close it and start Nixburn again.');
  });
}

/** Electron would show the stack of a throw that nobody caught; that is for the log. */
function watchForMistakes(log: ProgramLog): void {
  const note = (error: unknown) =>
    log.say('mistake', { raw: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.on('unhandledRejection', note);
  process.on('uncaughtException', (error) => {
    note(error);
    // What runs as root stops when its order is closed, which the end of this process does.
    dialog.showErrorBox(
      'Nixburn made a mistake of its own, and has to stop.',
      `What was running has been stopped. The log in ${places.logs} says more.`,
    );
    app.exit(1);
  });
}
