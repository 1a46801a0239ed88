/** `nixburn verify`: reads a drive back and compares it with the image, and changes nothing. */
import { failed, problem } from '../../shared/problem.ts';
import { targetDrive } from '../drives/list.ts';
import { runJob } from '../jobs.ts';
import { programs } from '../programs.ts';
import { verifyStick } from '../stick/write.ts';
import { version } from '../version.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Command } from './command.ts';
import { imageArgument } from './image.ts';
import { stickProgress } from './progress.ts';
import { receiptText } from './receipt-text.ts';
import { receiptsHere } from './write.ts';

export const command: Command = {
  options: { on: 'string', json: 'boolean' },
  takes: { least: 1, most: 1, what: 'an image' },
  async run(call) {
    const { terminal, event, json } = call;
    const target = call.value('on');
    if (target === undefined)
      return failed(usageProblem('Say what to read back, with --on TARGET.', 'verify'));
    const image = await imageArgument(call);
    if (!image.ok) return image;
    const drive = await targetDrive(target);
    if (!drive.ok) return drive;
    if (drive.value.kind === 'file' && drive.value.bytes === 0)
      return badInput(problem('target-empty', `There is nothing at ${target} to read back.`));
    const show = stickProgress(terminal, [target]);
    const job = verifyStick(
      { image: image.value, drive: drive.value, programs, version, receipts: receiptsHere() },
      terminal.signal,
    );
    const outcome = await runJob(job, terminal.signal, (events) => {
      for (const each of events) {
        event({ ...each, target });
        show(target, each);
      }
    });
    if (!outcome.ok) return outcome;
    if (!json) terminal.print(receiptText(target, outcome.value));
    return finished({ receipts: [outcome.value] });
  },
};
