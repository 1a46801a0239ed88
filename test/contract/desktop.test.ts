/** What a desktop expects of an app: menu, files, the place of the window, a question before work is lost, settings that act. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reply } from '../../src/shared/contract.ts';
import type { DesktopEvent } from '../../src/shared/desktop.ts';
import { openBackend, type Backend } from '../../src/renderer/backend.ts';
import { version } from '../../src/main/version.ts';
import { makeIso } from '../slot/iso.ts';
import {
  makeHome,
  openElectronWindow,
  publicKey,
  runElectron,
  type ElectronWindow,
  type Home,
} from './program.ts';

let home: Home;
let window: ElectronWindow;
let backend: Backend;

async function open(start: Parameters<typeof openElectronWindow>[1] = {}): Promise<void> {
  window = await openElectronWindow(home, start);
  backend = openBackend(window.door);
}

beforeEach(async () => {
  home = await makeHome();
});
afterEach(async () => {
  await window?.close();
  await home.remove();
});

interface Seen {
  menu: { label: string; submenu: { label: string; accelerator?: string }[] }[];
  dialogs: { message?: string; detail?: string; buttons?: string[]; title?: string }[];
  progress: { value: number; mode: string }[];
  blockers: string[];
  theme: string;
  isFocused: boolean;
  isOpen: boolean;
}
const look = async () => (await window.act({ kind: 'look' }, 'seen')) as unknown as Seen;

/** Follows the desktop as the page does; resolves with the first event that fits. */
function follow(): (fits: (event: DesktopEvent) => boolean) => Promise<DesktopEvent> {
  const told: DesktopEvent[] = [];
  let check = () => {};
  backend.startJob('followDesktop', undefined, (batch) => {
    told.push(...batch);
    check();
  });
  return (fits) =>
    new Promise((resolve) => {
      check = () => {
        const found = told.find(fits);
        if (found) resolve(found);
      };
      check();
    });
}

