import { failed, problem, type Outcome } from '../../shared/problem.ts';
import type { Image } from '../../shared/contract.ts';
import type { Call, Command } from './command.ts';

export async function imageArgument(_call: Call): Promise<Outcome<Image>> {
  return failed(problem('not-in-this-version', 'TODO'));
}

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 0, most: Infinity, what: '' },
  async run() {
    return failed(problem('not-in-this-version', 'TODO'));
  },
};
