/** The calls and jobs of the contract that have to do with packages, as the window asks for them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { runJob } from '../../src/main/jobs.ts';
import { findPlaces } from '../../src/main/places.ts';
import { createServices } from '../../src/main/services.ts';
import type {
  CheckedPackages,
  FoundPackages,
  IndexEvent,
  PackageIndexState,
} from '../../src/shared/choosing.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import { emptyRecipe } from '../../src/shared/recipe.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-packages-'));
const places = findPlaces({ platform: 'linux', env: { NIXBURN_HOME: folder }, home: folder });
const miniature = `path:${path.resolve(import.meta.dirname, '../fixtures/nixpkgs')}`;
const { release } = emptyRecipe();
let server: Server;

beforeAll(async () => {
  await build(['program']);
  const packages = {
    git: { version: '2', meta: { description: 'Version control' } },
    neovim: { version: '1', meta: { description: 'Editor', mainProgram: 'nvim' } },
    vscode: { version: '1', meta: { description: 'Editor', unfree: true } },
    old: { version: '1', meta: { insecure: true } },
  };
  server = createServer((request, response) => {
    const isRevision = request.url?.endsWith('/git-revision');
    response.end(isRevision ? 'd'.repeat(40) : brotliCompressSync(JSON.stringify({ packages })));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  vi.stubEnv('NIXBURN_CHANNELS', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function services(nixpkgs: string | null = null) {
  const all = createServices({ places, host: 'web', nixpkgs });
  return {
    async call<T>(name: string, input: unknown): Promise<T> {
      const answer = await all.call(name, input);
      if (!answer.ok) throw new Error(`${answer.problem.title} ${answer.problem.raw}`);
      return answer.value as T;
    },
    async run<T, Event = never>(
      name: string,
      input: unknown,
    ): Promise<{ outcome: Outcome<T>; events: Event[] }> {
      const { signal } = new AbortController();
      const events: Event[] = [];
      const outcome = await runJob(all.job(name, input, signal), signal, (batch) =>
        events.push(...(batch as Event[])),
      );
      return { outcome: outcome as Outcome<T>, events };
    },
  };
}

const chosen = (packages: string[]) => ({
  packages,
  release,
  system: 'x86_64-linux',
  allowUnfree: false,
  name: 'attic',
  compression: 'balanced',
});

describe('the search of the window', () => {
  test('has only the catalogue at first, and all packages once the index is there', async () => {
    const { call, run } = services();
    const before = await call<FoundPackages>('searchPackages', { words: 'git', release });
    expect(before).toMatchObject({ from: 'catalogue' });
    expect(before.packages[0]).toMatchObject({ name: 'git' });
    expect(await call('packageIndex', { release })).toBeNull();

    const { outcome, events } = await run<PackageIndexState, IndexEvent>('updatePackageIndex', { release });
    expect(outcome).toMatchObject({ ok: true, value: { channel: `nixos-${release}`, count: 4 } });
    expect(events[0]).toEqual({ kind: 'phase', phase: 'ask' });

    const after = await call<FoundPackages>('searchPackages', { words: 'nvim', release });
    expect(after).toMatchObject({ from: 'index', packages: [{ name: 'neovim', program: 'nvim' }] });
    expect(await call('packageIndex', { release })).toMatchObject({ count: 4 });
    // Another release has an index of its own.
    expect(await call('packageIndex', { release: '25.11' })).toBeNull();
  });

  test('of a nixpkgs that no channel lists has it listed by Nix, when somebody asks for that', async () => {
    const { call, run } = services(miniature);
    const asked = await run<PackageIndexState, IndexEvent>('updatePackageIndex', { release });
    expect(asked.outcome).toMatchObject({ ok: false, problem: { code: 'index-on-request' } });
    const listed = await run<PackageIndexState, IndexEvent>('updatePackageIndex', { release, force: true });
    expect(listed.outcome).toMatchObject({ ok: true, value: { channel: miniature } });
    const { outcome } = await run<PackageIndexState, IndexEvent>('updatePackageIndex', { release });
    expect(outcome).toEqual(listed.outcome);
    const found = await call<FoundPackages>('searchPackages', { words: 'flask', release });
    expect(found).toMatchObject({ from: 'index', packages: [{ version: '3.1.2' }, {}] });
  });

  test('answers many keystrokes at once, each its own', async () => {
    const { call } = services();
    const words = ['g', 'gi', 'git', 'n', 'ne', 'neovim', 'v', 'vscode'];
    const found = await Promise.all(
      words.map((one) => call<FoundPackages>('searchPackages', { words: one, release })),
    );
    expect(found.map(({ packages }) => packages[0]?.name)).toEqual([
      'git',
      'git',
      'git',
      'neovim',
      'neovim',
      'neovim',
      'vscode',
      'vscode',
    ]);
  });

  test.each([
    [{ words: 'x'.repeat(501), release }],
    [{ words: 'x', release: 'y'.repeat(30) }],
    [{ words: 'x', release, limit: 1000 }],
    [{ words: 'x' }],
  ])('takes no question that makes no sense', async (input) => {
    await expect(services().call('searchPackages', input)).rejects.toThrow('makes no sense');
  });
});

describe('the check of the window', () => {
  test('asks Nix about the nixpkgs that things are built from, and says what is known of the size', async () => {
    const { run } = services(miniature);
    const { outcome } = await run<CheckedPackages>('checkPackages', chosen(['git', 'exa', 'nonsense']));
    if (!outcome.ok) throw new Error(outcome.problem.title);
    const { verdicts, by, size } = outcome.value;
    expect(by).toBe('nix');
    expect(verdicts.map(({ problem }) => problem?.code ?? 'fine')).toEqual([
      'fine',
      'package-removed',
      'package-missing',
    ]);
    expect(size).toMatchObject({ lastImage: null });
    expect(size.words).toMatch(/known/);
  });

  test('without Nix goes by the list, and tells a program from a package', async () => {
    const { run } = services();
    vi.stubEnv('PATH', '/nowhere');
    const { outcome } = await run<CheckedPackages>(
      'checkPackages',
      chosen(['git', 'vscode', 'old', 'nvim', 'gti', 'none']),
    );
    vi.unstubAllEnvs();
    if (!outcome.ok) throw new Error(outcome.problem.title);
    expect(outcome.value.by).toBe('list');
    expect(
      outcome.value.verdicts.map(({ problem, suggestion }) => [problem?.code ?? 'fine', suggestion]),
    ).toEqual([
      ['fine', null],
      ['package-unfree', null],
      ['package-insecure', null],
      ['package-missing', 'neovim'],
      ['package-missing', 'git'],
      ['package-missing', null],
    ]);
  });

  test('without Nix and without a list says that Nix is missing', async () => {
    const { run } = services();
    vi.stubEnv('PATH', '/nowhere');
    const { outcome } = await run('checkPackages', { ...chosen(['git']), release: '25.05' });
    vi.unstubAllEnvs();
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'nix-missing' } });
  });

  test('goes by the revision that was built from last, where there is one', async () => {
    const lock = {
      nodes: {
        nixpkgs: { locked: { rev: 'e'.repeat(40), lastModified: 0 } },
        root: { inputs: { nixpkgs: 'nixpkgs' } },
      },
      root: 'root',
      version: 7,
    };
    const { keepLock } = await import('../../src/main/flake-lock.ts');
    const flake = path.join(folder, 'flake');
    mkdirSync(flake);
    writeFileSync(path.join(flake, 'flake.lock'), JSON.stringify(lock));
    await keepLock({ places, name: 'attic', nixpkgs: `github:NixOS/nixpkgs/nixos-${release}` }, flake);
    const { outcome } = await services().run('checkPackages', chosen(['git']));
    // There is no such commit, and no network: what was asked for is in Nix's own words.
    expect(JSON.stringify(outcome)).toContain('e'.repeat(40));
  });
});
