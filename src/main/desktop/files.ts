/** Opens the files that the desktop hands to Nixburn: recipes and images, by a double click, from the menu, or dropped on the window. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { DesktopEvent } from '../../shared/desktop.ts';
import { problem } from '../../shared/problem.ts';
import type { OpenedImages } from '../image/opened.ts';
import type { Say } from './say.ts';

/** What a file dialog offers. */
export function fileKinds(say: Say): { name: string; extensions: string[] }[] {
  return [
    { name: say('Recipes and images'), extensions: ['json', 'iso'] },
    { name: say('All files'), extensions: ['*'] },
  ];
}

/** Bytes. A recipe with long scripts is far below. */
const largestRecipe = 1_000_000;

/** Opens one file, and tells the window what has come of it. Never rejects. */
export async function openFile(
  file: string,
  opened: OpenedImages,
  tell: (event: DesktopEvent) => void,
): Promise<void> {
  const fileName = path.basename(file);
  if (/\.iso$/i.test(fileName)) {
    tell({ kind: 'reading', fileName, fraction: 0 });
    let shown = 0;
    const image = await opened.open(file, (fraction) => {
      // A hundred news are enough for a bar.
      if (fraction < shown + 0.01) return;
      shown = fraction;
      tell({ kind: 'reading', fileName, fraction });
    });
    return tell(
      image.ok ? { kind: 'image', image: image.value } : { kind: 'trouble', problem: image.problem },
    );
  }
  try {
    const text = await readRecipeText(file);
    if (text === null) return tell({ kind: 'trouble', problem: notForUs(fileName) });
    tell({ kind: 'recipe', fileName, text });
  } catch (error) {
    const raw = error instanceof Error ? error.message : '';
    tell({ kind: 'trouble', problem: unreadable(fileName, raw) });
  }
}

/** Null for what can be no recipe: too large, or no ordinary file. Rejects with the system's error. */
async function readRecipeText(file: string): Promise<string | null> {
  // Non-blocking: a named pipe would otherwise wait for a writer for ever, and a device may have no end.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > largestRecipe) return null;
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * The files among the arguments of a start: on Linux and Windows, a double click on a file starts the program with it.
 *
 * @param folder where it was started: arguments may be relative to it
 */
export function filesIn(args: readonly string[], folder: string): string[] {
  return args
    .filter((arg) => !arg.startsWith('-') && /\.(?:nixburn\.json|iso)$/i.test(arg))
    .map((arg) => path.resolve(folder, arg));
}

function notForUs(fileName: string) {
  return problem('not-a-recipe', `${fileName} is not a Nixburn recipe.`, {
    detail: 'It is far too large for one, or it is no ordinary file.',
    remedy: 'Open a recipe (.nixburn.json) or an image (.iso).',
  });
}

function unreadable(fileName: string, raw: string) {
  return problem('file-unreadable', `${fileName} can not be read.`, {
    remedy: 'Look whether it is still there and whether you may read it.',
    raw,
  });
}
