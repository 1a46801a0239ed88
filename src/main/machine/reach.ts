/** Says where a machine can be reached right now, for whoever wants to log in at once. */
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { findMachines } from './find.ts';
import { pinnedKeys } from './known-hosts.ts';
import type { Address } from './ssh.ts';

/** ms. Whoever is there answers in one or two; it also covers a name that only this system's resolver knows. */
const patience = 4000;

/**
 * Looks for the machine. Where it is not heard of, its `.local` name is left to the system, which may know better.
 *
 * @returns `ssh-host-key-unknown` where no host key of it is pinned here, `ssh-host-key-differs` where somebody else
 *   answers, `cancelled`.
 */
export async function reachMachine(
  name: string,
  knownHosts: string,
  signal: AbortSignal,
): Promise<Outcome<Address>> {
  if ((await pinnedKeys(knownHosts, name)).length === 0) return failed(notPinned(name));
  const search = findMachines({ name, sweep: false, millis: patience, follow: false, knownHosts }, signal);
  for (;;) {
    const next = await search.next();
    if (!next.done) continue;
    const found = next.value;
    const [machine] = found.ok ? found.value : [];
    if (machine) return done({ name, host: machine.addresses[0] ?? `${name}.local`, port: machine.port });
    if (!found.ok && found.problem.code !== 'machine-not-found') return found;
    return done({ name, host: `${name}.local`, port: 22 });
  }
}

const notPinned = (name: string) =>
  problem('ssh-host-key-unknown', `Nobody here knows the host key of ${name}.`, {
    detail: 'Its stick was not filled on this computer, so that whoever answers could be anybody.',
    remedy: `Fill the stick here: nixburn personalise TARGET --with RECIPE.json, with ${name} as the recipe’s name.`,
  });
