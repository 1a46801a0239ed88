/** Which nixpkgs a flake is built from: locked by real Nix, moved when asked, the same again where nobody asked. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { command } from '../../src/main/cli/flake.ts';
import {
  bringLock,
  keepLock,
  lockedNixpkgs,
  updateKeptLock,
  updateLock,
  updateSentence,
  type KeptLock,
} from '../../src/main/flake-lock.ts';
import { findPlaces } from '../../src/main/places.ts';
import { carryOutHere } from '../command.ts';
import { nixVariables } from '../nix.ts';
import { recipePath } from '../recipes.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-lock-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
let root = '';
beforeEach(() => {
  root = path.join(base, String((count += 1)));
  mkdirSync(root);
  for (const [name, value] of Object.entries(nixVariables)) vi.stubEnv(name, value);
  // A cache of its own: Nix remembers for an hour what a branch was.
  vi.stubEnv('XDG_CACHE_HOME', path.join(root, 'cache'));
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
});
afterEach(() => vi.unstubAllEnvs());

/** A git repository that is a flake. */
function repository(name: string) {
  const folder = path.join(root, name);
  mkdirSync(folder);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=b', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  return {
    reference: `git+file://${folder}?ref=main`,
    /** Adds a revision of this date; gives its name. */
    revise(date: string): string {
      writeFileSync(path.join(folder, 'flake.nix'), `{\n  # ${date}\n  outputs = _: { };\n}\n`);
      git('add', 'flake.nix');
      vi.stubEnv('GIT_COMMITTER_DATE', `${date}T12:00:00Z`);
      git('commit', '--quiet', '--message', date);
      return git('rev-parse', 'HEAD');
    },
  };
}

/** A flake with these inputs, in a folder of its own. */
function flakeWith(inputs: Record<string, string>): string {
  const folder = path.join(root, 'flake');
  mkdirSync(folder, { recursive: true });
  const lines = Object.entries(inputs).map(([name, url]) => `  inputs.${name}.url = "${url}";\n`);
  writeFileSync(path.join(folder, 'flake.nix'), `{\n${lines.join('')}  outputs = _: { };\n}\n`);
  return folder;
}

/** What the job ends with. */
async function ending<T>(job: AsyncGenerator<unknown, T, void>): Promise<T> {
  for (;;) {
    const next = await job.next();
    if (next.done) return next.value;
  }
}

const update = (folder: string, signal = new AbortController().signal) => ending(updateLock(folder, signal));

