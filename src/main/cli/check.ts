/** `nixburn check`: what is wrong with a recipe, one sentence a line. */
import { badInput, finished, type Command } from './command.ts';
import { readWholeRecipe } from './recipe.ts';

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a recipe' },
  async run({ first: file, terminal, json, event }) {
    const read = await readWholeRecipe(file, terminal);
    if (read.ok) {
      if (!json) terminal.print(`${file} is fine.`);
      return finished();
    }
    for (const { path, problem } of read.problems) {
      event({ kind: 'problem', path, problem });
      // A file that can not be read has no fields, and nothing to list.
      if (!json && path)
        terminal.print([`${path}: ${problem.title}`, problem.remedy].filter(Boolean).join(' '));
    }
    return badInput(read.problem);
  },
};
