/**
 * Knows which revision of nixpkgs a flake is locked to, moves it when a person asks for that, and keeps the locks of
 * what is built from the window and by `nixburn build`, whose flakes lie in a folder only while they are built.
 *
 * A kept lock belongs to a recipe's name and to the reference of its nixpkgs: the same recipe gives the same system
 * until somebody updates it, and another release begins with its own newest revision. A folder that `nixburn flake`
 * wrote has its own flake.lock, which nobody but Nix touches.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { BuildEvent, NixpkgsUpdate, PinnedNixpkgs } from '../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { noNix } from './build/builder.ts';
import { nixFolders } from './build/here.ts';
import { explainFailure } from './build/explain.ts';
import { NixLog } from './build/nix-log.ts';
import { readNixVersion } from './build/nix-version.ts';
import { ask, start } from './build/process.ts';
import { makePrivate, type Places } from './places.ts';
import { replaceFile } from './replace-file.ts';

const lockName = 'flake.lock';

/** The parts of a lock file that are used here (Nix manual, "nix flake", lock files). Versions 5 to 7 have them. */
const lockSchema = z.object({
  root: z.string(),
  nodes: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), z.unknown()).optional(),
      locked: z
        .object({
          rev: z.string().optional(),
          narHash: z.string().optional(),
          lastModified: z.number().optional(),
        })
        .optional(),
    }),
  ),
});

/** What the flake in the folder is locked to; null where it is not locked, or by something that is not understood. */
export async function lockedNixpkgs(folder: string): Promise<PinnedNixpkgs | null> {
  return readLock(path.join(folder, lockName));
}

async function readLock(file: string): Promise<PinnedNixpkgs | null> {
  let parsed;
  try {
    parsed = lockSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
  if (!parsed.success) return null;
  const { nodes, root } = parsed.data;
  const name = nodes[root]?.inputs?.['nixpkgs'];
  const locked = typeof name === 'string' ? nodes[name]?.locked : undefined;
  const revision = locked?.rev ?? locked?.narHash;
  if (revision === undefined) return null;
  const { lastModified } = locked ?? {};
  const date = lastModified === undefined ? null : new Date(lastModified * 1000).toISOString().slice(0, 10);
  return { revision, date };
}

/**
 * Moves the flake's nixpkgs to the newest revision of its branch, and writes that into its flake.lock. Other inputs
 * that a person added stay where they are.
 *
 * @param folder absolute; what Nix needs of it is flake.nix.
 * @returns the revision before (null: it was not locked yet) and after; or what Nix said.
 */
export async function* updateLock(
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<NixpkgsUpdate>, void> {
  const before = await lockedNixpkgs(folder);
  const PATH = [process.env['PATH'] ?? '', ...nixFolders].join(path.delimiter);
  const asked = await ask('nix', ['--version'], { PATH });
  if (asked.missing) return failed(noNix('this computer'));
  const version = readNixVersion(asked.stdout);
  if (!version.ok) return version;
  if (signal.aborted) return failed(cancelled);

  const experimental = ['--extra-experimental-features', 'nix-command flakes'];
  const args = [...experimental, ...updateArguments(version.value.text), '--log-format', 'internal-json'];
  const nix = start('nix', args, signal, {
    cwd: folder,
    env: { PATH },
    stdout: 'text',
    politely: ({ kill }) => kill('SIGINT'),
  });
  nix.stdin.end();
  const log = new NixLog();
  try {
    for await (const line of nix.lines) yield* log.read(line);
  } finally {
    await nix.finish();
  }
  const ended = await nix.finish();
  if (signal.aborted) return failed(cancelled);
  if (ended.exitCode !== 0) return failed(explainFailure(log.failure(), ended));
  const after = await lockedNixpkgs(folder);
  return after ? done({ before, after }) : failed(noInput);
}

/** Since 2.19 `nix flake update` takes the inputs to update; before, it updates them all (Nix 2.19 release notes). */
function updateArguments(version: string): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || minor >= 19
    ? ['flake', 'update', 'nixpkgs', '--flake', 'path:.']
    : ['flake', 'lock', 'path:.', '--update-input', 'nixpkgs'];
}

const noInput: Problem = problem('nixpkgs-not-locked', 'The flake has no nixpkgs that could be updated.', {
  detail: 'Nix has locked the flake, and no input in flake.nix is named nixpkgs.',
  remedy: 'Update the flake by hand: nix flake update.',
});

/** What an update did, in one sentence. */
export function updateSentence({ before, after }: NixpkgsUpdate): string {
  if (before === null) return `nixpkgs is locked to ${words(after)} now.`;
  if (before.revision === after.revision) return `nixpkgs is the newest already: ${words(after)}.`;
  return `nixpkgs went from ${words(before)} to ${words(after)}.`;
}

function words({ revision, date }: PinnedNixpkgs): string {
  const short = /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 12) : revision;
  return date === null ? short : `${short} of ${date}`;
}

/** What a kept lock belongs to. */
export interface KeptLock {
  places: Places;
  /** The recipe's host name. */
  name: string;
  /** The flake reference of its nixpkgs. */
  nixpkgs: string;
}

/** A path means what lies there now, and would not be found any more once that changes: it is not locked. */
function fileOf({ places, name, nixpkgs }: KeptLock): string | null {
  if (/^path:|^[./]/.test(nixpkgs)) return null;
  const hash = createHash('sha256').update(nixpkgs).digest('hex').slice(0, 16);
  return path.join(places.data, 'locks', `${name}-${hash}.lock`);
}

/** Puts the kept lock, where there is one, into the folder of a flake. */
export async function bringLock(kept: KeptLock, folder: string): Promise<void> {
  const file = fileOf(kept);
  if (file !== null) await copyFile(file, path.join(folder, lockName)).catch(ignoreMissing);
}

/** What the kept lock says; null where there is none. */
export async function keptNixpkgs(kept: KeptLock): Promise<PinnedNixpkgs | null> {
  const file = fileOf(kept);
  return file === null ? null : readLock(file);
}

/** Keeps the lock that Nix has written into the folder; a remote builder leaves none here. */
export async function keepLock(kept: KeptLock, folder: string): Promise<void> {
  const file = fileOf(kept);
  if (file === null) return;
  const text = await readFile(path.join(folder, lockName), 'utf8').catch(ignoreMissing);
  if (text === undefined) return;
  await makePrivate(path.dirname(file));
  await replaceFile(file, text, 0o600);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/**
 * Moves a kept lock to the newest revision.
 *
 * @param flakeNix the text of the recipe's flake.nix, which is all that Nix needs for it.
 */
export async function* updateKeptLock(
  kept: KeptLock,
  flakeNix: string,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent, Outcome<NixpkgsUpdate>, void> {
  const folder = await mkdtemp(path.join(await makePrivate(kept.places.cache), 'lock-'));
  try {
    await writeFile(path.join(folder, 'flake.nix'), flakeNix);
    await bringLock(kept, folder);
    const updated = yield* updateLock(folder, signal);
    if (updated.ok) await keepLock(kept, folder);
    return updated;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
