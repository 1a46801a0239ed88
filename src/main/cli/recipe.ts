/** Reads the recipe that a command was given, with its secrets, and tells what a person should know about them. */
import { dirname } from 'node:path';
import { readRecipe, resolveSecrets, type RecipeReading, type RecipeWithSecrets } from '../recipe-file.ts';
import { secretNotes } from '../recipe-flake.ts';
import { problemText, type Terminal } from './terminal.ts';

/** The whole recipe, or everything that is wrong with it. */
export async function readWholeRecipe(
  file: string,
  terminal: Terminal,
): Promise<RecipeReading<RecipeWithSecrets>> {
  const read = await readRecipe(file);
  if (!read.ok) return read;
  const warn = (what: Parameters<typeof problemText>[0]) => terminal.tell(problemText(what));
  return resolveSecrets(read.value.recipe, dirname(file), process.env, warn);
}

/** Tells what is to be known about the recipe's secrets. */
export function tellNotes(recipe: RecipeWithSecrets, terminal: Terminal): void {
  for (const note of secretNotes(recipe)) terminal.tell(`Note: ${note}`);
}
