/** The web host against whoever else is on this computer: other pages, other names, guessed tokens. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Services } from '../../src/main/desk.ts';
import { openWebHost } from '../../src/main/web-host.ts';
import { done } from '../../src/shared/problem.ts';
import {
  makeHome,
  root,
  runCommand,
  signIn,
  startCommand,
  startWebHost,
  type Home,
  type WebHost,
} from './program.ts';

let home: Home;
let host: WebHost;
let cookie: string;

beforeAll(async () => {
  home = await makeHome();
  host = await startWebHost(home);
  cookie = await signIn(host);
});
afterAll(async () => {
  await host?.stop();
  await home?.remove();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request byte for byte as it is given: `fetch` would tidy up paths and refuses some headers. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', to = host): Promise<Answer> {
  const port = Number(new URL(to.origin).port);
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host: to.host, ...headers } });
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The status that an upgrade is answered with; 101 where the door opens. */
async function knock(path: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://${host.host}${path}`, { headers });
  const status = new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
  socket.on('error', () => {});
  const answered = await status;
  socket.terminate();
  return answered;
}

describe('The address that is printed', () => {
  test('is one line, on the loopback address, with a token that can not be guessed', () => {
    expect(host.output.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
  });

  test('works once', async () => {
    const own = await startWebHost(home);
    try {
      const path = own.url.slice(own.origin.length);
      const first = await ask(path, {}, 'GET', own);
      expect(first.status).toBe(303);
      expect(first.headers['location']).toBe('/');
      expect(String(first.headers['set-cookie'])).toMatch(
        /^nixburn-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
      );
      const second = await ask(path, {}, 'GET', own);
      expect(second.status).toBe(403);
      expect(second.headers['set-cookie']).toBeUndefined();
    } finally {
      await own.stop();
    }
  });

  test('is not used up by a look at it', async () => {
    const own = await startWebHost(home);
    try {
      const path = own.url.slice(own.origin.length);
      expect((await ask(path, {}, 'HEAD', own)).headers['set-cookie']).toBeUndefined();
      expect((await ask(path, {}, 'GET', own)).status).toBe(303);
    } finally {
      await own.stop();
    }
  });

  test.each(['', 'wrong', 'x'.repeat(43), '%00', 'é'])(
    'does not work with another token: %j',
    async (token) => {
      const answer = await ask(`/?token=${encodeURIComponent(token)}`);
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
    },
  );

  test('does not reach beyond this computer', async () => {
    const port = Number(new URL(host.origin).port);
    const socket = connect({ host: '127.0.0.2', port });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});

describe('The window’s files', () => {
  test('come with a strict policy, and no permission for other origins', async () => {
    const { status, headers, body } = await ask('/', { cookie });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain('<div id="root">');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('are all there, with their own types', async () => {
    const { body } = await ask('/', { cookie });
    const names = [...body.matchAll(/(?:src|href)="\.?(\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(names.length).toBeGreaterThan(1);
    const types = {
      js: 'text/javascript; charset=utf-8',
      css: 'text/css; charset=utf-8',
      svg: 'image/svg+xml',
    };
    for (const name of names) {
      const answer = await ask(name, { cookie });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(types[name.split('.').at(-1) as keyof typeof types]);
    }
  });

  test.each([
    ['no cookie', {}],
    ['an empty cookie', { cookie: '' }],
    ['a guessed cookie', { cookie: 'nixburn-1=x; nixburn=y' }],
  ])('are not given to whoever has %s', async (_what, headers) => {
    expect((await ask('/', headers)).status).toBe(401);
    expect((await ask('/index.html', headers)).status).toBe(401);
  });

  test('are not given for a wrong value under the right name', async () => {
    expect((await ask('/', { cookie: `${cookie.split('=')[0]}=wrong` })).status).toBe(401);
  });

  test.each(['localhost', 'evil.example', '127.0.0.1', '127.0.0.1:1', '[::1]'])(
    'are not given under another name: %s',
    async (name) => {
      expect((await ask('/', { cookie, host: name })).status).toBe(403);
    },
  );

  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost'])(
    'are not given to a page from %s',
    async (origin) => {
      const answer = await ask('/', { cookie, origin });
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])(
    'can not be asked for with %s',
    async (method) => {
      const answer = await ask('/', { cookie }, method);
      expect(answer.status).toBe(405);
      expect(answer.headers['allow']).toBe('GET, HEAD');
    },
  );

  test.each([
    '/../../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/../../../package.json',
    '/..\\..\\package.json',
    '/..%5c..%5cpackage.json',
    '/%00index.html',
    '/index.html%00.png',
    '/%',
    '/%ff',
    '//etc/passwd',
    '/c:/windows/win.ini',
    '/.',
    '/assets',
    '/assets/',
    '/nothing.js',
  ])('are all that can be had: %s', async (path) => {
    const { status, body } = await ask(path, { cookie });
    expect([status, body]).toEqual([404, 'There is no such file.\n']);
  });
});

describe('The door', () => {
  test('opens for our page', async () => {
    expect(await knock('/door', { cookie, origin: host.origin })).toBe(101);
  });

  test('stays shut for everybody else', async () => {
    const { origin } = host;
    expect(await knock('/door', { origin })).toBe(401);
    expect(await knock('/door', { cookie: 'nixburn=x', origin })).toBe(401);
    expect(await knock('/door', { cookie })).toBe(403);
    expect(await knock('/door', { cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await knock('/door', { cookie, origin: 'null' })).toBe(403);
    expect(await knock('/door', { cookie, origin, host: 'evil.example' })).toBe(403);
    expect(await knock('/', { cookie, origin })).toBe(404);
    expect(await knock('/door?token=x', { cookie, origin })).toBe(404);
  });

  test('closes on what is no message, and the host goes on', async () => {
    for (const message of ['{', Buffer.from([1, 2, 3]), 'x'.repeat(5_000_000)]) {
      const socket = new WebSocket(`ws://${host.host}/door`, { headers: { cookie, origin: host.origin } });
      socket.on('error', () => {});
      await once(socket, 'open');
      socket.send(message);
      await once(socket, 'close');
    }
    expect(await knock('/door', { cookie, origin: host.origin })).toBe(101);
  });
});

describe('The command', () => {
  test('ends cleanly on Ctrl-C, also with a window open', async () => {
    const own = await startWebHost(home);
    const socket = new WebSocket(`ws://${own.host}/door`, {
      headers: { cookie: await signIn(own), origin: own.origin },
    });
    await once(socket, 'open');
    const [{ exit, stderr }] = await Promise.all([own.stop(), once(socket, 'close')]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });

  test.each(['x', '-1', '70000', '1.5'])('refuses a port that is none: %s', async (port) => {
    const { exit, stdout, stderr } = await runCommand(home, ['serve', `--port=${port}`]);
    expect(exit).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('port');
  });

  test('says so where the port is taken', async () => {
    const { port } = new URL(host.origin);
    const second = startCommand(home, ['serve', '--port', port]);
    const { exit, stderr } = await second.ended;
    expect(exit).toBe(1);
    expect(stderr).toContain(`Port ${port} can not be used.`);
  });
});

describe('A host that nobody uses', () => {
  const services: Services = {
    call: () => Promise.resolve(done(null)),
    // oxlint-disable-next-line require-yield -- there is nothing to tell
    async *job() {
      return done(null);
    },
  };
  const anHour = 3_600_000;

  beforeEach(() => {
    // Only what the host itself counts: connections go on in real time.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('counts as forgotten after an hour, and not while a window is open', async () => {
    const own = await openWebHost(services, root, 0);
    try {
      const { origin, host: name } = new URL(own.url);
      const answer = await fetch(own.url, { redirect: 'manual' });
      const ownCookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const socket = new WebSocket(`ws://${name}/door`, { headers: { cookie: ownCookie, origin } });
      await once(socket, 'open');
      await vi.advanceTimersByTimeAsync(3 * anHour);
      expect(own.forgotten.aborted).toBe(false);
      socket.close();
      await once(socket, 'close');
      while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(anHour);
      expect(own.forgotten.aborted).toBe(true);
    } finally {
      await own.close();
    }
  });
});
