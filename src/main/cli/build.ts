/** `nixburn build`: from a recipe to an image, here or on a Linux builder over SSH. */
import path from 'node:path';
import { homedir } from 'node:os';
import { builderFor, readChoices } from '../build/choices.ts';
import { runJob } from '../jobs.ts';
import { nixpkgsReference } from '../nixpkgs-reference.ts';
import { findPlaces } from '../places.ts';
import { buildRecipe } from '../recipe-image.ts';
import { badInput, finished, type Command } from './command.ts';
import { buildProgress } from './progress.ts';
import { readWholeRecipe } from './recipe.ts';

export const command: Command = {
  options: { on: 'string', nixpkgs: 'string', update: 'boolean', out: 'string', json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a recipe' },
  async run({ first: file, value, flags, terminal, json, event }) {
    const read = await readWholeRecipe(file, terminal);
    if (!read.ok) return badInput(read.problem);
    const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
    const choices = await readChoices(places.config);
    // The window's choice is not the command line's: without a word, a script builds here.
    const builder = builderFor(choices, read.value.system, value('on') ?? 'here');
    if (!builder.ok) return badInput(builder.problem);
    const out = value('out');
    const job = buildRecipe(
      {
        recipe: read.value,
        nixpkgs: nixpkgsReference(value('nixpkgs')),
        builder: builder.value,
        places,
        keepGigabytes: choices.keepGigabytes,
        update: flags.has('update'),
        out: out === undefined ? undefined : path.resolve(out),
      },
      terminal.signal,
    );
    const show = buildProgress(terminal);
    const built = await runJob(job, terminal.signal, (events) => {
      for (const each of events) {
        event(each);
        show(each);
      }
    });
    if (!built.ok) return built;
    if (!json) terminal.print(out ?? built.value.path);
    return finished({ image: built.value });
  },
};
