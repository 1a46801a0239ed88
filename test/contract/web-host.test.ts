/** The web host against whoever else is on this computer: other pages, other names, guessed tokens. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
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

/** Bytes as nobody's library would send them; the lines that come back until the host hangs up. */
async function raw(text: string): Promise<string[]> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(host.origin).port) });
  let said = '';
  socket.setEncoding('utf8').on('data', (more: string) => (said += more));
  socket.on('error', () => {});
  socket.write(text);
  // Not `once`: a host that hangs up in the middle of a request may break the connection.
  await new Promise((resolve) => socket.once('close', resolve));
  return said === '' ? [] : said.split('\r\n');
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

  test('leads to the window again in the browser that has opened it, and in no other', async () => {
    const own = await startWebHost(home);
    try {
      const first = await fetch(own.url, { redirect: 'manual' });
      const ours = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const address = own.url.slice(own.origin.length);
      const again = await ask(address, { cookie: ours }, 'GET', own);
      expect([again.status, again.headers['location']]).toEqual([303, '/']);
      expect(again.headers['set-cookie']).toBeUndefined();
      expect((await ask(address, {}, 'GET', own)).status).toBe(403);
      expect((await ask('/?token=other', { cookie: ours }, 'GET', own)).status).toBe(403);
      const foreign = { cookie: ours, 'sec-fetch-site': 'cross-site' };
      expect((await ask(address, foreign, 'GET', own)).status).toBe(403);
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

  test.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'opens for whoever started the host, and not for somebody else of this computer',
    async () => {
      const [mine, others] = [54_321, 54_322].map((id) => ({ uid: id, gid: id }));
      const args = [join(root, 'bin/nixburn'), 'serve'];
      const env = { ...home.env, NIXBURN_HOME: '/nowhere' };
      const own = spawn(process.execPath, args, {
        ...mine,
        cwd: '/',
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [url] = (await once(own.stdout, 'data')) as [Buffer];
      const statusFor = async (who: object) => {
        const script = `fetch(process.argv[1], { redirect: 'manual' }).then(({ status }) => console.log(status))`;
        const asking = spawn(process.execPath, ['-e', script, url.toString().trim()], { ...who, cwd: '/' });
        const [status] = (await once(asking.stdout, 'data')) as [Buffer];
        return Number(status.toString());
      };
      try {
        expect(await statusFor(others ?? {})).toBe(403);
        expect(await statusFor(mine ?? {})).toBe(303);
      } finally {
        own.kill('SIGTERM');
        await once(own, 'close');
      }
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

  test.each(['cross-site', 'same-site'])('are not given for another page’s sake: %s', async (site) => {
    const headers = {
      cookie,
      'sec-fetch-site': site,
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'script',
    };
    expect((await ask('/', headers)).status).toBe(403);
    expect((await ask('/', { ...headers, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect(await knock('/door', { cookie, origin: host.origin, 'sec-fetch-site': site })).toBe(403);
  });

  test('are not given to who names no host, another one as well, or asks as of a proxy', async () => {
    const name = host.host;
    const of = async (head: string) =>
      (await raw(`${head}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`))[0];
    expect(await of('GET / HTTP/1.0')).toBe('HTTP/1.1 403 Forbidden');
    expect(await of('GET / HTTP/1.1')).toBe('HTTP/1.1 400 Bad Request');
    expect(await of(`GET / HTTP/1.1\r\nHost: evil.example\r\nHost: ${name}`)).toMatch(/ 40[03] /);
    expect(await of(`GET http://evil.example/ HTTP/1.1\r\nHost: ${name}`)).toBe('HTTP/1.1 404 Not Found');
    expect(await of(`CONNECT evil.example:443 HTTP/1.1\r\nHost: ${name}`)).toBeUndefined();
    expect(await of(`GET / HTTP/1.1\r\nHost: ${name}`)).toBe('HTTP/1.1 200 OK');
  });

  test('are not given for a request without end', async () => {
    const [status] = await raw(`GET / HTTP/1.1\r\nHost: ${host.host}\r\nX: ${'x'.repeat(100_000)}`);
    // Or nothing at all, where the connection breaks before the answer is read.
    expect([undefined, 'HTTP/1.1 431 Request Header Fields Too Large']).toContain(status);
    const long = await ask(`/${'a/../'.repeat(2000)}package.json`, { cookie });
    expect(long.status).toBe(404);
  });

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

  test('speaks no other protocol', async () => {
    const head = `GET /door HTTP/1.1\r\nHost: ${host.host}\r\nOrigin: ${host.origin}\r\nCookie: ${cookie}`;
    const [status] = await raw(`${head}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    expect(status).toMatch(/ 400 /);
  });

  test('answers to no name that the contract does not have, and reads no input that does not fit', async () => {
    const socket = new WebSocket(`ws://${host.host}/door`, { headers: { cookie, origin: host.origin } });
    await once(socket, 'open');
    const codes = new Map<unknown, string>();
    const all = new Promise<void>((resolve) =>
      socket.on('message', (data) => {
        const { id, run, outcome } = JSON.parse(String(data)) as {
          id?: number;
          run?: number;
          outcome: { ok: boolean; problem?: { code: string } };
        };
        codes.set(id ?? `run ${run}`, outcome.problem?.code ?? 'ok');
        if (codes.size === 8) resolve();
      }),
    );
    const messages: Record<string, unknown>[] = [
      { kind: 'call', id: 1, name: '__proto__', input: {} },
      { kind: 'call', id: 2, name: 'constructor' },
      { kind: 'call', id: 3, name: 'toString' },
      { kind: 'start', run: 4, name: 'hasOwnProperty' },
      {
        kind: 'call',
        id: 5,
        name: 'removeImage',
        input: { imageId: '../../etc/passwd', path: '/etc/passwd' },
      },
      { kind: 'call', id: 6, name: 'readKeys', input: { toString: 'x' } },
      { kind: 'start', run: 7, name: 'writeStick', input: { imageId: '/etc/passwd', driveId: '/dev/sda' } },
      { kind: 'call', id: 8, name: 'about' },
    ];
    for (const message of [
      null,
      1,
      'x',
      [],
      { kind: 'call', id: -1, name: 'about' },
      { kind: 'call', id: 1e99, name: 'x' },
    ])
      socket.send(JSON.stringify(message));
    for (const message of messages) socket.send(JSON.stringify(message));
    await all;
    socket.terminate();
    expect(Object.fromEntries(codes)).toEqual({
      1: 'bad-request',
      2: 'bad-request',
      3: 'bad-request',
      'run 4': 'bad-request',
      5: 'bad-request',
      6: 'bad-request',
      'run 7': 'image-gone',
      8: 'ok',
    });
  });

  test('closes on what is no message, and the host goes on', async () => {
    // Too deep to be read, and too long, among them.
    const deep = `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`;
    for (const message of ['{', deep.slice(1), Buffer.from([1, 2, 3]), 'x'.repeat(5_000_000)]) {
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

  test('ends while somebody who was turned away at the door does not hang up', async () => {
    const own = await startWebHost(home);
    const socket = connect({
      host: '127.0.0.1',
      port: Number(new URL(own.origin).port),
      allowHalfOpen: true,
    });
    socket.on('error', () => {});
    socket.write(
      `GET /door HTTP/1.1\r\nHost: ${own.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    await once(socket, 'data');
    expect((await own.stop()).exit).toBe(0);
    socket.destroy();
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
