/** `nixburn write`: puts an image on one or several drives, after the person has named each, and reads them back. */
import { homedir } from 'node:os';
import type { Drive, Receipt, SourceImage } from '../../shared/contract.ts';
import { cancelled, failed, problem, type Outcome } from '../../shared/problem.ts';
import { targetDrive } from '../drives/list.ts';
import { runJob } from '../jobs.ts';
import { knownHostsFile } from '../machine/known-hosts.ts';
import { findPlaces, type Places } from '../places.ts';
import { programs } from '../programs.ts';
import type { RecipeWithSecrets } from '../recipe-file.ts';
import { stickNames } from '../slot/contents.ts';
import { slotPatches, type SlotFill } from '../slot/fill.ts';
import { receiptsFolder } from '../stick/receipts.ts';
import { writeSticks } from '../stick/write.ts';
import { version } from '../version.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Call, type Command, type Ending } from './command.ts';
import { confirmErasing } from './confirm.ts';
import { exitCodeOf, worst } from './exit.ts';
import { imageArgument } from './image.ts';
import { stickProgress } from './progress.ts';
import { receiptText } from './receipt-text.ts';
import { readWholeRecipe } from './recipe.ts';
import { problemText } from './terminal.ts';
import { writeArriving } from './write-arriving.ts';

interface Result {
  target: string;
  outcome: Outcome<Receipt>;
}

export const command: Command = {
  options: {
    to: 'strings',
    with: 'string',
    on: 'string',
    nixpkgs: 'string',
    update: 'boolean',
    yes: 'boolean',
    json: 'boolean',
  },
  takes: { least: 0, most: 1, what: 'an image' },
  async run(call) {
    const targets = call.values.get('to') ?? [];
    if (call.positionals.length === 0)
      return failed(usageProblem('Name the image first: nixburn write FILE.iso --to TARGET.', 'write'));
    if (targets.length === 0) return failed(usageProblem('Say what to write to, with --to TARGET.', 'write'));
    if (call.value('on') !== undefined) return writeArriving(call, targets);
    if (call.first.endsWith('.json') || call.value('nixpkgs') !== undefined || call.flags.has('update'))
      return failed(
        usageProblem(
          'To build a recipe and write it at once, say where to build: --on HOST, or --on here.',
          'write',
        ),
      );
    const image = await imageArgument(call);
    if (!image.ok) return image;
    const recipe = await recipeFor(call);
    if (!recipe.ok) return badInput(recipe.problem);
    const chosen = await chooseAll(call, image.value, targets);
    if (!chosen.ok) return chosen;
    const show = stickProgress(call.terminal, targets);
    const fills = await fillsFor(recipe.value, image.value, chosen.value);
    if (!fills.ok) return fills;
    const results = await writeAll(call, image.value, chosen.value, fills.value, show);
    return conclude(results);
  },
};

/** The recipe whose secrets go into the slots; null where none is given. */
async function recipeFor({ value, terminal }: Call): Promise<Outcome<RecipeWithSecrets | null>> {
  const file = value('with');
  return file === undefined ? { ok: true, value: null } : readWholeRecipe(file, terminal);
}

/** What goes into the slot of each drive that is written. The names go by what was asked for: one that fails leaves a gap. */
async function fillsFor(
  recipe: RecipeWithSecrets | null,
  image: SourceImage,
  choices: Choice[],
): Promise<Outcome<SlotFill[]>> {
  if (!recipe) return { ok: true, value: [] };
  const all = stickNames(recipe.name, choices.length);
  const names = all.filter((_, at) => choices[at]?.drive.ok);
  return slotPatches(image.path, { recipe, knownHosts: knownHostsFile(placesHere()) }, names);
}

interface Choice {
  target: string;
  drive: Outcome<Drive>;
}

/**
 * Finds every target and has the person confirm it, before any is written. A target that a rule forbids is left out
 * and keeps its problem; an answer that is not the drive's name stops everything.
 */
async function chooseAll(call: Call, image: SourceImage, targets: string[]): Promise<Outcome<Choice[]>> {
  const choices: Choice[] = [];
  for (const target of targets) {
    let drive = await targetDrive(target, image.path);
    const [refusal] = drive.ok ? drive.value.refusals : [];
    if (refusal) drive = failed(refusal);
    choices.push({ target, drive });
  }
  const drives = choices.flatMap(({ drive }) => (drive.ok ? [drive.value] : []));
  const twice = drives.find((drive, at) => drives.findIndex(({ path }) => path === drive.path) !== at);
  if (twice)
    return failed(
      problem('target-twice', `${twice.path} is named twice.`, { remedy: 'Name each drive once.' }),
    );
  for (const drive of drives) {
    if (call.flags.has('yes') || (drive.kind === 'file' && drive.bytes === 0)) continue;
    const refusal = await confirmErasing(drive, 'Writing', call.terminal);
    if (refusal) return failed(refusal);
  }
  return { ok: true, value: choices };
}

/** All at once: each is slow by itself, and none can hurt another. Each end is told when it comes. */
async function writeAll(
  call: Call,
  image: SourceImage,
  choices: Choice[],
  fills: SlotFill[],
  show: ReturnType<typeof stickProgress>,
): Promise<Result[]> {
  const { signal } = call.terminal;
  const results: Result[] = [];
  const end = (target: string, outcome: Outcome<Receipt>) => {
    results.push({ target, outcome });
    report(call, { target, outcome }, choices.length);
  };
  for (const { target, drive } of choices) if (!drive.ok) end(target, drive);
  const chosen = choices.flatMap(({ target, drive }) => (drive.ok ? [{ target, drive: drive.value }] : []));
  const drives = chosen.map(({ drive }) => drive);
  const job = writeSticks({ image, drives, fills, programs, version, receipts: receiptsHere() }, signal);
  const all = await runJob(job, signal, (events) => {
    for (const each of events) {
      const target = chosen[each.drive]?.target ?? '';
      if ('outcome' in each) end(target, each.outcome);
      else {
        call.event({ ...each.event, target });
        show(target, each.event);
      }
    }
  });
  // Where the job itself came to grief there are drives without an end.
  for (const { target } of chosen)
    if (!results.some((result) => result.target === target)) end(target, all.ok ? failed(cancelled) : all);
  return results;
}

/** Where this person's files are kept. */
function placesHere(): Places {
  return findPlaces({ platform: process.platform, env: process.env, home: homedir() });
}

/** Where this person's receipts are kept. */
export function receiptsHere(): string {
  return receiptsFolder(placesHere().data);
}

/** Tells how one of so many targets ended. */
function report({ terminal, json, event }: Call, { target, outcome }: Result, count: number): void {
  if (outcome.ok) {
    event({ kind: 'written', target, receipt: outcome.value });
    if (!json) terminal.print(receiptText(target, outcome.value));
  } else {
    event({ kind: 'not-written', target, problem: outcome.problem });
    // A single problem is told at the end, as every command does.
    if (!json && count > 1) terminal.tell(`nixburn: ${target}: ${problemText(outcome.problem)}`);
  }
}

/** The end of them all: the exit status is the worst of them. */
function conclude(results: Result[]): Ending {
  const receipts = results.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : []));
  const [first, ...others] = results.flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.problem]));
  if (!first) return finished({ receipts });
  const problems = [first, ...others];
  const exit = worst(problems.map(exitCodeOf));
  if (results.length === 1) return { ok: false, problem: first, exit };
  return {
    ok: false,
    exit,
    problem: problem('some-not-written', `${problems.length} of ${results.length} were not written.`, {
      detail: problems.map(({ title }) => title).join('\n'),
    }),
  };
}
