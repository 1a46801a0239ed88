/**
 * Shows the window in a browser of this computer, and in nobody else's: loopback only, a token that works once, then a
 * cookie, and no word to a page from another origin.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { openDesk, type Desk, type Services } from './desk.ts';
import { isSomebodyElses } from './loopback-peer.ts';
import { contentPolicy, pageHeaders, readPageFile } from './page.ts';

export interface WebHost {
  /** The address with the one-time token. */
  url: string;
  /** Aborts when nobody has had the window open for an hour; the host goes on until it is closed. */
  forgotten: AbortSignal;
  /** Cancels what runs, closes every connection, and resolves once all is down. */
  close(): Promise<void>;
}

/** A host that was forgotten in some terminal must not stand open for days. */
const forgottenMillis = 60 * 60 * 1000;

/** The largest message a page may send, in bytes: a recipe with long scripts is far below. */
const largestMessage = 4 * 2 ** 20;

/**
 * Starts to listen on 127.0.0.1.
 *
 * @param renderer the folder with the window's files.
 * @param port 0 lets the system choose. Rejects with the system's error where a port can not be had.
 */
export async function openWebHost(services: Services, renderer: string, port: number): Promise<WebHost> {
  const token = randomBytes(32).toString('base64url');
  const session = randomBytes(32).toString('base64url');
  let tokenIsUsed = false;
  const desks = new Set<Desk>();
  const forgetting = new AbortController();
  let idle: NodeJS.Timeout | undefined;
  /** Begins to count anew; an open window, in which something may be running, keeps the host for any time. */
  const stayAwake = () => {
    clearTimeout(idle);
    if (desks.size === 0) idle = setTimeout(() => forgetting.abort(), forgottenMillis);
  };
  // The door is opened by hand below, after the checks.
  const doors = new WebSocketServer({ noServer: true, maxPayload: largestMessage, perMessageDeflate: false });

  const server = createServer((request, response) => void answer(request, response));
  server.on('upgrade', (request, socket, head) => {
    const refusal = refuseDoor(request);
    if (refusal) return refuseUpgrade(socket, refusal);
    doors.handleUpgrade(request, socket, head, (webSocket) => serveDoor(webSocket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origin = `http://${host}`;
  // Cookies do not know ports: the name keeps two hosts on one computer apart.
  const cookieName = `nixburn-${(server.address() as AddressInfo).port}`;
  const policy = contentPolicy(`'self' ws://${host}`);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number, type: string, body: string | Buffer, more: Record<string, string> = {}) => {
      response.writeHead(status, { ...pageHeaders(type, policy), ...more });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const say = (status: number, sentence: string, more: Record<string, string> = {}) =>
      end(status, 'text/plain; charset=utf-8', `${sentence}\n`, more);
    // A name that someone else's DNS points to 127.0.0.1 shows in `Host` (DNS rebinding).
    if (request.headers.host !== host) return say(403, 'This address is not Nixburn’s.');
    if (request.headers.origin !== undefined && request.headers.origin !== origin)
      return say(403, 'Other pages may not ask Nixburn for anything.');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return say(405, 'Nixburn only hands out files.', { Allow: 'GET, HEAD' });
    // Split by hand: URL would resolve `..` before anything could object to it.
    const [urlPath = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const given = new URLSearchParams(query).get('token');
    if (urlPath === '/' && given !== null) {
      // The link was followed once more.
      if (tokenIsUsed && isEqual(given, token) && hasSession(request) && !isForeign(request))
        return say(303, 'Nixburn is at /.', { Location: '/' });
      if (tokenIsUsed || !isEqual(given, token))
        return say(
          403,
          'This address has been used or is not right. Start `nixburn serve` again for a new one.',
        );
      // A link preview asks with HEAD and must not use the token up.
      if (request.method === 'HEAD') return say(200, 'This address opens Nixburn once.');
      // Others of this computer can read it in the list of processes while a browser is being started with it.
      if (await isSomebodyElses(request.socket))
        return say(403, 'Only whoever started Nixburn may open this address.');
      // Two may have asked at the same moment.
      if (tokenIsUsed) return say(403, 'This address has been used.');
      tokenIsUsed = true;
      return say(303, 'Nixburn is at /.', {
        Location: '/',
        'Set-Cookie': `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`,
      });
    }
    // To a browser all ports of this computer are one site: the page of another server here brings our cookie along.
    if (isForeign(request)) return say(403, 'Other pages may not ask Nixburn for anything.');
    if (!hasSession(request)) return say(401, 'Open the address that `nixburn serve` printed.');
    const file = await readPageFile(renderer, urlPath);
    if (!file) return say(404, 'There is no such file.');
    end(200, file.type, file.body);
  }

  function hasSession(request: IncomingMessage): boolean {
    return (request.headers.cookie ?? '').split(/; */).some((pair) => {
      const [name, value = ''] = pair.split('=', 2);
      return name === cookieName && isEqual(value, session);
    });
  }

  /** Browsers send no preflight before a WebSocket, and send cookies with it: the Origin decides. */
  function refuseDoor(request: IncomingMessage): string | undefined {
    if (request.url !== '/door') return '404 Not Found';
    if (request.headers.host !== host || request.headers.origin !== origin) return '403 Forbidden';
    if (isForeign(request)) return '403 Forbidden';
    if (!hasSession(request)) return '401 Unauthorized';
    return undefined;
  }

  function serveDoor(webSocket: WebSocket): void {
    const desk = openDesk(services, (reply) => webSocket.send(JSON.stringify(reply)));
    desks.add(desk);
    stayAwake();
    webSocket.on('message', (message, isBinary) => {
      if (isBinary) return webSocket.close(1003);
      try {
        desk.take(JSON.parse(String(message)));
      } catch {
        webSocket.close(1007);
      }
    });
    // A socket that breaks is closed right after, and that is all there is to do about it.
    webSocket.on('error', () => {});
    webSocket.on('close', async () => {
      await desk.close();
      desks.delete(desk);
      stayAwake();
    });
  }

  stayAwake();
  return {
    url: `${origin}/?token=${token}`,
    forgotten: forgetting.signal,
    async close() {
      clearTimeout(idle);
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all([...desks].map((desk) => desk.close()));
      for (const webSocket of doors.clients) webSocket.terminate();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whether a browser says that it asks for another page's sake (Fetch Metadata); programs and older browsers say nothing. */
function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Compares in a time that says nothing about where the texts differ, or how long they are. */
function isEqual(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => {});
  const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  // Whoever keeps their half of the connection open would otherwise keep the host from ending.
  socket.end(answer, () => socket.destroy());
}
