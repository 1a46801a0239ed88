/** Makes the index of a nixpkgs that no channel lists: Nix itself goes through all of it, which takes a minute and gigabytes. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { PackageIndexState } from '../../shared/choosing.ts';
import { done, failed, type Outcome } from '../../shared/problem.ts';
import { askFlake, explainNix } from '../build/evaluate.ts';
import { makePrivate } from '../places.ts';
import { diskTrouble, indexFile, indexState } from './index-store.ts';
import { makeIndexAside } from './search-thread.ts';
import { z } from 'zod';

/** ms. The real nixpkgs took 60 s on a fast machine. */
const patience = 30 * 60_000;

const metadata = z.object({
  locked: z.object({ rev: z.string().optional(), narHash: z.string().optional() }).optional(),
});

/**
 * Lists every package of a flake with `nix search` and keeps the index. Only where somebody asked for it: with the real
 * nixpkgs this took 4.9 GB of memory.
 *
 * @returns the state afterwards; at once where this very revision was listed before. `index-disk` where the list or the
 *   index can not be written.
 */
export async function listWithNix(
  folder: string,
  nixpkgs: string,
  system: string,
  signal: AbortSignal,
): Promise<Outcome<PackageIndexState>> {
  const locked = await askFlake(['flake', 'metadata', '--json', nixpkgs], { signal, millis: patience });
  if (!locked.ok) return locked;
  if (locked.value.exitCode !== 0) return failed(explainNix(locked.value));
  const { locked: lock } = metadata.parse(JSON.parse(locked.value.stdout));
  const revision = lock?.rev ?? lock?.narHash ?? randomUUID();
  const known = await indexState(folder, nixpkgs);
  if (known?.revision === revision) return done(known);

  const list = path.join(folder, `${randomUUID()}.part`);
  try {
    await makePrivate(folder);
    const set = `${nixpkgs}#legacyPackages.${system}`;
    const searched = await askFlake(['search', set, '--json'], { signal, millis: patience, toFile: list });
    if (!searched.ok) return searched;
    if (searched.value.exitCode !== 0) return failed(explainNix(searched.value));
    const source = { channel: nixpkgs, revision };
    const order = { from: list, kind: 'nix-search', source, to: indexFile(folder, nixpkgs) } as const;
    const made = await makeIndexAside(order, signal);
    if (!made.ok) return made;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return failed(diskTrouble(error));
  } finally {
    await rm(list, { force: true });
  }
  const state = await indexState(folder, nixpkgs);
  if (state === null) throw new Error('the index is gone');
  return done(state);
}
