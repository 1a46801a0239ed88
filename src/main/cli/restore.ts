/** `nixburn restore`: makes an ordinary stick again of an installer stick, after the person has named it. */
import { failed } from '../../shared/problem.ts';
import { targetDrive } from '../drives/list.ts';
import { runJob } from '../jobs.ts';
import { programs } from '../programs.ts';
import { restoreStick, stickLabel } from '../stick/restore.ts';
import { finished, type Command } from './command.ts';
import { confirmErasing } from './confirm.ts';
import { stickProgress } from './progress.ts';

export const command: Command = {
  options: { label: 'string', yes: 'boolean', json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a drive' },
  async run({ first: target, value, flags, terminal, event, json }) {
    const label = stickLabel(value('label') ?? 'STICK');
    if (!label.ok) return label;
    const drive = await targetDrive(target);
    if (!drive.ok) return drive;
    const [rule] = drive.value.refusals;
    if (rule) return failed(rule);
    // A file is refused below, and nobody need be asked about it.
    if (!flags.has('yes') && drive.value.kind !== 'file') {
      const refusal = await confirmErasing(drive.value, 'Restoring', terminal);
      if (refusal) return failed(refusal);
    }
    const show = stickProgress(terminal, [target]);
    const job = restoreStick({ drive: drive.value, label: label.value, programs }, terminal.signal);
    const restored = await runJob(job, terminal.signal, (events) => {
      for (const each of events) {
        event({ ...each, target });
        show(target, each);
      }
    });
    if (!restored.ok) return restored;
    if (!json) terminal.print(`${target} is an ordinary stick again, empty and called ${label.value}.`);
    return finished({ target, label: label.value });
  },
};
