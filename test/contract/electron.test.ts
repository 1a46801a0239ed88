/** The desktop app: the real bundles of main and preload, run against a stand-in for the `electron` module. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { _electron } from '@playwright/test';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reply } from '../../src/shared/contract.ts';
import { makeHome, openElectronWindow, root, type ElectronWindow, type Home } from './program.ts';

let home: Home;
let window: ElectronWindow;

beforeEach(async () => {
  home = await makeHome();
  window = await openElectronWindow(home);
});
afterEach(async () => {
  await window.close();
  await home.remove();
});

/** Asks from a frame, and says whether there was an answer: a call from our page that follows it always has one. */
async function isHeard(frame: object | null): Promise<boolean> {
  const heard: number[] = [];
  const both = new Promise<void>((resolve) => {
    window.door.onReply((reply: Reply) => {
      if (reply.kind !== 'answer') return;
      heard.push(reply.id);
      if (reply.id === 2) resolve();
    });
  });
  await window.act({
    kind: 'send',
    frame,
    request: { kind: 'call', id: 1, name: 'about', input: undefined },
  });
  await window.act({ kind: 'send', request: { kind: 'call', id: 2, name: 'about', input: undefined } });
  await both;
  return heard.includes(1);
}

describe('The window', () => {
  test('opens on our own scheme, in a sandbox, with one door and nothing else', () => {
    const { ready } = window;
    expect(ready['url']).toBe('app://nixburn/');
    expect(ready['isSandboxed']).toBe(true);
    expect(ready['webPreferences']).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: true,
    });
    // What Electron's checklist warns of is left at its default: nothing of it is named at all.
    for (const name of [
      'webSecurity',
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'enableBlinkFeatures',
      'nodeIntegrationInWorker',
      'nodeIntegrationInSubFrames',
    ])
      expect(ready['webPreferences']).not.toHaveProperty(name);
    expect(ready['exposed']).toEqual(['nixburn']);
    expect(ready['door']).toEqual(['send', 'onReply', 'give']);
    expect(ready['schemes']).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
  });

  test('gets its page with a strict policy', async () => {
    const page = await window.act({ kind: 'fetch', url: 'app://nixburn/' }, 'fetched');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(String(page['text'])).toContain('<div id="root">');
    const policy = String((page['headers'] as Record<string, string>)['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("connect-src 'none'");
  });

  test.each([
    ['app://nixburn/../../package.json'],
    ['app://nixburn/%2e%2e/%2e%2e/package.json'],
    ['app://nixburn/..%2f..%2fpackage.json'],
    ['app://nixburn/..%5c..%5cpackage.json'],
    ['app://elsewhere/index.html'],
    ['app://nixburn/nothing.js'],
  ])('gets no other file: %s', async (url) => {
    expect(await window.act({ kind: 'fetch', url }, 'fetched')).toMatchObject({
      status: 404,
      text: 'There is no such file.\n',
    });
  });

  test('gets nothing by any other method', async () => {
    const answer = await window.act({ kind: 'fetch', url: 'app://nixburn/', method: 'POST' }, 'fetched');
    expect(answer['status']).toBe(404);
  });

  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    'may not leave: %s',
    async (event) => {
      const answer = await window.act({ kind: 'navigate', event, url: 'https://example.org/' }, 'navigated');
      expect(answer['isPrevented']).toBe(true);
    },
  );

  test('may not open another window', () => {
    expect(window.ready['windowOpen']).toEqual({ action: 'deny' });
  });

  test.each([
    ['clipboard-sanitized-write', true],
    ['clipboard-read', false],
    ['media', false],
    ['notifications', false],
    ['fileSystem', false],
    ['openExternal', false],
    ['usb', false],
  ])('has the permission %s: %s', async (permission, isGranted) => {
    const answer = await window.act({ kind: 'permission', permission }, 'permission');
    expect(answer).toEqual({ kind: 'permission', isGranted, isChecked: isGranted });
  });
});

describe('What the window loads', () => {
  test.each(['http://example.org/x.js', 'https://example.org/', 'wss://example.org/', 'file:///etc/passwd'])(
    'is never from elsewhere: %s',
    async (url) => {
      expect(await window.act({ kind: 'load', url }, 'load')).toMatchObject({ isCancelled: true });
    },
  );

  test('is saved only where the page itself has made it', async () => {
    const ask = async (url: string) =>
      (await window.act({ kind: 'download', url }, 'download'))['isPrevented'];
    expect(await ask('blob:app://nixburn/6f3a')).toBe(false);
    expect(await ask('blob:https://example.org/6f3a')).toBe(true);
    expect(await ask('https://example.org/setup.exe')).toBe(true);
    expect(await ask('data:text/html,x')).toBe(true);
  });

  test('reaches no device', async () => {
    const details = { deviceType: 'usb', origin: 'app://nixburn' };
    expect(await window.act({ kind: 'device', details }, 'device')).toMatchObject({ isGranted: false });
  });
});

