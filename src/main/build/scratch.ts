/** Makes a folder for what a build or a question needs for a moment. */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';

/**
 * A new folder among the temporary files; whoever asks for it removes it.
 *
 * @returns `temporary-folder` where there can be none: `TMPDIR` can name a folder that is gone, such as that of a nix-shell
 *   which has ended.
 */
export async function scratchFolder(prefix: string): Promise<Outcome<string>> {
  try {
    return done(await mkdtemp(path.join(os.tmpdir(), prefix)));
  } catch (error) {
    return failed(
      problem('temporary-folder', 'The folder for temporary files can not be used.', {
        detail: os.tmpdir(),
        remedy: 'Make the folder or free some space in it, or set TMPDIR to another one.',
        raw: error instanceof Error ? error.message : '',
      }),
    );
  }
}
