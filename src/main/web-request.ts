/** Asks a web server for one thing, within limits of time, size and place: the only file that goes to the web by itself. */
import { request as requestPlain, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { version } from './version.ts';

export interface WebRules {
  /** The person's own wish to stop. */
  signal: AbortSignal;
  /** The whole request, from the first packet to the last byte of the body, in ms. */
  millis: number;
  /** Where the server may send us on to: its own host only, or any host that speaks https. */
  redirects: 'same-host' | 'any-host';
  /** Plain http is only ever spoken to this computer itself, and only where this says so. */
  loopbackHttp?: boolean;
  /** More to say to the server, such as where to go on. */
  headers?: Record<string, string> | undefined;
  /** Certificates (PEM) to trust in place of the system's. */
  ca?: string | undefined;
}

export interface WebAnswer {
  /** Where it came from in the end. */
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as it was sent, not decoded. Ends with an error where the rules' time runs out. */
  body: IncomingMessage;
}

const mostRedirects = 5;
/** ms. A connection on which nothing comes for so long is given up, however much time there is for the whole. */
const silence = 30_000;

/**
 * Sends one GET request and follows redirects as far as the rules allow.
 *
 * @returns the answer whatever its status, or `cancelled`, `web-address`, `web-redirect`, `web-unreachable`,
 *   `web-too-slow`. The body must be read or destroyed.
 */
export async function openWeb(address: URL, rules: WebRules): Promise<Outcome<WebAnswer>> {
  const deadline = AbortSignal.timeout(rules.millis);
  const signal = AbortSignal.any([rules.signal, deadline]);
  let url = address;
  for (let hop = 0; ; hop++) {
    if (!isSecure(url, rules)) return failed(hop === 0 ? notSecure(url) : strayed(address));
    let body: IncomingMessage;
    try {
      body = await ask(url, signal, rules);
    } catch (error) {
      return failed(explainWebError(error, url, rules.signal, deadline));
    }
    const status = body.statusCode ?? 0;
    const { location } = body.headers;
    if (status < 300 || status > 399 || location === undefined)
      return done({ url, status, headers: body.headers, body });
    body.destroy();
    const next = URL.canParse(location, url) ? new URL(location, url) : null;
    const strays = next === null || (rules.redirects === 'same-host' && next.host !== address.host);
    if (strays || hop === mostRedirects) return failed(strayed(address));
    url = next;
  }
}

/**
 * Reads a whole body as UTF-8 text.
 *
 * @param most bytes; a longer one is given up as soon as that shows.
 * @returns the text, or `web-too-large`, and what `openWeb` gives for a broken connection.
 */
export async function readWebText(
  { body, url }: WebAnswer,
  most: number,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (bytes > most) return failed(tooLarge(url));
      parts.push(part);
    }
    return done(new TextDecoder().decode(Buffer.concat(parts)));
  } catch (error) {
    return failed(explainWebError(error, url, signal));
  } finally {
    body.destroy();
  }
}

/** What a broken connection means, in words. */
export function explainWebError(
  error: unknown,
  url: URL,
  wish: AbortSignal,
  deadline?: AbortSignal,
): Problem {
  if (wish.aborted) return cancelled;
  const { code = '', message = '', name = '' } = error as NodeJS.ErrnoException;
  if (deadline?.aborted || name === 'TimeoutError' || name === 'AbortError' || code === 'ABORT_ERR') {
    return problem('web-too-slow', `${url.host} did not answer in time.`, {
      remedy: 'Check the connection, then try again.',
    });
  }
  const isCertificate = /CERT|SSL|TLS|self-signed|altname/i.test(`${code} ${message}`);
  return problem(
    'web-unreachable',
    isCertificate ? `${url.host} could not prove who it is.` : `${url.host} can not be reached.`,
    {
      detail: isCertificate
        ? 'Its certificate is not one that this computer trusts.'
        : 'There is no connection, or no such server.',
      remedy: 'Check the address and the connection, then try again.',
      raw: code || message,
    },
  );
}

export function tooLarge(url: URL): Problem {
  return problem('web-too-large', `${url.host} sent more than this can be.`, {
    remedy: 'Check the address.',
  });
}

function ask(url: URL, signal: AbortSignal, { ca, headers }: WebRules): Promise<IncomingMessage> {
  const options = {
    signal,
    agent: false as const,
    headers: { 'User-Agent': `nixburn/${version}`, 'Accept-Encoding': 'identity', ...headers },
  };
  return new Promise((resolve, reject) => {
    const asked =
      url.protocol === 'https:'
        ? requestSecure(url, ca === undefined ? options : { ...options, ca })
        : requestPlain(url, options);
    asked.once('response', resolve);
    asked.once('error', reject);
    asked.setTimeout(silence, () =>
      asked.destroy(Object.assign(new Error('silence'), { name: 'TimeoutError' })),
    );
    asked.end();
  });
}

function isSecure({ protocol, hostname, username, password }: URL, { loopbackHttp }: WebRules): boolean {
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  return protocol === 'http:' && loopbackHttp === true && isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function notSecure({ host }: URL): Problem {
  return problem(
    'web-address',
    'Only addresses that begin with https:// are asked, without a password in them.',
    {
      detail: `What comes from ${host} otherwise could have been changed on the way.`,
      remedy: 'Give an address that begins with https://.',
    },
  );
}

function strayed({ host }: URL): Problem {
  return problem('web-redirect', `${host} sent us on to another place.`, {
    detail: 'That is not followed, since nobody chose to trust that place.',
    remedy: 'Check the address, or give the one where it leads to.',
  });
}
