/** What goes wrong on the far end of a real sshd while it builds there: said in words, with nothing left running or half-made. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildImage } from '../../src/main/build/build.ts';
import { sshBuilder } from '../../src/main/build/there.ts';
import type { BuildEvent } from '../../src/shared/contract.ts';
import { Cable, SshServer } from './ssh-server.ts';
import { nixEnv, processesWith, run, uniqueSleep, Workshop } from './tiny-flake.ts';

const workshop = new Workshop();
let server: SshServer;
let out: string;

beforeAll(async () => {
  server = await SshServer.start(workshop.at('ssh'), { ...nixEnv, HOME: workshop.at('ssh/home') });
});
afterAll(async () => {
  await server.stop();
  workshop.remove();
});
beforeEach(async () => {
  const folder = workshop.at(`out-${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  out = path.join(folder, 'attic.iso');
});

const codeOf = (outcome: { ok: boolean; problem?: { code: string } }) => outcome.problem?.code;
const isStarted = (event: BuildEvent) => event.kind === 'log' && event.line.endsWith('> started');
const kept = (at = server) => readdir(at.at('home/.cache/nixburn')).catch(() => []);

/** No session is left. sshd keeps one for as long as its connection seems to stand. */
const isQuiet = (at = server) => vi.waitFor(() => expect(at.sessions()).toEqual([]), { timeout: 5_000 });

/** Builds there, and sees that nothing of it is left, here or there. */
async function build(
  flakeDir: string,
  {
    at = server,
    port,
    signal = new AbortController().signal,
  }: { at?: SshServer; port?: number; signal?: AbortSignal } = {},
  onEvent?: (event: BuildEvent) => void,
) {
  const builder = sshBuilder('builder', at.options(port === undefined ? {} : { port }));
  if (!builder.ok) throw new Error(builder.problem.title);
  const input = { flakeDir, fileName: 'attic.iso', out, builder: builder.value, name: 'attic' };
  const { outcome } = await run(buildImage(input, signal), onEvent);
  expect(await readdir(path.dirname(out))).toEqual([]);
  // Over a connection that carries nothing this computer does not hear when the far end is done.
  await vi.waitFor(
    async () => {
      expect(processesWith(at.at('home/.cache/nixburn/image-'))).toEqual([]);
      expect(await kept(at)).toEqual([]);
    },
    { timeout: 5_000 },
  );
  if (port === undefined) await isQuiet(at);
  return outcome;
}

test('Nix that is killed there', async () => {
  const sleep = uniqueSleep();
  const flakeDir = await workshop.scripted(`echo started; sleep ${sleep}`);
  const outcome = await build(flakeDir, {}, (event) => {
    if (!isStarted(event)) return;
    // The link that is to keep the image names this session's Nix.
    for (const pid of processesWith(server.at('home/.cache/nixburn/image-'))) process.kill(pid, 'SIGKILL');
  });
  expect(codeOf(outcome)).toBe('nix-killed');
  for (const pid of processesWith(`sleep ${sleep}`)) process.kill(pid, 'SIGKILL');
});

test('An evaluation that is cancelled ends there too', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/x`;
  const flakeDir = await workshop.flake(
    `builtins.readFile (builtins.fetchurl { url = "${url}"; sha256 = "${'0'.repeat(52)}"; })`,
  );
  const stop = new AbortController();
  let since = 0;
  silent.once('connection', () => {
    since = performance.now();
    stop.abort();
  });
  const outcome = await build(flakeDir, { signal: stop.signal });
  silent.close();
  expect(codeOf(outcome)).toBe('cancelled');
  expect(performance.now() - since).toBeLessThan(5_000);
  expect(processesWith(server.at('home/.cache/nixburn/image-'))).toEqual([]);
});

describe('A connection that stands and carries nothing any more', () => {
  test('is no reason for a cancelled build to go on there: it is told over a new one', async () => {
    const sleep = uniqueSleep();
    const flakeDir = await workshop.scripted(`echo started; sleep ${sleep}`);
    const cable = await Cable.to(server.port);
    const stop = new AbortController();
    let since = 0;
    const running = build(flakeDir, { port: cable.port, signal: stop.signal }, (event) => {
      if (!isStarted(event)) return;
      cable.silence();
      since = performance.now();
      stop.abort();
    });
    await vi.waitFor(() => expect(cable.connections).toBe(2), { timeout: 5_000 });
    await vi.waitFor(() => expect(processesWith(`sleep ${sleep}`)).toEqual([]), { timeout: 5_000 });
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(codeOf(await running)).toBe('cancelled');
    expect(performance.now() - since).toBeLessThan(5_000);
    await cable.close();
    await isQuiet();
  });

  test('nor for an image to be kept there, of which half has come', async () => {
    const cable = await Cable.to(server.port);
    const stop = new AbortController();
    let since = 0;
    const outcome = await build(
      await workshop.scripted(),
      { port: cable.port, signal: stop.signal },
      (event) => {
        if (event.kind !== 'progress' || event.phase !== 'copy' || stop.signal.aborted) return;
        cable.silence();
        since = performance.now();
        stop.abort();
      },
    );
    expect(codeOf(outcome)).toBe('cancelled');
    expect(performance.now() - since).toBeLessThan(5_000);
    await cable.close();
    await isQuiet();
  });
});

test('A disk that is full there', async () => {
  const small = workshop.at('small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'nixburn-test', small]);
  let full: SshServer | null = null;
  try {
    // Nix.conf(5): where the store, its database and its logs are.
    full = await SshServer.start(workshop.at('full'), {
      ...nixEnv,
      HOME: workshop.at('full/home'),
      NIX_STORE_DIR: path.join(small, 'store'),
      NIX_STATE_DIR: path.join(small, 'state'),
      NIX_LOG_DIR: path.join(small, 'log'),
    });
    const flakeDir = await workshop.scripted('cat /dev/zero >$out/iso/a.iso');
    const outcome = await build(flakeDir, { at: full });
    expect(codeOf(outcome)).toBe('disk-full');
  } finally {
    await full?.stop();
    execFileSync('umount', ['-l', small]);
  }
});

test('A burst of 200,000 lines from there neither fills the memory nor loses one', async () => {
  const flakeDir = await workshop.scripted(
    'seq -f "line %.0f of a builder that says far too much about itself" 1 200000; cp $iso $out/iso/a.iso',
  );
  const builder = sshBuilder('builder', server.options());
  if (!builder.ok) throw new Error(builder.problem.title);
  const input = { flakeDir, fileName: 'attic.iso', out, builder: builder.value, name: 'attic' };
  const job = buildImage(input, new AbortController().signal);
  let lines = 0;
  let most = 0;
  const before = process.memoryUsage().rss;
  let next = await job.next();
  for (; !next.done; next = await job.next()) {
    if (next.value.kind === 'log' && next.value.line.includes('> line ')) lines += 1;
    if (lines % 5_000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(next.value.ok).toBe(true);
  expect(lines).toBe(200_000);
  expect(most).toBeLessThan(200e6);
});
