/** Puts a content in the place of a file's, whole or not at all: whoever reads it meanwhile sees one or the other. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes beside and renames. Rejects with the system's error; then the old content is still there.
 *
 * @param content a text, as UTF-8, or bytes in pieces
 * @param mode permission bits of the file from now on
 */
export async function replaceFile(
  file: string,
  content: string | Iterable<Uint8Array>,
  mode: number,
): Promise<void> {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const opened = await open(beside, 'wx', mode);
    try {
      await writeFile(opened, content);
      // The mask of this process has nothing to say about a file that has a mode already.
      await opened.chmod(mode);
      await opened.sync();
    } finally {
      await opened.close();
    }
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
}
