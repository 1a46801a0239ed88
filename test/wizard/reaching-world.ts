/** What the scripted program answers about booted machines. */
import { handOvers } from '../../src/main/machine/hand-over.ts';
import { done } from '../../src/shared/problem.ts';
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
