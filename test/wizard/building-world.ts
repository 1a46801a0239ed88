/** What the scripted door answers about where images are built, and about those that are kept. */
import { done } from '../../src/shared/problem.ts';
import type { building, BuildingChoices, ShownHostKey } from '../../src/shared/building.ts';
import type { Answers } from './scripted-door.ts';

const shownKey: ShownHostKey = {
  host: 'builder.example',
  fingerprint: 'SHA256:Kg39UVfsh0ToMSilSaO8FjQc2KDyqYvdy1A8U4EonOA',
  type: 'ED25519',
  line: 'builder.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPnVHOqOgHrfk5ZkAdWf4u6wBdC0W5pNU4iNdIVT5Zg',
};

/** Fresh answers for one test. The list before a build is the world's own. */
export function buildingWorld(): Pick<Answers, Exclude<keyof (typeof building)['calls'], 'preflight'>> {
  let choices: BuildingChoices = { builders: [], chosen: 'here', distribute: null, keepGigabytes: 20 };
  return {
    buildingChoices: () => choices,
    changeBuildingChoices: (next) => done((choices = next)),
    showHostKey: () => done(shownKey),
    trustHost: () => done(shownKey),
    images: () => [],
    removeImage: () => [],
  };
}
