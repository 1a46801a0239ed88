/** What the scripted program answers about booted machines. */
import { handOvers } from '../../src/main/machine/hand-over.ts';
import { explainSsh } from '../../src/main/machine/explain.ts';
import { done, problem } from '../../src/shared/problem.ts';
import type { Machine } from '../../src/shared/reaching.ts';
import type { Answers } from './scripted-door.ts';

export const reachingWorld: Pick<
  Answers,
  'knownMachines' | 'loginCommand' | 'openTerminal' | 'checkMachine' | 'saveMachine' | 'handOvers'
> = {
  knownMachines: () => ['attic'],
  loginCommand: ({ name, address }) =>
    `ssh -o HostKeyAlias=${name} -o StrictHostKeyChecking=yes -l root -- ${address}`,
  openTerminal: () => done(null),
  checkMachine: () => done(null),
  saveMachine: ({ name }) => done({ file: '/home/ada/.ssh/config', block: `Host ${name}\n` }),
  handOvers: ({ name, address }) => handOvers(name, address),
};

/** Three that may answer: the one of the stick, one with another stick in it, and one that is still starting. */
export const attic: Machine = {
  name: 'attic',
  addresses: ['192.168.1.50', 'fe80::5054:ff:fe12:3456%eth0'],
  port: 22,
  hostKey: 'proven',
  problem: null,
  buildId: 'a1020304050607f8',
  how: 'mdns',
};

const sshSaid = (name: string, host: string, stderr: string, isPinned = true) =>
  explainSsh({ name, host, stderr, isPinned });

export const impostor: Machine = {
  ...attic,
  name: 'cellar',
  addresses: ['192.168.1.51'],
  hostKey: 'unproven',
  problem: sshSaid('cellar', '192.168.1.51', 'Host key for cellar has changed'),
};

export const stranger: Machine = {
  ...attic,
  name: 'shed',
  addresses: ['192.168.1.52'],
  hostKey: 'unproven',
  problem: sshSaid('shed', '192.168.1.52', 'Host key verification failed.', false),
};

export const starting: Machine = {
  ...attic,
  name: 'garden',
  addresses: ['192.168.1.53'],
  hostKey: 'unproven',
  problem: sshSaid('garden', '192.168.1.53', 'Connection refused'),
  how: 'sweep',
};

export const findFailure = problem('socket-refused', 'The network can not be asked.', {
  detail: 'This computer lets nobody send to 224.0.0.251.',
  remedy: 'Try every address instead, or look at the screen of the machine.',
});