async function value<T>(asked: Promise<{ ok: true; value: T } | { ok: false }>): Promise<T> {
  const outcome = await asked;
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

describe('The menu', () => {
  test('has everything, and the keys that people try first', async () => {
    await open();
    const { menu } = await look();
    const keys = new Map(
      menu.flatMap(({ submenu }) => submenu).map((item) => [item.label, item.accelerator]),
    );
    expect(menu.map(({ label }) => label)).toEqual(['&File', '&Edit', '&View', 'Help']);
    expect(Object.fromEntries(keys)).toMatchObject({
      'New Recipe': 'CmdOrCtrl+N',
      'Recipes…': 'CmdOrCtrl+O',
      'Open Recipe or Image File…': 'Shift+CmdOrCtrl+O',
      'Save Recipe': 'CmdOrCtrl+S',
      'Preferences…': 'CmdOrCtrl+,',
      Undo: 'CmdOrCtrl+Z',
      Keys: 'CmdOrCtrl+1',
      Boot: 'CmdOrCtrl+7',
      Guide: 'F1',
    });
    for (const label of [
      'Copy',
      'Paste',
      'Zoom In',
      'Quit Nixburn',
      'Diagnostics…',
      'About Nixburn',
      'toggleDevTools',
    ])
      expect(keys.has(label)).toBe(true);
  });

  test('tells the window what was chosen, also what was chosen before it was ready', async () => {
    await open();
    await window.act({ kind: 'press', label: 'Preferences…' });
    const told = follow();
    expect(await told(({ kind }) => kind === 'command')).toEqual({ kind: 'command', command: 'preferences' });
    await window.act({ kind: 'press', label: 'Drive' });
    expect(await told(({ kind }) => kind === 'go')).toEqual({ kind: 'go', station: 'drive' });
  });

  test('speaks their language, and another one once that is chosen', async () => {
    await open({ env: { STAND_IN_LANGUAGES: 'de-CH fr' } });
    const titles = async () => (await look()).menu.map(({ label }) => label);
    expect(await titles()).toEqual(['&Datei', '&Bearbeiten', '&Ansicht', 'Hilfe']);
    expect(await backend.call('changeSettings', { language: 'ja' })).toMatchObject({ ok: true });
    expect(await titles()).toEqual(['ファイル(&F)', '編集(&E)', '表示(&V)', 'ヘルプ']);
  });

  test('of a packed app offers no developer tools, and there are none', async () => {
    await open({ env: { STAND_IN_PACKAGED: 'yes' } });
    expect(window.ready['webPreferences']).toMatchObject({ devTools: false });
    const labels = (await look()).menu.flatMap(({ submenu }) => submenu.map(({ label }) => label));
    expect(labels).not.toContain('toggleDevTools');
    expect(labels).not.toContain('reload');
  });
});

describe('A file', () => {
  const isRecipe = ({ kind }: DesktopEvent) => kind === 'recipe';
  const isTrouble = ({ kind }: DesktopEvent) => kind === 'trouble';

  /** Drops a good file, and says what is opened first of all that has come in. */
  async function openedNext(): Promise<string> {
    const file = path.join(home.folder, 'good.nixburn.json');
    await writeFile(file, '{}');
    await window.act({ kind: 'drop', file });
    const event = await follow()(({ kind }) => kind === 'recipe' || kind === 'trouble');
    return event.kind === 'recipe' ? event.fileName : event.kind;
  }

  test('named at the start is opened', async () => {
    const file = path.join(home.folder, 'attic.nixburn.json');
    await writeFile(file, '{"schema":1}');
    await open({ args: ['attic.nixburn.json'] });
    expect(await follow()(isRecipe)).toEqual({
      kind: 'recipe',
      fileName: 'attic.nixburn.json',
      text: '{"schema":1}',
    });
  });

  test('with which it is started again is opened in the window that is there', async () => {
    await open();
    await writeFile(path.join(home.folder, 'attic.nixburn.json'), '{}');
    const args = ['--some-switch', 'attic.nixburn.json'];
    await window.act({ kind: 'start-again', args, folder: home.folder });
    expect(await follow()(isRecipe)).toMatchObject({ text: '{}' });
    expect((await look()).isFocused).toBe(true);
  });

  test('that macOS hands over is opened', async () => {
    await open();
    const file = path.join(home.folder, 'attic.nixburn.json');
    await writeFile(file, '{}');
    await window.act({ kind: 'open-file', file });
    expect(await follow()(isRecipe)).toMatchObject({ fileName: 'attic.nixburn.json' });
  });

  test('is chosen in the dialog of the system', async () => {
    await open();
    const file = path.join(home.folder, 'attic.nixburn.json');
    await writeFile(file, '{}');
    await window.act({ kind: 'choose', files: [file] });
    await window.act({ kind: 'press', label: 'Open Recipe or Image File…' });
    expect(await follow()(isRecipe)).toMatchObject({ fileName: 'attic.nixburn.json' });
  });

  test('that is not there, or far too large, is told of in words', async () => {
    await open();
    const told = follow();
    await window.act({ kind: 'open-file', file: path.join(home.folder, 'gone.nixburn.json') });
    expect(await told(isTrouble)).toMatchObject({ problem: { code: 'file-unreadable' } });
    const large = path.join(home.folder, 'large.nixburn.json');
    await writeFile(large, Buffer.alloc(2_000_000, 0x20));
    await window.act({ kind: 'open-file', file: large });
    expect(
      await told((event) => event.kind === 'trouble' && event.problem.code === 'not-a-recipe'),
    ).toMatchObject({ problem: { title: 'large.nixburn.json is not a Nixburn recipe.' } });
  });

  test('that is none, but a pipe or a device without end, is told of in words, and holds nothing up', async () => {
    await open();
    const pipe = path.join(home.folder, 'pipe.nixburn.json');
    const device = path.join(home.folder, 'device.nixburn.json');
    execFileSync('mkfifo', [pipe]);
    await symlink('/dev/zero', device);
    const told = follow();
    for (const file of [pipe, device, home.folder]) await window.act({ kind: 'drop', file });
    for (const file of [pipe, device, home.folder]) {
      const title = `${path.basename(file)} is not a Nixburn recipe.`;
      const event = await told((one) => one.kind === 'trouble' && one.problem.title === title);
      expect(event).toMatchObject({ problem: { code: 'not-a-recipe' } });
    }
  });

  test('that is an image is read, and then can be written like any other', async () => {
    await open();
    const file = await makeIso(home.folder, 'other', null, ['-R', '--protective-msdos-label']);
    const told = follow();
    await window.act({ kind: 'drop', file });
    const event = await told(({ kind }) => kind === 'image');
    expect(event).toMatchObject({
      image: { fileName: 'other.iso', volumeId: 'NIXOS_ATTIC', opened: { slot: false }, path: file },
    });
    const [image] = await value(backend.call('images', undefined));
    expect(image).toMatchObject({ fileName: 'other.iso' });
    // It is the person's own: removed from the list, it stays on the disk.
    expect(await value(backend.call('removeImage', { imageId: image?.id ?? '' }))).toEqual([]);
    expect((await readFile(file)).length).toBe(image?.bytes);
  });

  test('that is no image, or not for drives, is refused in words', async () => {
    await open();
    const told = follow();
    const empty = path.join(home.folder, 'empty.iso');
    await writeFile(empty, 'no image');
    await window.act({ kind: 'drop', file: empty });
    expect(await told(isTrouble)).toMatchObject({ kind: 'trouble' });
    const disc = await makeIso(home.folder, 'disc');
    await window.act({ kind: 'drop', file: disc });
    expect(
      await told((event) => event.kind === 'trouble' && event.problem.code === 'image-not-for-drives'),
    ).toBeDefined();
  });

  test.each([
    ['from another origin', { origin: 'https://example.org', parent: null }],
    ['from a frame inside the page', { origin: 'app://nixburn', parent: {} }],
  ])('whose path comes %s is not opened', async (_what, frame) => {
    await open();
    const file = path.join(home.folder, 'attic.nixburn.json');
    await writeFile(file, '{}');
    await window.act({ kind: 'file', file, frame });
    expect(await openedNext()).toBe('good.nixburn.json');
  });

  test('that the page has made up has no path', async () => {
    await open();
    await window.act({ kind: 'drop', file: '' });
    await window.act({ kind: 'file', file: 'relative.nixburn.json' });
    await window.act({ kind: 'file', file: { path: '/etc/passwd' } });
    await window.act({ kind: 'press', label: 'Keys' });
    const told = follow();
    await told(({ kind }) => kind === 'go');
    expect(await Promise.race([told((one) => one.kind !== 'go'), Promise.resolve('nothing')])).toBe(
      'nothing',
    );
  });
});

describe('The window', () => {
  const saved = (place: object) => async () => {
    await mkdir(path.join(home.folder, 'home/config'), { recursive: true });
    await writeFile(path.join(home.folder, 'home/config/window.json'), JSON.stringify(place));
  };

  test('comes back to where it was', async () => {
    await saved({ bounds: { x: 300, y: 200, width: 1000, height: 700 }, maximized: true })();
    await open();
    expect(window.ready).toMatchObject({
      bounds: { x: 300, y: 200, width: 1000, height: 700 },
      isMaximized: true,
    });
    await window.close();
    const kept = await readFile(path.join(home.folder, 'home/config/window.json'), 'utf8');
    expect(JSON.parse(kept)).toEqual({
      bounds: { x: 300, y: 200, width: 1000, height: 700 },
      maximized: true,
    });
  });

  test('whose screen was unplugged opens on one that is there', async () => {
    await saved({ bounds: { x: 2500, y: 200, width: 1000, height: 700 }, maximized: false })();
    await open();
    expect(window.ready['bounds']).toEqual({ width: 1000, height: 700 });
  });

  test('whose page has crashed is loaded again; twice in a row, the person is told', async () => {
    await open();
    await window.act({ kind: 'crash' });
    expect((await look()).dialogs).toEqual([]);
    await window.act({ kind: 'crash' });
    expect((await look()).dialogs).toMatchObject([{ title: 'The window has stopped twice.' }]);
    const log = await readFile(path.join(home.folder, 'home/logs/nixburn.log'), 'utf8');
    expect(log).toContain('page-gone reason="crashed" exitCode=5');
  });
});

describe('Closing while something runs', () => {
  const recipe = { schema: 1, name: 'attic', keys: [publicKey] };

  test('asks first; going on changes nothing, stopping cleans up', async () => {
    await open();
    const events = new Promise<void>((resolve) =>
      window.door.onReply((reply: Reply) => {
        if (reply.kind === 'events') resolve();
      }),
    );
    window.door.send({ kind: 'start', run: 1, name: 'build', input: recipe });
    await events;
    expect(await look()).toMatchObject({ blockers: ['prevent-app-suspension'] });
    await window.act({ kind: 'close' });
    await window.act({ kind: 'close' });
    const asked = await look();
    expect(asked.dialogs).toMatchObject([
      { message: 'The image is still being built.', buttons: ['Go On', 'Stop and Quit'] },
    ]);
    expect(asked.isOpen).toBe(true);
    await window.act({ kind: 'answer', response: 0 });
    expect((await look()).isOpen).toBe(true);
    await window.act({ kind: 'close' });
    await window.act({ kind: 'answer', response: 1 });
    const { exit, stderr } = await window.close();
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const log = await readFile(path.join(home.folder, 'home/logs/nixburn.log'), 'utf8');
    expect(log).toMatch(/ job-failed job="build" seconds=\d+ code="cancelled"\n/);
    expect(log).toMatch(/ end\n$/);
  }, 60_000);

  test('is not asked about when nothing does', async () => {
    await open();
    const { exit } = await window.close();
    expect(exit).toBe(0);
  });
});

describe('The settings', () => {
  test('reach the desktop at once, and again at the next start', async () => {
    await open();
    expect((await look()).theme).toBe('system');
    await value(backend.call('changeSettings', { appearance: 'dark' }));
    expect((await look()).theme).toBe('dark');
    await window.close();
    await open();
    expect((await look()).theme).toBe('dark');
  });

  test('that may not be read keep no window from opening', async () => {
    // As for a file of root's, which root itself can read.
    await mkdir(path.join(home.folder, 'home/config/settings.json'), { recursive: true });
    await open();
    expect((await look()).isOpen).toBe(true);
    expect(await value(backend.call('settings', undefined))).toMatchObject({ appearance: 'system' });
  });

  test('let passphrases be remembered, sealed, and forget them when they do no longer', async () => {
    await open();
    const network = { ssid: 'Attic', passphrase: 'correct horse battery' };
    expect(await value(backend.call('sealTrouble', undefined))).toBeNull();
    // Nobody has asked for it yet.
    await value(backend.call('rememberPassphrase', network));
    expect(await value(backend.call('rememberedPassphrases', { ssids: ['Attic'] }))).toEqual({});
    await value(backend.call('changeSettings', { rememberPassphrases: true }));
    await value(backend.call('rememberPassphrase', network));
    await window.close();
    const file = path.join(home.folder, 'home/config/passphrases.json');
    expect(await readFile(file, 'utf8')).not.toContain('correct');
    await open();
    expect(await value(backend.call('rememberedPassphrases', { ssids: ['Attic', 'Other'] }))).toEqual({
      Attic: 'correct horse battery',
    });
    await value(backend.call('changeSettings', { rememberPassphrases: false }));
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  test('remember nothing where the keyring is one in name only', async () => {
    await open({ env: { STAND_IN_KEYRING: 'basic_text' } });
    await value(backend.call('changeSettings', { rememberPassphrases: true }));
    const kept = await value(backend.call('rememberPassphrase', { ssid: 'Attic', passphrase: 'secret' }));
    expect(kept).toMatchObject({ ok: false, problem: { code: 'no-keyring' } });
    await expect(readFile(path.join(home.folder, 'home/config/passphrases.json'))).rejects.toThrow('ENOENT');
  });
});

describe('The program', () => {
  test('says its version and its use, and opens nothing', async () => {
    expect(await runElectron(home, { args: ['--version'] })).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(new RegExp(`^${version}\n`)) as string,
    });
    const { exit, stdout } = await runElectron(home, { args: ['--help'] });
    expect(exit).toBe(0);
    expect(stdout).toContain('nixburn-window [--nixpkgs=FLAKEREF]');
  });

  test('that is there already takes over, and the second one goes', async () => {
    const { exit, stdout } = await runElectron(home, { env: { STAND_IN_SECOND_INSTANCE: 'yes' } });
    expect([exit, stdout]).toEqual([0, '{"kind":"quit"}\n']);
  });
});
