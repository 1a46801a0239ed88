/** `nixburn recipes`: the recipes that the window keeps under names, listed, shown, saved, removed and compared. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { KeptRecipe } from '../../shared/choosing.ts';
import { cancelled, done, failed, problem, type Outcome } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { recipeDifferences } from '../../shared/recipe-differences.ts';
import type { RecipeDraft } from '../../shared/recipe-draft.ts';
import { holdsSecret } from '../../shared/recipe-without-secrets.ts';
import { formatCount } from '../../shared/units.ts';
import { findPlaces } from '../places.ts';
import { exportRecipe, importRecipe, recipeStore, type RecipeStore } from '../recipes/store.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Call, type Command, type Ending } from './command.ts';

/** How many names each act takes. */
const acts = { list: 0, show: 1, save: 2, remove: 1, compare: 2 };

export const command: Command = {
  options: { replace: 'boolean', yes: 'boolean', json: 'boolean' },
  takes: { least: 0, most: 3, what: '' },
  run(call) {
    const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
    const store = recipeStore(path.join(places.data, 'recipes'));
    const [act = 'list', ...names] = call.positionals;
    if (!isAct(act)) return refuse(`nixburn recipes can ${Object.keys(acts).join(', ')}, and not ${act}.`);
    if (names.length !== acts[act])
      return refuse(`nixburn recipes ${act} takes ${formatCount(acts[act], 'name', 'names')}.`);
    for (const [flag, owner] of [
      ['replace', 'save'],
      ['yes', 'remove'],
    ] as const)
      if (call.flags.has(flag) && act !== owner)
        return refuse(`The option --${flag} belongs to nixburn recipes ${owner}.`);
    const [first = '', second = ''] = names;
    switch (act) {
      case 'list':
        return list(call, store);
      case 'show':
        return show(call, store, first);
      case 'save':
        return save(call, store, first, second);
      case 'remove':
        return remove(call, store, first);
      case 'compare':
        return compare(call, store, first, second);
    }
  },
};

function isAct(name: string): name is keyof typeof acts {
  return Object.hasOwn(acts, name);
}

function refuse(title: string): Promise<Ending> {
  return Promise.resolve(failed(usageProblem(title, 'recipes')));
}

async function list({ terminal, json, event }: Call, store: RecipeStore): Promise<Ending> {
  const kept = await store.list();
  for (const recipe of kept) {
    event({ kind: 'recipe', recipe });
    if (!json) terminal.print(keptText(recipe));
  }
  if (kept.length === 0 && !json) terminal.tell('No recipe is kept yet.');
  return finished();
}

function keptText({ name, savedAt, hostName, release, keys, packages, networks }: KeptRecipe): string {
  const day = savedAt.slice(0, 10);
  if (hostName === null || release === null) return `${name} — can not be read any more (${day})`;
  const facts = [
    hostName,
    release,
    formatCount(keys, 'key', 'keys'),
    formatCount(packages, 'package', 'packages'),
    formatCount(networks, 'network', 'networks'),
  ];
  return `${name} — ${facts.join(', ')} (${day})`;
}

/** As a file would have it, so that `> attic.json` makes one. */
async function show({ terminal, json, event }: Call, store: RecipeStore, name: string): Promise<Ending> {
  const read = await store.read(name);
  if (!read.ok) return badInput(read.problem);
  const text = exportRecipe(read.value.recipe);
  if (!text.ok) return text;
  event({ kind: 'recipe', recipe: read.value.recipe });
  if (!json) terminal.print(text.value.text.trimEnd());
  return finished();
}

async function save(call: Call, store: RecipeStore, name: string, file: string): Promise<Ending> {
  const read = await recipeIn(file);
  if (!read.ok) return badInput(read.problem);
  const { recipe, problems } = read.value;
  const saved = await store.save(name, recipe, call.flags.has('replace'));
  if (!saved.ok) {
    if (saved.problem.code === 'recipe-disk') return saved;
    const remedy = 'Choose another name, or say --replace.';
    return badInput(saved.problem.code === 'recipe-exists' ? { ...saved.problem, remedy } : saved.problem);
  }
  if (holdsSecret(recipe)) call.terminal.tell('Note: the secrets of its networks are not kept with it.');
  if (problems.length > 0)
    call.terminal.tell(`Note: ${formatCount(problems.length, 'thing is', 'things are')} still to be done.`);
  if (!call.json) call.terminal.print(`Saved as ${name}.`);
  return finished();
}

async function remove(call: Call, store: RecipeStore, name: string): Promise<Ending> {
  const { terminal, flags } = call;
  const read = await store.read(name);
  if (!read.ok && read.problem.code === 'recipe-gone') return badInput(read.problem);
  if (!flags.has('yes')) {
    if (!terminal.canAsk) {
      return badInput(
        problem('no-terminal', 'There is no terminal to ask on.', {
          detail: 'Nothing was removed.',
          remedy: 'Say --yes if the recipe shall go.',
        }),
      );
    }
    const answer = await terminal.ask(`Remove ${name}? It can not be brought back. [y/N] `);
    if (answer?.trim().toLowerCase() !== 'y') return failed(cancelled);
  }
  const removed = await store.remove(name);
  if (!removed.ok) return removed;
  if (!call.json) terminal.print(`Removed ${name}.`);
  return finished();
}

async function compare(call: Call, store: RecipeStore, one: string, other: string): Promise<Ending> {
  const before = await keptOrFile(store, one);
  if (!before.ok) return badInput(before.problem);
  const after = await keptOrFile(store, other);
  if (!after.ok) return badInput(after.problem);
  const differences = recipeDifferences(before.value, after.value);
  for (const difference of differences) {
    call.event({ kind: 'difference', difference });
    if (!call.json) call.terminal.print(difference.words);
  }
  if (differences.length === 0 && !call.json) call.terminal.tell('They are the same.');
  return finished({ same: differences.length === 0 });
}

/** A kept recipe goes before a file of that name, which can be written ./NAME. */
async function keptOrFile(store: RecipeStore, named: string): Promise<Outcome<Recipe>> {
  const kept = await store.read(named);
  if (kept.ok) return done(kept.value.recipe);
  if (kept.problem.code !== 'recipe-gone') return kept;
  if (!/[/\\]|\.json$/i.test(named)) return kept;
  const read = await recipeIn(named);
  return read.ok ? done(read.value.recipe) : read;
}

async function recipeIn(file: string): Promise<Outcome<RecipeDraft>> {
  try {
    return importRecipe(await readFile(file, 'utf8'), path.basename(file));
  } catch (error) {
    return failed(
      problem('recipe-unreadable', `${file} can not be read.`, {
        remedy: 'Check the name and that you may read it.',
        raw: error instanceof Error ? error.message : '',
      }),
    );
  }
}
