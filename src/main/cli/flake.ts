/** `nixburn flake`: writes the flake of a recipe into a folder, for people who build with Nix themselves. */
import path from 'node:path';
import type { NixpkgsUpdate } from '../../shared/contract.ts';
import { done, failed, type Outcome } from '../../shared/problem.ts';
import { saveFlake } from '../flake-folder.ts';
import { stageFlake } from '../flake-git.ts';
import { updateLock, updateSentence } from '../flake-lock.ts';
import { runJob } from '../jobs.ts';
import { nixpkgsReference } from '../nixpkgs-reference.ts';
import { recipeFlake } from '../recipe-flake.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Command } from './command.ts';
import { buildProgress } from './progress.ts';
import { readWholeRecipe, tellNotes } from './recipe.ts';
import type { Terminal } from './terminal.ts';

export const command: Command = {
  options: { out: 'string', nixpkgs: 'string', update: 'boolean', json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a recipe' },
  async run({ first: file, value, flags, terminal, json }) {
    const folder = value('out');
    if (folder === undefined)
      return failed(usageProblem('Say where the flake goes, with --out DIR.', 'flake'));
    const read = await readWholeRecipe(file, terminal);
    if (!read.ok) return badInput(read.problem);
    tellNotes(read.value, terminal);
    const files = recipeFlake(read.value, nixpkgsReference(value('nixpkgs')));
    const saved = await saveFlake(files, folder);
    if (!saved.ok) return saved.problem.code === 'folder-unusable' ? saved : badInput(saved.problem);
    const updated = flags.has('update') ? await update(folder, terminal) : done(null);
    const gone = saved.value.changed.filter((name) => !files.some((one) => one.path === name));
    const note = await stageFlake(folder, files, gone);
    if (note !== null) terminal.tell(`Note: ${note}`);
    if (!updated.ok) return updated;
    if (updated.value) terminal.tell(updateSentence(updated.value));
    if (!json) terminal.print(folder);
    return finished({ folder, ...saved.value, ...(updated.value ? { nixpkgs: updated.value } : {}) });
  },
};

async function update(folder: string, terminal: Terminal): Promise<Outcome<NixpkgsUpdate>> {
  const show = buildProgress(terminal);
  return runJob(updateLock(path.resolve(folder), terminal.signal), terminal.signal, (events) => {
    for (const each of events) show(each);
  });
}
