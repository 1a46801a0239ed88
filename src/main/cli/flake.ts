/** `nixburn flake`: writes the flake of a recipe into a folder, for people who build with Nix themselves. */
import { failed } from '../../shared/problem.ts';
import { saveFlake } from '../flake-folder.ts';
import { recipeFlake } from '../recipe-flake.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Command } from './command.ts';
import { nixpkgsReference } from '../nixpkgs-reference.ts';
import { readWholeRecipe, tellNotes } from './recipe.ts';

export const command: Command = {
  options: { out: 'string', nixpkgs: 'string', json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a recipe' },
  async run({ first: file, value, terminal, json }) {
    const folder = value('out');
    if (folder === undefined)
      return failed(usageProblem('Say where the flake goes, with --out DIR.', 'flake'));
    const read = await readWholeRecipe(file, terminal);
    if (!read.ok) return badInput(read.problem);
    tellNotes(read.value, terminal);
    const saved = await saveFlake(recipeFlake(read.value, nixpkgsReference(value('nixpkgs'))), folder);
    if (!saved.ok) return saved.problem.code === 'folder-unusable' ? saved : badInput(saved.problem);
    if (!json) terminal.print(folder);
    return finished({ folder, ...saved.value });
  },
};
