/** Cancelling while Nix downloads ready-made packages, from a cache that stalls: here, and on a builder over a real sshd. */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildImage } from '../../src/main/build/build.ts';
import type { Builder } from '../../src/main/build/builder.ts';
import { localBuilder } from '../../src/main/build/here.ts';
import { sshBuilder } from '../../src/main/build/there.ts';
import { StallingCache } from './binary-cache.ts';
import { SshServer } from './ssh-server.ts';
import { nixEnv, processesIn, processesWith, run, Workshop } from './tiny-flake.ts';

const workshop = new Workshop();
let cache: StallingCache;
afterAll(() => workshop.remove());
beforeEach(async () => {
  cache = await StallingCache.start();
});
afterEach(() => cache.stop());

/** What Nix needs to download from the cache, which has signed nothing. */
const downloading = () => ({
  ...nixEnv,
  NIX_CONFIG: `${nixEnv.NIX_CONFIG.replace(/^substituters =$/m, `substituters = ${cache.url}`)}\nrequire-sigs = false`,
});

/** Builds until something is being downloaded, cancels, and sees that nothing of it is left. */
async function cancelDownload(flakeDir: string, builder: Builder): Promise<void> {
  const folder = workshop.at(`out-${path.basename(flakeDir)}`);
  await mkdir(folder);
  const input = { flakeDir, fileName: 'a.iso', out: path.join(folder, 'a.iso'), builder, name: 'attic' };
  const stop = new AbortController();
  let since = 0;
  cache.onDownload = () => {
    since = performance.now();
    stop.abort();
  };
  const { events, outcome } = await run(buildImage(input, stop.signal));
  expect(outcome).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
  expect(events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []))).toContain('fetch');
  await vi.waitFor(async () => expect(await cache.connections()).toBe(0), { timeout: 5_000 });
  expect(performance.now() - since).toBeLessThan(5_000);
  expect(await readdir(folder)).toEqual([]);
}

/** The next build, which asks the cache no more. */
async function goesOn(flakeDir: string): Promise<void> {
  const out = workshop.at(`${path.basename(flakeDir)}.iso`);
  const input = { flakeDir, fileName: 'a.iso', out, builder: localBuilder({ env: nixEnv }), name: 'attic' };
  const { outcome } = await run(buildImage(input, new AbortController().signal));
  expect(outcome).toMatchObject({ ok: true, value: { volumeId: 'NIXOS_TINY' } });
}

test('Here, the download ends, and the next build is none the worse for it', async () => {
  const flakeDir = await workshop.scripted();
  await cancelDownload(flakeDir, localBuilder({ env: downloading() }));
  expect(processesIn(flakeDir)).toEqual([]);
  await goesOn(flakeDir);
});

test('On a builder, the download ends there as well', async () => {
  const server = await SshServer.start(workshop.at('ssh'), {
    ...downloading(),
    HOME: workshop.at('ssh/home'),
  });
  try {
    const flakeDir = await workshop.scripted();
    const builder = sshBuilder('builder', server.options());
    if (!builder.ok) throw new Error(builder.problem.title);
    await cancelDownload(flakeDir, builder.value);
    await vi.waitFor(() => expect(server.sessions()).toEqual([]), { timeout: 5_000 });
    expect(processesWith(server.at('home/.cache/nixburn/image-'))).toEqual([]);
    expect(await readdir(server.at('home/.cache/nixburn'))).toEqual([]);
    await goesOn(flakeDir);
  } finally {
    await server.stop();
  }
});