describe('The services', () => {
  test('hear our page', async () => {
    expect(await isHeard({ origin: 'app://nixburn', parent: null })).toBe(true);
  });

  test.each([
    ['another origin', { origin: 'https://example.org', parent: null }],
    ['an opaque origin', { origin: 'null', parent: null }],
    ['another name under our scheme', { origin: 'app://nixburn.example', parent: null }],
    ['a frame inside our page', { origin: 'app://nixburn', parent: {} }],
    ['a frame that is gone', false],
  ])('do not hear %s', async (_who, frame) => {
    expect(await isHeard(frame as object)).toBe(false);
  });

  test('stop what a page has started when it is loaded again', async () => {
    const replies: Reply[] = [];
    const firstDrives = new Promise<void>((resolve) =>
      window.door.onReply((reply) => {
        replies.push(reply);
        if (reply.kind === 'events') resolve();
      }),
    );
    window.door.send({ kind: 'start', run: 1, name: 'watchDrives', input: undefined });
    await firstDrives;
    await window.act({ kind: 'reload' });
    const again = new Promise<Reply>((resolve) =>
      window.door.onReply((reply) => {
        if (reply.kind === 'events') resolve(reply);
      }),
    );
    // The number is free again: the run of the page before is over.
    window.door.send({ kind: 'start', run: 1, name: 'watchDrives', input: undefined });
    expect(await again).toMatchObject({ kind: 'events', run: 1 });
    expect(replies.filter(({ kind }) => kind === 'ended')).toEqual([]);
  });
});

describe('The app', () => {
  test('ends when its window is closed, also while something runs', async () => {
    const running = new Promise<void>((resolve) =>
      window.door.onReply((reply) => {
        if (reply.kind === 'events') resolve();
      }),
    );
    window.door.send({ kind: 'start', run: 1, name: 'watchDrives', input: undefined });
    await running;
    const { exit, stdout, stderr } = await window.close();
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toContain('{"kind":"quit"}');
  });
});

describe('The bundle', () => {
  const text = readdirSync(path.join(root, 'dist/main'))
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => readFileSync(path.join(root, 'dist/main', name), 'utf8'))
    .join('\n');

  test.each([
    ['opens no address in another program', /openExternal|openPath/],
    ['takes no scheme of addresses for itself', /setAsDefaultProtocolClient/],
    ['loads no page of the disk', /loadFile\(|loadURL\(["'`](?!\$\{origin\})/],
    ['switches nothing of Chromium off', /appendSwitch|disable-web-security|no-sandbox/],
    ['opens no port for debuggers', /remote-debugging/],
  ])('%s', (_what, pattern) => {
    expect(text).not.toMatch(pattern);
  });
});

/** Why the real Electron can not run here; null: it can. */
function whyNoElectron(): string | null {
  const folder = path.join(root, 'node_modules/electron');
  const name = path.join(folder, 'path.txt');
  if (!existsSync(name) || !existsSync(path.join(folder, 'dist', readFileSync(name, 'utf8'))))
    return 'its program is not downloaded';
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return 'there is no graphical session';
  return null;
}

describe('The real Electron', () => {
  const why = whyNoElectron();
  test.skipIf(why !== null)(`shows the window${why ? ` — skipped: ${why}` : ''}`, async () => {
    const isRoot = process.getuid?.() === 0;
    const app = await _electron.launch({
      args: [...(isRoot ? ['--no-sandbox'] : []), root],
      env: Object.fromEntries(Object.entries(home.env).filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >,
    });
    try {
      const page = await app.firstWindow();
      await page.waitForSelector('#root > *');
      expect(page.url()).toBe('app://nixburn/');
      expect(await page.evaluate('typeof require + typeof process')).toBe('undefinedundefined');
    } finally {
      await app.close();
    }
  });
});

describe('The preload', () => {
  test('is CommonJS and asks for nothing but electron', () => {
    const file = path.join(root, 'dist/preload/preload.cjs');
    execFileSync(process.execPath, ['--check', file]);
    const text = readFileSync(file, 'utf8');
    expect([...text.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1])).toEqual(['electron']);
    expect(text).not.toMatch(/^import |^export /m);
  });
});
