/** `nixburn eject`: lets go of a stick so that it can be pulled out. */
import { ejectDrive } from '../drives/eject.ts';
import { finished, type Command } from './command.ts';

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 1, most: 1, what: 'a drive' },
  async run({ first: target, terminal, json }) {
    const ejected = await ejectDrive(target);
    if (!ejected.ok) return ejected;
    if (!json) terminal.print(`${target}: you can pull it out now.`);
    return finished({ target });
  },
};
