/** The menu of the app: what can be done from anywhere, and by which keys. */
import type { MenuItemConstructorOptions } from 'electron';
import { stationNames, type DesktopEvent } from '../../shared/desktop.ts';

export interface MenuSurroundings {
  platform: NodeJS.Platform;
  isDevelopment: boolean;
  /** Tells the window. */
  tell(event: DesktopEvent): void;
  /** Lets the person choose a file, and opens it. */
  openFile(): void;
}

const stationLabels: Record<(typeof stationNames)[number], string> = {
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

export function menuTemplate({ platform, isDevelopment, tell, openFile }: MenuSurroundings): Item[] {
  const isMac = platform === 'darwin';
  const line: Item = { type: 'separator' };
  const item = (label: string, command: Command, accelerator?: string, more: Item = {}): Item => ({
    label,
    click: () => tell({ kind: 'command', command }),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...more,
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
      { role: 'services' },
      line,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      line,
      { role: 'quit' },
    ],
  };
  const file: Item = {
    label: '&File',
    submenu: [
      item('New Recipe', 'new-recipe', 'CmdOrCtrl+N'),
      item('Recipes…', 'recipes', 'CmdOrCtrl+O', heardByPage),
      item('Save Recipe', 'save-recipe', 'CmdOrCtrl+S', heardByPage),
      line,
      { label: 'Open Recipe or Image File…', accelerator: 'Shift+CmdOrCtrl+O', click: openFile },
      line,
      ...(isMac ? [{ role: 'close' } as Item] : [preferences, line, { role: 'quit' } as Item]),
    ],
  };
  const edit: Item = {
    label: '&Edit',
    submenu: [
      item('Undo', 'undo', 'CmdOrCtrl+Z', heardByPage),
      item('Redo', 'redo', platform === 'win32' ? 'Ctrl+Y' : 'Shift+CmdOrCtrl+Z', heardByPage),
      line,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  };
  const view: Item = {
    label: '&View',
    submenu: [
      ...stationNames.map((station, index): Item => ({
        label: stationLabels[station],
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => tell({ kind: 'go', station }),
      })),
      line,
      item('Show or Hide the Flake', 'flake', 'CmdOrCtrl+E'),
      line,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      ...(isDevelopment ? [line, { role: 'reload' } as Item, { role: 'toggleDevTools' } as Item] : []),
    ],
  };
  const help: Item = {
    role: 'help',
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
    ...(isMac ? [{ role: 'windowMenu' } as Item] : []),
    help,
  ];
}
