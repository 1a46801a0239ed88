/** What goes wrong on the far end of a real sshd while it builds there: said in words, with nothing left running or half-made. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { buildImage } from '../../src/main/build/build.ts';
import { sshBuilder } from '../../src/main/build/there.ts';
import type { BuildEvent } from '../../src/shared/contract.ts';
import { SshServer } from './ssh-server.ts';
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

/** Builds there, and sees that nothing of it is left, here or there. */
async function build(
  flakeDir: string,
  { at = server, signal = new AbortController().signal }: { at?: SshServer; signal?: AbortSignal } = {},
  onEvent?: (event: BuildEvent) => void,
) {
  const builder = sshBuilder('builder', at.options());
  if (!builder.ok) throw new Error(builder.problem.title);
  const input = { flakeDir, fileName: 'attic.iso', out, builder: builder.value, name: 'attic' };
  const { outcome } = await run(buildImage(input, signal), onEvent);
  expect(await readdir(path.dirname(out))).toEqual([]);
  await vi.waitFor(async () => expect([await kept(at), at.sessions()]).toEqual([[], []]), { timeout: 5_000 });
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
