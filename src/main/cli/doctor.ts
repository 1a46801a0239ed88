import { failed, problem } from '../../shared/problem.ts';
import type { Command } from './command.ts';

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 0, most: Infinity, what: '' },
  async run() {
    return failed(problem('not-in-this-version', 'TODO'));
  },
};
