/** What the scripted door answers about where images are built, and about those that are kept. */
import { done, problem } from '../../src/shared/problem.ts';
import type { building, BuildingChoices, SavedBuilder, ShownHostKey } from '../../src/shared/building.ts';
import type { NixpkgsUpdate, PreflightLine } from '../../src/shared/contract.ts';
import type { Answers } from './scripted-door.ts';

export const shownKey: ShownHostKey = {
  host: 'builder.example',
  fingerprint: 'SHA256:Kg39UVfsh0ToMSilSaO8FjQc2KDyqYvdy1A8U4EonOA',
  type: 'ED25519',
  line: 'builder.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPnVHOqOgHrfk5ZkAdWf4u6wBdC0W5pNU4iNdIVT5Zg',
};

/** Fresh answers for one test. The list before a build is the world's own. */
export function buildingWorld(
  change: Partial<BuildingChoices> = {},
): Pick<Answers, Exclude<keyof (typeof building)['calls'], 'preflight'>> {
  let choices: BuildingChoices = {
    builders: [],
    chosen: 'here',
    distribute: null,
    keepGigabytes: 20,
    ...change,
  };
  return {
    buildingChoices: () => choices,
    changeBuildingChoices: (next) => done((choices = next)),
    showHostKey: () => done(shownKey),
    trustHost: () => done(shownKey),
    images: () => [],
    removeImage: () => [],
  };
}

export const workshop: SavedBuilder = {
  name: 'builder.example',
  host: 'me@builder.example',
  system: 'x86_64-linux',
  speed: 1,
  keyFile: null,
  jump: null,
};

/** With everything that can be said about a builder. */
export const board: SavedBuilder = {
  name: 'arm-board',
  host: 'ssh://nix@board.example:2222',
  system: 'aarch64-linux',
  speed: 0.5,
  keyFile: '~/.ssh/id_ed25519_board',
  jump: 'me@gate.example',
};

const reachable: PreflightLine = { id: 'reachable', title: 'me@builder.example answers', state: 'ok' };

export const builderFine: PreflightLine[] = [
  reachable,
  { id: 'host-key', title: 'The host key of me@builder.example is known', state: 'ok' },
  { id: 'login', title: 'me@builder.example lets you in', state: 'ok' },
  { id: 'nix', title: 'Nix 2.31.2, with flakes', state: 'ok' },
  { id: 'system', title: 'Builds for x86_64-linux', state: 'ok' },
];

export const keyUnknown: PreflightLine[] = [
  reachable,
  {
    id: 'host-key',
    title: 'The host key of me@builder.example is known',
    state: 'failed',
    problem: problem('host-key-unknown', 'You never connected to this builder before.', {
      detail: 'Its host key is not known here, so another machine could answer in its place.',
      remedy: 'Compare its fingerprint with the one that whoever runs it tells you, then trust it.',
      raw: 'Host key verification failed.',
    }),
    command: 'ssh me@builder.example',
    fix: 'trust-host',
  },
];

export const keyChanged: PreflightLine[] = [
  reachable,
  {
    id: 'host-key',
    title: 'The host key of me@builder.example is known',
    state: 'failed',
    problem: problem('host-key-changed', 'The builder shows another host key than before.', {
      detail: 'It was installed anew, or another machine answers in its place.',
      remedy:
        'Ask whoever runs it for the new fingerprint; only if it is right, remove the old key with `ssh-keygen -R`.',
      raw: 'WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!',
    }),
    command: 'ssh-keygen -R builder.example',
  },
];

/** Much is missing here, and each line has another way out. */
export const muchMissing: PreflightLine[] = [
  { id: 'nix', title: 'Nix 2.31.2, with flakes', state: 'ok' },
  {
    id: 'store',
    title: 'You may build with Nix',
    state: 'failed',
    problem: problem('nix-daemon-down', 'The Nix service is not running.', {
      detail: 'Nothing answers at its socket, and your account may not write the Nix store itself.',
      remedy: 'Start it, or install Nix again.',
    }),
    command: 'sudo systemctl start nix-daemon',
  },
  {
    id: 'space',
    title: 'Free space for Nix',
    state: 'warning',
    problem: problem('space-low', 'Only 3.2 GB are free where Nix keeps its files.', {
      detail: 'A first build can need about 10 GB.',
      remedy: 'Remove what Nix does not need any more, or free some space yourself.',
    }),
    command: 'nix-collect-garbage',
    fix: 'collect-garbage',
  },
];

export const moved: NixpkgsUpdate = {
  before: { revision: '0c19ae3a7b3e1d5f8a2b4c6d8e0f1a3b5c7d9e1f', date: '2026-09-30' },
  after: { revision: '5f8a2b4c6d8e0f1a3b5c7d9e1f0c19ae3a7b3e1d', date: '2026-11-20' },
};
