/** `nixburn save`: keeps all that is on a stick as a file, and changes nothing on the stick. */
import path from 'node:path';
import { failed } from '../../shared/problem.ts';
import { formatBytes } from '../../shared/units.ts';
import { targetDrive } from '../drives/list.ts';
import { runJob } from '../jobs.ts';
import { programs } from '../programs.ts';
import { saveStick } from '../stick/restore.ts';
import { usageProblem } from './arguments.ts';
import { finished, type Command } from './command.ts';
import { stickProgress } from './progress.ts';

export const command: Command = {
  options: { out: 'string', json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a drive' },
  async run({ first: target, value, terminal, event, json }) {
    const out = value('out');
    if (out === undefined) return failed(usageProblem('Say where to keep it, with --out FILE.', 'save'));
    const drive = await targetDrive(target);
    if (!drive.ok) return drive;
    const show = stickProgress(terminal, [target], { verify: 'Reading', finish: 'Storing the file' });
    const job = saveStick({ drive: drive.value, file: path.resolve(out), programs }, terminal.signal);
    const saved = await runJob(job, terminal.signal, (events) => {
      for (const each of events) {
        event({ ...each, target });
        show(target, each);
      }
    });
    if (!saved.ok) return saved;
    const { bytes, sha256 } = saved.value;
    if (!json) terminal.print(`${out}: ${formatBytes(bytes)} of ${target}\nSHA-256 ${sha256}`);
    return finished({ saved: saved.value });
  },
};
