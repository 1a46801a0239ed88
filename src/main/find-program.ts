/** Finds a program among folders without starting it: whoever starts programs wants to know which there is. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** The absolute path of a program in the first folder that has it and lets it be run; null: none has. Relative folders are left out. */
export async function findProgram(program: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders.filter((one) => path.isAbsolute(one))) {
    const file = path.join(folder, program);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}
