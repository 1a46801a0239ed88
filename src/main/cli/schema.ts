/** `nixburn schema`: the recipe's JSON Schema, for editors and other programs. */
import { recipeJsonSchema } from '../../shared/recipe.ts';
import { finished, type Command } from './command.ts';

export const command: Command = {
  options: {},
  takes: { least: 0, most: 0, what: '' },
  async run({ terminal }) {
    terminal.print(JSON.stringify(recipeJsonSchema(), null, 2));
    return finished();
  },
};
