/** The part of the services that finds booted machines and opens ways into them. */
import { homedir } from 'node:os';
import { done } from '../../shared/problem.ts';
import { shellLine } from '../../shared/shell-line.ts';
import { sshArguments } from '../machine/connect.ts';
import { findMachines } from '../machine/find.ts';
import { handOvers } from '../machine/hand-over.ts';
import { allPinned, knownHostsFile } from '../machine/known-hosts.ts';
import { reachMachine } from '../machine/reach.ts';
import { proveHost, type Address } from '../machine/ssh.ts';
import { addToSshConfig } from '../machine/ssh-config.ts';
import { openTerminalWindow } from '../machine/terminal-window.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

export function machineServices(
  { places }: Surroundings,
  home: string = homedir(),
): {
  calls: Pick<
    Calls,
    'knownMachines' | 'loginCommand' | 'openTerminal' | 'checkMachine' | 'saveMachine' | 'handOvers'
  >;
  jobs: Pick<Jobs, 'findMachines'>;
} {
  const knownHosts = knownHostsFile(places);
  const commandFor = (where: Address) => ['ssh', ...sshArguments(where, 'root', knownHosts)];
  return {
    calls: {
      async knownMachines() {
        const names = (await allPinned(knownHosts)).map(({ name }) => name);
        return names.filter((name, at) => names.lastIndexOf(name) === at);
      },
      loginCommand: ({ name, address, port }) => shellLine(commandFor({ name, host: address, port })),
      async openTerminal({ name, address, port }) {
        const opened = await openTerminalWindow(name, commandFor({ name, host: address, port }));
        return opened.ok ? done(null) : opened;
      },
      async checkMachine({ name }) {
        // Bounded by itself: it looks for some seconds, and then asks once.
        const { signal } = new AbortController();
        const address = await reachMachine(name.toLowerCase(), knownHosts, signal);
        return address.ok ? proveHost(address.value, knownHosts, signal) : address;
      },
      saveMachine: ({ name }) => addToSshConfig({ name: name.toLowerCase(), knownHosts }, home),
      handOvers: ({ name, address }) => handOvers(name, address),
    },
    jobs: {
      findMachines: ({ name, sweep }, signal) =>
        findMachines({ name, sweep, millis: null, follow: true, knownHosts }, signal),
    },
  };
}
