/** A saved flake in git: what is staged, what never is, and whose repositories are left alone. With the real git. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { saveFlake } from '../../src/main/flake-folder.ts';
import { stageFlake } from '../../src/main/flake-git.ts';
import type { FlakeFile } from '../../src/main/flake/flake-file.ts';
import { flakeOf, recipeNamed, recipeOf } from '../recipes.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-git-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
let folder = '';
beforeEach(() => {
  folder = path.join(base, String((count += 1)), 'flake');
  // Nobody's own settings, and nobody's repository around the folder for temporary files.
  vi.stubEnv('GIT_CONFIG_GLOBAL', path.join(base, 'gitconfig'));
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  writeFileSync(path.join(base, 'gitconfig'), '');
});
afterEach(() => vi.unstubAllEnvs());

const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
const staged = () => git('ls-files').split('\n').filter(Boolean);

/** Saves and stages, as `nixburn flake` does. */
async function save(files: FlakeFile[]): Promise<string | null> {
  const saved = await saveFlake(files, folder);
  if (!saved.ok) throw new Error(saved.problem.title);
  const gone = saved.value.changed.filter((name) => !files.some((file) => file.path === name));
  return stageFlake(folder, files, gone);
}

const baked = (network: object) => recipeOf({ wifi: { secrets: 'baked', networks: [network] } });
const open = baked({ ssid: 'Free WiFi', security: 'open' });
const closed = baked({ ssid: 'Attic', passphrase: 'correct horse' });

describe('a flake', () => {
  test('has all its files staged and nothing committed', async () => {
    const files = await flakeOf(recipeNamed('full'));
    expect(await save(files)).toBeNull();
    expect(staged()).toEqual([...files.map((file) => file.path), '.nixburn.json'].sort());
    expect(git('status', '--porcelain').match(/^(?!A )/m)).toBeNull();
    expect(git('symbolic-ref', '--short', 'HEAD')).toBe('main');
    expect(git('rev-list', '--all')).toBe('');
    const mode = git('ls-files', '--stage', 'scripts/auto-install');
    expect(mode).toMatch(/^100755 /);
  });

  test('saved again has what is new staged, and what is gone is not there any more', async () => {
    await save(await flakeOf(recipeOf({ scripts: [{ name: 'old', text: 'echo' }] })));
    git('-c', 'user.name=a', '-c', 'user.email=b', 'commit', '--quiet', '--message', 'mine');
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    await save(await flakeOf(recipeOf({ scripts: [{ name: 'new', text: 'echo' }] })));
    expect(git('status', '--porcelain', 'scripts', 'notes.txt').split('\n').sort()).toEqual([
      '?? notes.txt',
      // The same text under another name.
      'R  scripts/old -> scripts/new',
    ]);
  });

  test('has its lock staged too, once there is one', async () => {
    await save(await flakeOf(recipeOf({})));
    writeFileSync(path.join(folder, 'flake.lock'), '{}');
    await save(await flakeOf(recipeOf({})));
    expect(staged()).toContain('flake.lock');
  });

  test('is staged whole also where a person ignores such files everywhere', async () => {
    writeFileSync(path.join(base, 'ignore'), '*.md\n*.nix\nscripts/\n');
    writeFileSync(path.join(base, 'gitconfig'), `[core]\nexcludesFile = ${path.join(base, 'ignore')}\n`);
    await save(await flakeOf(recipeNamed('full')));
    expect(staged()).toEqual(expect.arrayContaining(['README.md', 'flake.nix', 'scripts/auto-install']));
  });

  test('is staged in its own repository, whatever repository the program was started from', async () => {
    const other = path.join(base, 'other');
    mkdirSync(other);
    execFileSync('git', ['init', '--quiet'], { cwd: other });
    vi.stubEnv('GIT_DIR', path.join(other, '.git'));
    vi.stubEnv('GIT_INDEX_FILE', path.join(other, '.git/index'));
    expect(await save(await flakeOf(recipeOf({})))).toBeNull();
    vi.stubEnv('GIT_DIR', undefined);
    vi.stubEnv('GIT_INDEX_FILE', undefined);
    expect(staged()).toContain('flake.nix');
  });
});

describe('a secret', () => {
  /** Everything that git knows of the folder. */
  const known = () => {
    const objects =
      git('cat-file', '--batch-all-objects', '--batch-check').match(/^[0-9a-f]+(?= blob)/gm) ?? [];
    return objects.map((object) => git('cat-file', 'blob', object)).join('\n');
  };

  test('is never staged, nor are checksums that it could be guessed from', async () => {
    expect(await save(await flakeOf(closed))).toBe(
      'The WiFi secrets are kept out of git: build path:.#iso, not .#iso.',
    );
    expect(staged().filter((name) => name.startsWith('wifi/') || name === '.nixburn.json')).toEqual([]);
    expect(known()).toContain('networking.networkmanager.enable');
    expect(known()).not.toContain('correct horse');
    expect(git('status', '--porcelain', '--untracked-files=all')).not.toMatch(/wifi\/|nixburn\.json/);
  });

  test('does not slip in under the name of a file that had none', async () => {
    await save(await flakeOf(open));
    expect(staged()).toContain('wifi/1.nmconnection');
    await save(await flakeOf(closed));
    expect(staged().filter((name) => name.startsWith('wifi/') || name === '.nixburn.json')).toEqual([]);
    git('add', '--all');
    expect(known()).not.toContain('correct horse');
    await save(await flakeOf(open));
    expect(staged()).toEqual(expect.arrayContaining(['wifi/1.nmconnection', '.nixburn.json']));
  });
});

describe('what git will not do', () => {
  test('a folder inside of somebody’s repository is theirs to add', async () => {
    const outside = path.dirname(folder);
    mkdirSync(outside, { recursive: true });
    execFileSync('git', ['init', '--quiet'], { cwd: outside });
    expect(await save(await flakeOf(recipeOf({})))).toBe(
      `The flake lies inside of the git repository ${realpathSync(outside)}: add it there with git add, or build path:.#iso.`,
    );
    expect(staged()).toEqual([]);
  });

  test('where there is no git, the flake is there all the same', async () => {
    vi.stubEnv('PATH', path.join(base, 'nothing'));
    expect(await save(await flakeOf(recipeOf({})))).toMatch(/^git is not installed here: build path:\.#iso/);
    expect(readFileSync(path.join(folder, 'flake.nix'), 'utf8')).toContain('outputs');
  });

  test('a repository that is broken is told in git’s own words', async () => {
    await save(await flakeOf(recipeOf({})));
    writeFileSync(path.join(folder, '.git/index'), 'broken');
    expect(await save(await flakeOf(recipeOf({})))).toMatch(
      /^git could not take the flake \(.+\): build path:\.#iso, which needs no git\.$/,
    );
  });
});
