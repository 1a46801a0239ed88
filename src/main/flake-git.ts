/** Puts a saved flake under git, because `nix build .#iso` sees of a git repository only what git knows. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { FlakeFile } from './flake/flake-file.ts';
import { markerName } from './flake-folder.ts';

/** What git calls the variables that bind it to a repository: we may have been started by one of its hooks. */
const repositoryVariables = /^GIT_(?!CONFIG|AUTHOR|COMMITTER|SSH|TRACE)/;

/**
 * Makes the folder a repository, unless it is one, and stages the files of the flake and its lock. Nothing is
 * committed. Secrets are never staged, and what became secret or is gone is taken out of the index.
 *
 * A folder inside of somebody's repository is left to them.
 *
 * @param gone files of an earlier flake that this one does not have; relative, with `/`.
 * @returns a sentence where `.#iso` will not work yet, and why; null where it will.
 */
export async function stageFlake(
  folder: string,
  files: readonly FlakeFile[],
  gone: readonly string[],
): Promise<string | null> {
  const inside = await git(folder, ['rev-parse', '--show-toplevel']);
  if (inside === null) return 'git is not installed here: build path:.#iso, which needs none.';
  if (inside.exitCode === 0 && !(await isSame(inside.stdout, folder))) {
    return `The flake lies inside of the git repository ${inside.stdout}: add it there with git add, or build path:.#iso.`;
  }
  if (inside.exitCode !== 0) {
    // Anything else, such as a folder that belongs to somebody else, is not ours to overcome.
    if (!/not a git repository/.test(inside.stderr)) return refusal(inside.stderr);
    const made = await git(folder, ['-c', 'init.defaultBranch=main', 'init', '--quiet']);
    if (made?.exitCode !== 0) return refusal(made?.stderr ?? '');
  }
  const secrets = files.filter(({ secret }) => secret).map((file) => file.path);
  const isOpen = secrets.length === 0;
  // With secrets, the list of checksums is enough to try passphrases on.
  const hidden = [...secrets, ...gone, ...(isOpen ? [] : [markerName])];
  const staged = [
    ...files.filter(({ secret }) => !secret).map((file) => file.path),
    ...(isOpen ? [markerName] : []),
    ...((await exists(path.join(folder, 'flake.lock'))) ? ['flake.lock'] : []),
  ];
  // By force: what is in the index differs from the file, and is not to stay there for that.
  const out = ['rm', '--cached', '--force', '--quiet', '--ignore-unmatch', '--', ...hidden];
  const removed = hidden.length > 0 ? await git(folder, out) : null;
  if (removed && removed.exitCode !== 0) return refusal(removed.stderr);
  // By force: a person's own list of what git ignores everywhere can have README.md or *.lock in it.
  const added = await git(folder, ['add', '--force', '--', ...staged]);
  if (added?.exitCode !== 0) return refusal(added?.stderr ?? '');
  return isOpen ? null : 'The WiFi secrets are kept out of git: build path:.#iso, not .#iso.';
}

/** Runs git in the folder. Null where there is no git. */
async function git(
  folder: string,
  args: string[],
): Promise<{ exitCode: number; stdout: string; stderr: string } | null> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !repositoryVariables.test(name)),
  );
  const ran = await execa('git', args, {
    cwd: folder,
    // Its words are read above.
    env: { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
  });
  if (ran.code === 'ENOENT') return null;
  return { exitCode: ran.exitCode ?? 1, stdout: ran.stdout, stderr: ran.stderr };
}

function refusal(stderr: string): string {
  const [words = ''] = stderr.split('\n');
  return `git could not take the flake (${words.replace(/^(fatal|error): /, '')}): build path:.#iso, which needs no git.`;
}

async function isSame(one: string, other: string): Promise<boolean> {
  return (await realpath(one)) === (await realpath(other));
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
