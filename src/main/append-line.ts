/** Adds to a file that a person may have edited too. */
import { appendFile, readFile } from 'node:fs/promises';

/**
 * Adds a line at the end, in one write; a file that is not there is made, for its owner alone. Rejects with the system's error.
 *
 * @param line without its end
 */
export async function appendLine(file: string, line: string): Promise<void> {
  // An editor may have left the last line open: the new one would become a part of it.
  const before = await readFile(file, 'utf8').catch(() => '');
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(file, `${gap}${line}\n`, { mode: 0o600 });
}
