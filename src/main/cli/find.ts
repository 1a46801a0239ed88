/** `nixburn find`: the machines that were started from sticks, as far as they are in the same network. */
import { homedir } from 'node:os';
import { problem, type Problem } from '../../shared/problem.ts';
import type { Machine } from '../../shared/reaching.ts';
import { formatPercent } from '../../shared/units.ts';
import { runJob } from '../jobs.ts';
import { findMachines } from '../machine/find.ts';
import { knownHostsFile } from '../machine/known-hosts.ts';
import { machineName } from '../machine/name.ts';
import { findPlaces } from '../places.ts';
import { badInput, finished, type Command } from './command.ts';

/** s. */
const usualWait = 5;
const longestWait = 3600;

export const command: Command = {
  options: { name: 'string', sweep: 'boolean', wait: 'string', json: 'boolean' },
  takes: { least: 0, most: 0, what: '' },
  async run({ value, flags, terminal, json, event }) {
    const named = value('name') === undefined ? null : machineName(value('name') ?? '');
    if (named && !named.ok) return badInput(named.problem);
    const wait = Number(value('wait') ?? usualWait);
    if (!Number.isFinite(wait) || wait <= 0 || wait > longestWait) return badInput(noWait());
    const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
    const job = findMachines(
      {
        name: named?.value ?? null,
        sweep: flags.has('sweep'),
        millis: wait * 1000,
        follow: false,
        knownHosts: knownHostsFile(places),
      },
      terminal.signal,
    );
    const found = await runJob(job, terminal.signal, (events) => {
      for (const each of events) {
        event(each);
        if (each.kind === 'note') terminal.tell(each.text);
        if (each.kind === 'progress') terminal.status(`Trying ${formatPercent(each.tried / each.total)}`);
      }
    });
    if (!found.ok) return found;
    if (!json) for (const line of table(found.value)) terminal.print(line);
    if (!json && found.value.length === 0) terminal.tell('No machine was found.');
    return finished({ machines: found.value });
  },
};

/** One machine a line; what is wrong with it below. */
function table(machines: Machine[]): string[] {
  const width = Math.max(0, ...machines.map(({ name }) => name.length));
  return machines.flatMap(({ name, addresses, hostKey, problem: why }) => [
    `${name.padEnd(width)}  ${addresses[0] ?? ''}  ${hostKey === 'proven' ? 'the right host key' : 'not proven'}`,
    ...(why ? [`    ${why.title} ${why.remedy}`] : []),
  ]);
}

function noWait(): Problem {
  return problem('bad-wait', 'That is no time to wait.', {
    remedy: `Give seconds from 1 to ${longestWait}.`,
  });
}
