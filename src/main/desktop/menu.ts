/** The menu of the app: what can be done from anywhere, and by which keys. */
import type { MenuItemConstructorOptions } from 'electron';
import { stationNames, type DesktopEvent } from '../../shared/desktop.ts';
import type { Say, Sentence } from './say.ts';

export interface MenuSurroundings {
  platform: NodeJS.Platform;
  isDevelopment: boolean;
  say: Say;
  /** Tells the window. */
  tell(event: DesktopEvent): void;
  /** Lets the person choose a file, and opens it. */
  openFile(): void;
}

const stationLabels: Record<(typeof stationNames)[number], Sentence> = {
  keys: 'Keys',
  packages: 'Packages',
  network: 'Network',
  system: 'System',
  build: 'Build',
  drive: 'Drive',
  boot: 'Boot',
};

type Item = MenuItemConstructorOptions;
type Command = Extract<DesktopEvent, { kind: 'command' }>['command'];

export function menuTemplate({ platform, isDevelopment, say, tell, openFile }: MenuSurroundings): Item[] {
  const isMac = platform === 'darwin';
  const line: Item = { type: 'separator' };
  const item = (label: Sentence, command: Command, accelerator?: string, more: Item = {}): Item => ({
    label: say(label),
    click: () => tell({ kind: 'command', command }),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...more,
  });
  // Electron has roles do what they do everywhere, and names them in English.
  const role = (named: NonNullable<Item['role']>, label: Sentence): Item => ({
    role: named,
    label: say(label),
  });
  // The page hears these keys itself, also in a browser: here they are only shown, but for macOS, where menus hear first.
  const heardByPage: Item = { registerAccelerator: false };
  const about = item('About Nixburn', 'about');
  const preferences = item('Preferences…', 'preferences', 'CmdOrCtrl+,');

  const ofApp: Item = {
    label: 'Nixburn',
    submenu: [
      about,
      line,
      preferences,
      line,
      role('services', 'Services'),
      line,
      role('hide', 'Hide Nixburn'),
      role('hideOthers', 'Hide Others'),
      role('unhide', 'Show All'),
      line,
      role('quit', 'Quit Nixburn'),
    ],
  };
  const file: Item = {
    label: say('&File'),
    submenu: [
      item('New Recipe', 'new-recipe', 'CmdOrCtrl+N'),
      item('Recipes…', 'recipes', 'CmdOrCtrl+O', heardByPage),
      item('Save Recipe', 'save-recipe', 'CmdOrCtrl+S', heardByPage),
      line,
      { label: say('Open Recipe or Image File…'), accelerator: 'Shift+CmdOrCtrl+O', click: openFile },
      line,
      ...(isMac ? [role('close', 'Close Window')] : [preferences, line, role('quit', 'Quit Nixburn')]),
    ],
  };
  const edit: Item = {
    label: say('&Edit'),
    submenu: [
      item('Undo', 'undo', 'CmdOrCtrl+Z', heardByPage),
      item('Redo', 'redo', platform === 'win32' ? 'Ctrl+Y' : 'Shift+CmdOrCtrl+Z', heardByPage),
      line,
      role('cut', 'Cut'),
      role('copy', 'Copy'),
      role('paste', 'Paste'),
      role('selectAll', 'Select All'),
    ],
  };
  const view: Item = {
    label: say('&View'),
    submenu: [
      ...stationNames.map((station, index): Item => ({
        label: say(stationLabels[station]),
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => tell({ kind: 'go', station }),
      })),
      line,
      item('Show or Hide the Flake', 'flake', 'CmdOrCtrl+E'),
      line,
      role('resetZoom', 'Actual Size'),
      role('zoomIn', 'Zoom In'),
      role('zoomOut', 'Zoom Out'),
      role('togglefullscreen', 'Full Screen'),
      ...(isDevelopment ? [line, { role: 'reload' } as Item, { role: 'toggleDevTools' } as Item] : []),
    ],
  };
  const help: Item = {
    ...role('help', 'Help'),
    submenu: [
      item('Guide', 'guide', 'F1'),
      item('Diagnostics…', 'diagnostics'),
      ...(isMac ? [] : [line, about]),
    ],
  };
  return [
    ...(isMac ? [ofApp] : []),
    file,
    edit,
    view,
    ...(isMac ? [role('windowMenu', 'Window')] : []),
    help,
  ];
}