describe('an update of nixpkgs', () => {
  test('tells the revision and its date, before and after', async () => {
    const nixpkgs = repository('nixpkgs');
    const first = nixpkgs.revise('2026-05-30');
    const folder = flakeWith({ nixpkgs: nixpkgs.reference });
    expect(await lockedNixpkgs(folder)).toBeNull();
    const start = { revision: first, date: '2026-05-30' };
    expect(await update(folder)).toEqual({ ok: true, value: { before: null, after: start } });

    expect(await update(folder)).toEqual({ ok: true, value: { before: start, after: start } });
    const second = nixpkgs.revise('2026-06-12');
    expect(await lockedNixpkgs(folder)).toEqual(start);
    const moved = { before: start, after: { revision: second, date: '2026-06-12' } };
    expect(await update(folder)).toEqual({ ok: true, value: moved });
    expect(await lockedNixpkgs(folder)).toEqual(moved.after);
    expect(updateSentence(moved)).toBe(
      `nixpkgs went from ${first.slice(0, 12)} of 2026-05-30 to ${second.slice(0, 12)} of 2026-06-12.`,
    );
  });

  test('leaves alone what else a person has added', async () => {
    const [nixpkgs, mine] = [repository('nixpkgs'), repository('mine')];
    nixpkgs.revise('2026-05-30');
    const pinned = mine.revise('2026-01-01');
    const folder = flakeWith({ nixpkgs: nixpkgs.reference, mine: mine.reference });
    await update(folder);
    mine.revise('2026-02-02');
    const newest = nixpkgs.revise('2026-06-12');
    expect(await update(folder)).toMatchObject({ ok: true, value: { after: { revision: newest } } });
    expect(readFileSync(path.join(folder, 'flake.lock'), 'utf8')).toContain(pinned);
  });

  test('works on a nixpkgs without revisions', async () => {
    const nixpkgs = path.join(root, 'plain');
    mkdirSync(nixpkgs);
    writeFileSync(path.join(nixpkgs, 'flake.nix'), '{ outputs = _: { }; }\n');
    expect(await update(flakeWith({ nixpkgs: `path:${nixpkgs}` }))).toMatchObject({
      ok: true,
      value: { before: null, after: { revision: expect.stringMatching(/^sha256-/) } },
    });
  });

  test('that can not be had leaves the lock as it was', async () => {
    const nixpkgs = repository('nixpkgs');
    nixpkgs.revise('2026-05-30');
    const folder = flakeWith({ nixpkgs: nixpkgs.reference });
    await update(folder);
    const before = readFileSync(path.join(folder, 'flake.lock'), 'utf8');
    rmSync(path.join(root, 'nixpkgs'), { recursive: true });
    const outcome = await update(folder);
    expect(outcome.ok).toBe(false);
    expect(!outcome.ok && outcome.problem.title).toMatch(/\S\.$/);
    expect(readFileSync(path.join(folder, 'flake.lock'), 'utf8')).toBe(before);
  });

  test('that is cancelled changes nothing', async () => {
    const nixpkgs = repository('nixpkgs');
    nixpkgs.revise('2026-05-30');
    const folder = flakeWith({ nixpkgs: nixpkgs.reference });
    expect(await update(folder, AbortSignal.abort())).toMatchObject({ problem: { code: 'cancelled' } });
    expect(existsSync(path.join(folder, 'flake.lock'))).toBe(false);
  });

  test('without Nix is refused in a sentence', async () => {
    vi.stubEnv('PATH', path.join(root, 'nothing'));
    const outcome = await update(flakeWith({ nixpkgs: 'path:/nowhere' }));
    // Nix may lie where it is looked for besides.
    expect(outcome.ok).toBe(false);
  });

  // Release notes of Nix 2.19: `nix flake update` takes the inputs to update, `nix flake lock` updates none any more.
  test.each([
    ['2.18.9', 'flake lock path:. --update-input nixpkgs'],
    ['2.19.0', 'flake update nixpkgs --flake path:.'],
    ['2.34.1', 'flake update nixpkgs --flake path:.'],
    ['3.0.0', 'flake update nixpkgs --flake path:.'],
  ])('asks Nix %s in its own words', async (version, words) => {
    const programs = path.join(root, 'programs');
    mkdirSync(programs);
    const said = path.join(root, 'said');
    writeFileSync(
      path.join(programs, 'nix'),
      `#!/bin/sh\n[ "$1" != --version ] || { echo "nix (Nix) ${version}"; exit; }\necho "$@" > ${said}\n`,
    );
    chmodSync(path.join(programs, 'nix'), 0o755);
    vi.stubEnv('PATH', `${programs}:${process.env['PATH']}`);
    const folder = flakeWith({ nixpkgs: 'path:/nowhere' });
    expect(await update(folder)).toMatchObject({ problem: { code: 'nixpkgs-not-locked' } });
    expect(readFileSync(said, 'utf8')).toContain(` ${words} --log-format internal-json\n`);
  });
});

