/** The list of all packages, from a server on this computer to a search: made once, kept, and never half. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { listWithNix } from '../../src/main/packages/all-packages.ts';
import { indexFile, indexState, updateIndex } from '../../src/main/packages/index-store.ts';
import { packageSearch } from '../../src/main/packages/search-thread.ts';
import type { IndexEvent, PackageIndexState } from '../../src/shared/choosing.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import { nixVariables } from '../nix.ts';

const channel = 'nixos-26.05';
const first = 'a'.repeat(40);
const second = 'b'.repeat(40);
const listOf = (names: string[]) =>
  brotliCompressSync(
    JSON.stringify({
      version: 2,
      packages: Object.fromEntries(
        names.map((name) => [
          name,
          { name: `${name}-1.0`, version: '1.0', meta: { description: `About ${name}` } },
        ]),
      ),
    }),
  );

/** What the server does; each test may change it. */
let world: { revision: string; list: Buffer; cutAfter: number | null; status: number };
let asked: string[];
let server: Server;
let base: string;
let folder: string;

beforeAll(async () => {
  await build(['program']);
  server = createServer((request, response) => {
    const { url = '', headers } = request;
    asked.push(`${url}${headers.range ? ` ${headers.range}` : ''}`);
    // As channels.nixos.org does: the channel leads to a folder of its newest release.
    if (url.startsWith(`/channels/${channel}/`))
      return void response
        .writeHead(302, { Location: `/releases/${world.revision}/${url.split('/').at(-1)}` })
        .end();
    if (url === `/releases/${world.revision}/git-revision`) return void response.end(world.revision);
    if (url !== `/releases/${world.revision}/packages.json.br`)
      return void response.writeHead(404).end('<html>not here');
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    if (from >= world.list.length) return void response.writeHead(416).end();
    const rest = world.list.subarray(from);
    response.writeHead(from > 0 ? 206 : world.status, { 'Content-Length': rest.length });
    if (world.cutAfter === null) return void response.end(rest);
    response.write(rest.subarray(0, world.cutAfter), () => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/channels`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  world = { revision: first, list: listOf(['git', 'vim']), cutAfter: null, status: 200 };
  asked = [];
  folder = mkdtempSync(path.join(tmpdir(), 'nixburn-index-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function update(
  more: { force?: boolean; base?: string } = {},
  signal = new AbortController().signal,
  onEvent: (event: IndexEvent) => void = () => {},
): Promise<Outcome<PackageIndexState>> {
  const job = updateIndex({ folder, channel, base, ...more }, signal);
  for (;;) {
    const next = await job.next();
    if (next.done) return next.value;
    onEvent(next.value);
  }
}

const search = packageSearch();
afterAll(() => search.close());
async function find(words: string): Promise<string[] | null> {
  search.forget();
  const found = await search.search(indexFile(folder, channel), words, 10);
  return found && found.map(({ name }) => name);
}

describe('an index', () => {
  test('is made from what the channel leads to, and searched', async () => {
    const events: IndexEvent[] = [];
    const updated = await update({}, undefined, (event) => events.push(event));
    expect(updated).toMatchObject({ ok: true, value: { channel, revision: first, count: 2 } });
    expect(
      events.filter(({ kind }) => kind === 'phase').map((event) => 'phase' in event && event.phase),
    ).toEqual(['ask', 'download', 'read']);
    expect(events.at(-2)).toEqual({ kind: 'progress', bytes: world.list.length, total: world.list.length });
    expect(asked).toEqual([
      `/channels/${channel}/git-revision`,
      `/releases/${first}/git-revision`,
      `/releases/${first}/packages.json.br`,
    ]);
    expect(await find('vim')).toEqual(['vim']);
    expect(readdirSync(folder)).toEqual([`${channel}.index`]);
  });

  test('is not asked for again on the same day, and not downloaded again at the same commit', async () => {
    await update();
    asked = [];
    expect(await update()).toMatchObject({ ok: true, value: { count: 2 } });
    expect(asked).toEqual([]);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    utimesSync(indexFile(folder, channel), yesterday, yesterday);
    const again = await update();
    expect(asked).toHaveLength(2);
    expect(again.ok && Date.now() - Date.parse(again.value.checkedAt)).toBeLessThan(60_000);
  });

  test('is made anew when the channel has moved on', async () => {
    await update();
    world = { ...world, revision: second, list: listOf(['emacs']) };
    expect(await update({ force: true })).toMatchObject({ ok: true, value: { revision: second, count: 1 } });
    expect(await find('emacs')).toEqual(['emacs']);
    expect(await find('git')).toEqual([]);
  });

  test('goes on where a broken download ended', async () => {
    world.list = listOf(Array.from({ length: 5000 }, (_, at) => `package${at * 7919}`));
    world.cutAfter = 1000;
    expect(await update()).toMatchObject({ ok: false, problem: { code: 'web-unreachable' } });
    expect(await indexState(folder, channel)).toBeNull();
    world.cutAfter = null;
    asked = [];
    expect(await update()).toMatchObject({ ok: true, value: { count: 5000 } });
    expect(asked.at(-1)).toBe(`/releases/${first}/packages.json.br bytes=1000-`);
  });

  test('waits for a slow disk however often, without a listener left behind each time', async () => {
    const packages = Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`p${at}`, { meta: {} }]));
    world.list = Buffer.from(JSON.stringify({ version: 2, packages }, null, 2));
    expect(world.list.length).toBeGreaterThan(1_000_000);
    const warned: string[] = [];
    const hear = (warning: Error) => warned.push(warning.name);
    process.on('warning', hear);
    expect(await update()).toMatchObject({ ok: true, value: { count: 40_000 } });
    process.off('warning', hear);
    expect(warned).toEqual([]);
  });

  test('does not go on with a part of an older list', async () => {
    world.cutAfter = 10;
    await update();
    world = { ...world, revision: second, list: listOf(['emacs']), cutAfter: null };
    expect(await update()).toMatchObject({ ok: true, value: { count: 1 } });
    expect(asked.at(-1)).toBe(`/releases/${second}/packages.json.br`);
    expect(readdirSync(folder)).toEqual([`${channel}.index`]);
  });

  test('that is there already stays usable whatever comes', async () => {
    await update();
    const before = readFileSync(indexFile(folder, channel));
    for (const list of [
      Buffer.from('{"packages":{"a":'),
      Buffer.from('not brotli at all'),
      listOf([]),
      Buffer.from('<html>'),
    ]) {
      world = { ...world, revision: second, list };
      expect(await update({ force: true })).toMatchObject({
        ok: false,
        problem: { code: 'index-unreadable' },
      });
      expect(readFileSync(indexFile(folder, channel)).equals(before)).toBe(true);
    }
    expect(readdirSync(folder)).toEqual([`${channel}.index`]);
    expect(await find('git')).toEqual(['git']);
  });

  test('can be made from a list that is not packed', async () => {
    world.list = Buffer.from('{"version":2,"packages":{"plain":{"version":"2","meta":{}}}}');
    expect(await update()).toMatchObject({ ok: true, value: { count: 1 } });
  });

  test.each([
    ['a channel that is not there', { base: 'other' }, 'channel-unknown'],
    ['a server that is not there', { base: 'http://127.0.0.1:9/' }, 'web-unreachable'],
    ['plain http over the network', { base: 'http://channels.example.org' }, 'web-address'],
    ['no address', { base: 'nowhere at all' }, 'channel-address'],
  ])('from %s says so', async (_, more, code) => {
    const given = more.base === 'other' ? { base: `${new URL(base).origin}/other` } : more;
    expect(await update(given)).toMatchObject({ ok: false, problem: { code } });
    expect(asked.filter((url) => !url.startsWith('/other'))).toEqual([]);
  });

  test('from a network that shows a page of its own says so', async () => {
    world.revision = '<html>Log in to the hotel';
    expect(await update()).toMatchObject({ ok: false });
  });

  test('from a server that refuses the list says so', async () => {
    world.status = 503;
    expect(await update()).toMatchObject({ problem: { code: 'web-status' } });
  });

  test('stops when it is cancelled, and leaves at most what it can go on with', async () => {
    const stop = new AbortController();
    const updated = await update({}, stop.signal, (event) => {
      if (event.kind === 'phase' && event.phase === 'read') stop.abort();
    });
    expect(updated).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    expect(readdirSync(folder)).toEqual([`${channel}-${first}.part`]);
    expect(await update()).toMatchObject({ ok: true, value: { count: 2 } });
    expect(readdirSync(folder)).toEqual([`${channel}.index`]);
  });

  test('of another version or of another channel is none', async () => {
    await update();
    const file = indexFile(folder, channel);
    expect(await indexState(folder, 'nixos-25.11')).toBeNull();
    writeFileSync(indexFile(folder, 'nixos-25.11'), readFileSync(file));
    expect(await indexState(folder, 'nixos-25.11')).toBeNull();
    writeFileSync(file, `NBPKGS00${readFileSync(file, 'latin1').slice(8)}`, 'latin1');
    expect(await indexState(folder, channel)).toBeNull();
    expect(await find('git')).toBeNull();
  });
});

test('Two searches at once in two indexes each find what is in their own; and in none, both say so', async () => {
  await update();
  const other = path.join(folder, 'other');
  mkdirSync(other);
  world = { ...world, list: listOf(['emacs', 'vim-tiny']) };
  const job = updateIndex({ folder: other, channel, base }, new AbortController().signal);
  for (let next = await job.next(); !next.done;) next = await job.next();
  search.forget();
  const all = [folder, other, folder, other].map((where) =>
    search.search(indexFile(where, channel), 'vim', 10),
  );
  const found = (await Promise.all(all)).map((one) => one?.map(({ name }) => name));
  expect(found).toEqual([['vim'], ['vim-tiny'], ['vim'], ['vim-tiny']]);
  const nowhere = indexFile(path.join(folder, 'nowhere'), channel);
  const none = [1, 2].map(() => search.search(nowhere, 'vim', 10));
  expect(await Promise.all(none)).toEqual([null, null]);
});

test('a list of Nix that the disk has no room for is a problem in words, and no end of the program', async () => {
  for (const [name, value] of Object.entries(nixVariables)) vi.stubEnv(name, value);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'nixburn-test', folder]);
  try {
    writeFileSync(path.join(folder, 'full'), Buffer.alloc(4096));
    const nixpkgs = `path:${path.resolve(import.meta.dirname, '../fixtures/nixpkgs')}`;
    // What was rejected while nobody looked would fail this test, too.
    const listed = await listWithNix(folder, nixpkgs, 'x86_64-linux', new AbortController().signal);
    expect(listed).toMatchObject({ problem: { code: 'index-disk', detail: 'The disk is full.' } });
    expect(readdirSync(folder)).toEqual(['full']);
  } finally {
    execFileSync('umount', [folder]);
    vi.unstubAllEnvs();
  }
});
