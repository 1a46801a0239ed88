/** Finds the computers on this computer's own links over IPv6, whose addresses are too many to try one after the other. */
import { execa } from 'execa';
import { neighbourPrograms, readNeighbours } from './neighbour-table.ts';
import type { OwnAddress } from './networks.ts';

/** ms. A question and its answers take two seconds. */
const patience = 6000;

/**
 * Asks everybody on the link to answer, and gives the addresses, with their zone, of those that did or that the system
 * knows already. None where it has no such program. Ends soon after `signal` aborts.
 *
 * @param own the link-local address of this computer there
 */
export async function neighbours(own: OwnAddress, signal: AbortSignal): Promise<string[]> {
  const { ask, list } = neighbourPrograms(own, process.platform);
  await run(ask, signal);
  return readNeighbours(await run(list, signal), own, process.platform);
}

async function run([program, ...args]: [string, ...string[]], signal: AbortSignal): Promise<string> {
  const { stdout } = await execa(program, args, {
    stdin: 'ignore',
    reject: false,
    timeout: patience,
    maxBuffer: 1_000_000,
    cancelSignal: signal,
    env: { LC_ALL: 'C' },
  });
  return stdout ?? '';
}