describe('a lock that is kept', () => {
  const kept = (fields: Partial<KeptLock>): KeptLock => ({
    places: findPlaces({ platform: 'linux', env: { NIXBURN_HOME: path.join(root, 'home') }, home: '/' }),
    name: 'attic',
    nixpkgs: 'github:NixOS/nixpkgs/nixos-26.05',
    ...fields,
  });

  /** What a new folder gets. */
  async function brought(lock: KeptLock): Promise<string | null> {
    const folder = mkdtempSync(path.join(root, 'new-'));
    await bringLock(lock, folder);
    const file = path.join(folder, 'flake.lock');
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  }

  test('comes back for the same recipe and the same nixpkgs, and for no other', async () => {
    const folder = flakeWith({});
    writeFileSync(path.join(folder, 'flake.lock'), 'the lock');
    await keepLock(kept({}), folder);
    expect(await brought(kept({}))).toBe('the lock');
    expect(await brought(kept({ name: 'cellar' }))).toBeNull();
    expect(await brought(kept({ nixpkgs: 'github:NixOS/nixpkgs/nixos-25.11' }))).toBeNull();
  });

  test('is none where nothing was locked, which does not forget the last one', async () => {
    const folder = flakeWith({});
    await keepLock(kept({}), folder);
    expect(await brought(kept({}))).toBeNull();
    writeFileSync(path.join(folder, 'flake.lock'), 'the lock');
    await keepLock(kept({}), folder);
    await keepLock(kept({}), mkdtempSync(path.join(root, 'empty-')));
    expect(await brought(kept({}))).toBe('the lock');
  });

  test('is none of a path, which means whatever lies there now', async () => {
    const folder = flakeWith({});
    writeFileSync(path.join(folder, 'flake.lock'), 'the lock');
    for (const nixpkgs of ['path:/srv/nixpkgs', '/srv/nixpkgs', './nixpkgs']) {
      await keepLock(kept({ nixpkgs }), folder);
      expect(await brought(kept({ nixpkgs }))).toBeNull();
    }
  });

  test('is moved by an update, and stays where the update fails', async () => {
    const nixpkgs = repository('nixpkgs');
    const lock = kept({ nixpkgs: nixpkgs.reference });
    const flakeNix = readFileSync(path.join(flakeWith({ nixpkgs: nixpkgs.reference }), 'flake.nix'), 'utf8');
    const signal = new AbortController().signal;
    const first = nixpkgs.revise('2026-05-30');
    const second = () => nixpkgs.revise('2026-06-12');
    expect(await ending(updateKeptLock(lock, flakeNix, signal))).toMatchObject({
      value: { before: null, after: { revision: first } },
    });
    const newest = second();
    expect(await ending(updateKeptLock(lock, flakeNix, signal))).toMatchObject({
      value: { before: { revision: first }, after: { revision: newest } },
    });
    rmSync(path.join(root, 'nixpkgs'), { recursive: true });
    expect(await ending(updateKeptLock(lock, flakeNix, signal))).toMatchObject({ ok: false });
    expect(await brought(lock)).toContain(newest);
  });
});

const nixburnFlake = (...args: string[]) => carryOutHere('flake', command, args);

describe('nixburn flake --update', () => {
  test('locks, moves the lock and stages it, and says from when to when', async () => {
    const nixpkgs = repository('nixpkgs');
    const first = nixpkgs.revise('2026-05-30');
    const out = path.join(root, 'attic');
    const args = [recipePath('minimal'), '--out', out, '--nixpkgs', nixpkgs.reference];
    expect(await nixburnFlake(...args)).toEqual({ exit: 0, printed: [out], told: [] });
    expect(existsSync(path.join(out, 'flake.lock'))).toBe(false);

    const locked = await nixburnFlake(...args, '--update');
    expect(locked.exit).toBe(0);
    expect(locked.told).toEqual([`nixpkgs is locked to ${first.slice(0, 12)} of 2026-05-30 now.`]);
    expect(execFileSync('git', ['ls-files', 'flake.lock'], { cwd: out, encoding: 'utf8' })).toBe(
      'flake.lock\n',
    );

    const second = nixpkgs.revise('2026-06-12');
    // Written again without being asked to update, it stays at what it was.
    await nixburnFlake(...args);
    expect(await lockedNixpkgs(out)).toMatchObject({ revision: first });
    const { printed } = await nixburnFlake(...args, '--update', '--json');
    expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({
      kind: 'done',
      folder: out,
      nixpkgs: {
        before: { revision: first, date: '2026-05-30' },
        after: { revision: second, date: '2026-06-12' },
      },
    });
    const still = await nixburnFlake(...args, '--update');
    expect(still.told).toEqual([`nixpkgs is the newest already: ${second.slice(0, 12)} of 2026-06-12.`]);
  });

  test('that fails leaves the flake written and staged', async () => {
    const out = path.join(root, 'attic');
    const nixpkgs = `git+file://${root}/nowhere`;
    const { exit, told } = await nixburnFlake(
      recipePath('minimal'),
      '--out',
      out,
      '--nixpkgs',
      nixpkgs,
      '--update',
    );
    expect(exit).toBe(1);
    expect(told.join('\n')).toMatch(/^nixburn: \S/m);
    expect(execFileSync('git', ['ls-files', 'flake.nix'], { cwd: out, encoding: 'utf8' })).toBe(
      'flake.nix\n',
    );
  });
});
