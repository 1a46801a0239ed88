/** Keys that somebody has published: what is believed, what is not, and where nobody is sent on to. */
import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchKeys } from '../../src/main/keys/fetch.ts';
import type { KeyList } from '../../src/shared/choosing.ts';
import { recipeNamed } from '../recipes.ts';
import { wireKey, wireString } from '../wire.ts';
import { startHttps, type HttpsServer } from './https-server.ts';

const [first = '', second = ''] = recipeNamed('full').keys;
const number = wireString(Buffer.alloc(128, 0x55));
const dsa = wireKey('ssh-dss', number, wireString(Buffer.alloc(20, 0x55)), number, number);
const asked: string[] = [];
/** Tells of each request by its path. */
const arrivals = new EventEmitter();
let server: HttpsServer;
let elsewhere: HttpsServer;

/** What each address answers: status, type, body, or where it sends one to. */
const pages: Record<string, { status?: number; type?: string; body?: string; to?: string; never?: true }> = {
  '/ada.keys': { body: `${first}\n${second}\n` },
  '/mixed.keys': { body: `${dsa}\n${first}\nssh-ed25519 AAAA\n` },
  '/none.keys': { body: '' },
  '/page.keys': { type: 'text/html', body: `<html>${first}` },
  '/words.keys': { body: 'Please log in first.\n' },
  '/private.keys': { body: '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n' },
  '/large.keys': { body: `${first}\n`.repeat(10_000) },
  '/busy.keys': { status: 429, body: 'slow down' },
  '/moved.keys': { status: 301, to: '/ada.keys' },
  '/round.keys': { status: 302, to: '/round.keys' },
  '/plain.keys': { status: 302, to: 'http://localhost:9/ada.keys' },
  '/silent.keys': { never: true },
};

beforeAll(async () => {
  elsewhere = await startHttps((_request, response) => response.end(first));
  server = await startHttps((request, response) => {
    asked.push(request.url ?? '');
    arrivals.emit(request.url ?? '');
    const page =
      request.url === '/stray.keys' ? { status: 302, to: `${elsewhere.origin}/x` } : pages[request.url ?? ''];
    if (!page) return void response.writeHead(404).end('Not Found');
    if ('never' in page) return;
    const { status = 200, type = 'text/plain; charset=utf-8', body, to } = page as (typeof pages)[string];
    response.writeHead(status, { 'Content-Type': type, ...(to ? { Location: to } : {}) });
    response.end(body);
  });
});
afterAll(async () => {
  await server.close();
  await elsewhere.close();
});

function get(list: KeyList, signal?: AbortSignal) {
  const { origin, ca } = server;
  return fetchKeys(list, { addresses: { github: origin, gitlab: origin, codeberg: origin }, ca, signal });
}
const user = (name: string) => get({ service: 'github', user: name });

describe('a list of published keys', () => {
  test.each(['github', 'gitlab', 'codeberg'] as const)(
    'of %s is asked for by the user name',
    async (service) => {
      const fetched = await get({ service, user: 'ada' });
      expect(fetched).toMatchObject({
        ok: true,
        value: {
          address: `${server.origin}/ada.keys`,
          keys: [{ line: first }, { line: second }],
          leftOut: [],
        },
      });
    },
  );

  test('can be at any https address', async () => {
    expect(await get({ url: `${server.origin}/ada.keys` })).toMatchObject({ ok: true });
  });

  test('gives the keys that can be used, and says why the others can not', async () => {
    expect(await user('mixed')).toMatchObject({
      ok: true,
      value: {
        keys: [{ line: first }],
        leftOut: [
          { line: 1, problem: { code: 'weak-key' } },
          { line: 3, problem: { code: 'bad-key' } },
        ],
      },
    });
  });

  test('may have moved on the same server', async () => {
    expect(await user('moved')).toMatchObject({ ok: true, value: { keys: [{}, {}] } });
  });

  test.each([
    ['of a user who is not there', 'nobody', 'no-such-user'],
    ['of a user without a key', 'none', 'no-keys-there'],
    ['that is a web page', 'page', 'not-a-key-list'],
    ['that is something else', 'words', 'not-a-key-list'],
    ['with a private key in it', 'private', 'private-key'],
    ['that is too large', 'large', 'web-too-large'],
    ['from a server that is asked too often', 'busy', 'web-status'],
    ['that is on another server', 'stray', 'web-redirect'],
    ['that is not encrypted on its way', 'plain', 'web-redirect'],
    ['that leads round in a circle', 'round', 'web-redirect'],
  ])('%s is refused with a sentence', async (_, name, code) => {
    const fetched = await user(name);
    expect(fetched).toMatchObject({ ok: false, problem: { code, title: expect.stringMatching(/\.$/) } });
  });

  test('is asked for with at most a handful of requests, even in a circle', async () => {
    asked.length = 0;
    await user('round');
    expect(asked.length).toBeLessThanOrEqual(6);
  });

  test.each([
    { service: 'github', user: '../etc/passwd' },
    { service: 'gitlab', user: 'a/b' },
    { service: 'codeberg', user: 'a?b' },
    { service: 'github', user: 'ada@example.org' },
    { service: 'github', user: '-ada' },
    { url: 'http://example.org/keys' },
    { url: 'file:///etc/passwd' },
    { url: 'nonsense' },
    { url: 'https://user:word@localhost/keys' },
  ] as KeyList[])('%j is not asked for at all', async (list) => {
    asked.length = 0;
    expect(await get(list)).toMatchObject({
      ok: false,
      problem: { code: expect.stringMatching(/^(bad-user-name|bad-address|web-address)$/) },
    });
    expect(asked).toEqual([]);
  });

  test('from a server that this computer does not trust is not believed', async () => {
    const fetched = await fetchKeys({ url: `${server.origin}/ada.keys` });
    expect(fetched).toMatchObject({
      problem: { code: 'web-unreachable', title: expect.stringContaining('prove who it is') },
    });
  });

  test('from a server that is not there says so', async () => {
    const fetched = await get({ url: 'https://localhost:9/keys' });
    expect(fetched).toMatchObject({ problem: { code: 'web-unreachable' } });
  });

  test('stops as soon as the person asks for it', async () => {
    const stop = new AbortController();
    const fetching = get({ service: 'github', user: 'silent' }, stop.signal);
    await once(arrivals, '/silent.keys');
    stop.abort();
    expect(await fetching).toMatchObject({ problem: { code: 'cancelled' } });
  });
});
