/** `nixburn write RECIPE.json --on HOST`: builds there, and writes the image while it arrives. */
import { homedir } from 'node:os';
import { failed, problem } from '../../shared/problem.ts';
import { builderFor, readChoices } from '../build/choices.ts';
import { targetDrive } from '../drives/list.ts';
import { runJob } from '../jobs.ts';
import { nixpkgsReference } from '../nixpkgs-reference.ts';
import { findPlaces } from '../places.ts';
import { programs } from '../programs.ts';
import { makeStick } from '../recipe-stick.ts';
import { receiptsFolder } from '../stick/receipts.ts';
import { version } from '../version.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Call, type Ending } from './command.ts';
import { confirmErasing } from './confirm.ts';
import { buildProgress, stickProgress } from './progress.ts';
import { receiptText } from './receipt-text.ts';
import { readWholeRecipe } from './recipe.ts';

/** The person names the drive before the build begins: they need not be there when it ends. */
export async function writeArriving(call: Call, [target = '', second]: string[]): Promise<Ending> {
  const { terminal, value, flags, json } = call;
  if (second !== undefined) return badInput(onlyOne);
  if (value('with') !== undefined)
    return failed(
      usageProblem('The slot is filled from the recipe that is built: leave --with out.', 'write'),
    );
  const recipe = await readWholeRecipe(call.first, terminal);
  if (!recipe.ok) return badInput(recipe.problem);
  const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
  const builder = builderFor(await readChoices(places.config), recipe.value.system, value('on'));
  if (!builder.ok) return badInput(builder.problem);
  const drive = await targetDrive(target);
  if (!drive.ok) return drive;
  const [refusal] = drive.value.refusals;
  if (refusal) return failed(refusal);
  const isNew = drive.value.kind === 'file' && drive.value.bytes === 0;
  const stop = flags.has('yes') || isNew ? undefined : await confirmErasing(drive.value, 'Writing', terminal);
  if (stop) return failed(stop);
  const job = makeStick(
    {
      recipe: recipe.value,
      nixpkgs: nixpkgsReference(value('nixpkgs')),
      builder: builder.value,
      places,
      update: flags.has('update'),
      drive: drive.value,
      programs,
      version,
      receipts: receiptsFolder(places.data),
    },
    terminal.signal,
  );
  const [showBuild, showStick] = [buildProgress(terminal), stickProgress(terminal, [target])];
  const made = await runJob(job, terminal.signal, (events) => {
    for (const each of events) {
      if (each.kind === 'stick') {
        call.event({ ...each.event, target });
        showStick(target, each.event);
      } else {
        call.event(each);
        showBuild(each);
      }
    }
  });
  if (!made.ok) return made;
  call.event({ kind: 'written', target, receipt: made.value });
  if (!json) terminal.print(receiptText(target, made.value));
  return finished({ receipts: [made.value] });
}

const onlyOne = problem('usage', 'An image that is written while it arrives goes to one drive.', {
  detail: 'It comes only once, and the drives have each their own pace.',
  remedy: 'Build it first with nixburn build, then write it to all of them.',
});
