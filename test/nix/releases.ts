/** Copies of the miniature nixpkgs that say that they are of another release. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const nixpkgs = path.join(import.meta.dirname, '../fixtures/nixpkgs');

/** The releases whose facts the miniature knows. */
export const releases = ['23.11', '24.05', '24.11', '25.05', '25.11', '26.05', '26.11'];

/**
 * Makes a copy in a folder below `base`. It has no kernel, which evaluating does not need.
 *
 * @param release as a recipe names it; `unstable` is on its way to the release after the newest.
 * @returns the path of the copy.
 */
export async function nixpkgsOf(release: string, base: string): Promise<string> {
  const copy = path.join(base, 'nixpkgs', release);
  await mkdir(path.dirname(copy), { recursive: true });
  await cp(nixpkgs, copy, {
    recursive: true,
    filter: (source) => path.relative(nixpkgs, source) !== 'kernel',
  });
  await writeFile(path.join(copy, 'release'), release === 'unstable' ? '26.11\n' : `${release}\n`);
  return copy;
}
