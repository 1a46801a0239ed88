/** `nixburn personalise`: other secrets for a finished stick or an image, in place and read back. */
import { homedir } from 'node:os';
import { failed } from '../../shared/problem.ts';
import { targetDrive } from '../drives/list.ts';
import { runJob } from '../jobs.ts';
import { findPlaces } from '../places.ts';
import { programs } from '../programs.ts';
import { personaliseStick } from '../stick/personalise.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Command } from './command.ts';
import { stickProgress } from './progress.ts';
import { readWholeRecipe } from './recipe.ts';
import { slotText } from './receipt-text.ts';

export const command: Command = {
  options: { with: 'string', json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a drive or an ISO file' },
  async run({ first: target, value, terminal, event, json }) {
    const file = value('with');
    if (file === undefined)
      return failed(usageProblem('Say what to put on it, with --with RECIPE.json.', 'personalise'));
    const recipe = await readWholeRecipe(file, terminal);
    if (!recipe.ok) return badInput(recipe.problem);
    const drive = await targetDrive(target);
    if (!drive.ok) return drive;
    const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
    const show = stickProgress(terminal, [target]);
    const job = personaliseStick(
      { recipe: recipe.value, drive: drive.value, programs, places },
      terminal.signal,
    );
    const done = await runJob(job, terminal.signal, (events) => {
      for (const each of events) {
        event({ ...each, target });
        show(target, each);
      }
    });
    if (!done.ok) return done;
    const { volumeId, slot } = done.value;
    if (!json) terminal.print(`${target}: the slot of ${volumeId} was filled and read back${slotText(slot)}`);
    return finished({ personalised: done.value });
  },
};
