/** What is looked at before a build: what it needs, where it may happen, and which nixpkgs it takes. */
import { failed, problem } from '../../../src/shared/problem.ts';
import * as building from '../building-world.ts';
import * as choosing from '../choosing-world.ts';
import { goTo } from '../window.ts';
import * as world from '../world.ts';
import { attic, never, withBuilders } from './answers.ts';
import type { State } from './state.ts';

export const beforeBuildStates: State[] = [
  {
    station: 'build',
    state: 'ready',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('Flakes are switched on').waitFor();
    },
  },
  {
    station: 'build',
    state: 'not-ready',
    answers: { preflight: () => world.withoutNix },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('Nix is not installed.').waitFor();
    },
  },
  {
    station: 'build',
    state: 'checking',
    answers: { ...attic, preflight: never },
    async arrange(page) {
      await goTo(page, 'Build');
    },
  },
  {
    station: 'build',
    state: 'builder-edited',
    answers: withBuilders('here'),
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Edit arm-board…' }).click();
      await page.getByText('More', { exact: true }).click();
    },
  },
  {
    station: 'build',
    state: 'builders-unread',
    answers: {
      ...attic,
      buildingChoices: () => Promise.reject(problem('unreadable', 'The list of builders can not be read.')),
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builders-loading',
    answers: { ...attic, buildingChoices: never },
    async arrange(page) {
      await goTo(page, 'Build');
    },
  },
  {
    station: 'build',
    state: 'builder-new',
    answers: {
      ...attic,
      changeBuildingChoices: () =>
        failed(
          problem('builder-host-invalid', 'This is not the name of a builder.', {
            detail: 'A builder is user@host, with :port where needed, or a name from your ssh configuration.',
            remedy: 'Correct the name of the builder.',
          }),
        ),
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Add a Linux builder…' }).click();
      await page.getByLabel('Builder', { exact: true }).fill('me at builder');
      await page.getByText('More', { exact: true }).click();
      await page.getByRole('button', { name: 'Add builder' }).click();
      await page.getByText('This is not the name of a builder.').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builder-chosen',
    answers: { ...withBuilders('builder.example'), preflight: () => building.builderFine },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('lets you in').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builder-checked',
    answers: {
      ...withBuilders('here'),
      preflight: ({ on }) => (on === undefined ? building.muchMissing : building.keyUnknown),
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Check builder.example' }).click();
      await page.getByRole('button', { name: 'Remove arm-board…' }).click();
      await page.getByText('You never connected').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builder-asking',
    answers: {
      ...withBuilders('builder.example'),
      preflight: () => building.keyUnknown,
      showHostKey: never,
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Show its key…' }).click();
      await page.getByText('Asking the machine for its key…').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'builder-key',
    answers: { ...withBuilders('builder.example'), preflight: () => building.keyUnknown },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Show its key…' }).click();
      await page.getByRole('button', { name: 'Trust this key' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'builder-key-changed',
    answers: { ...withBuilders('builder.example'), preflight: () => building.keyChanged },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('Nixburn does not connect to it.').waitFor();
      await page.getByText('ssh-keygen -R builder.example').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'making-room',
    answers: { ...attic, preflight: () => building.muchMissing },
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Make room…' }).click();
      await page.getByRole('button', { name: 'Remove it' }).click();
      const run = await door.run('collectGarbage');
      await run.tell({ kind: 'log', line: "deleting '/nix/store/x2c5ip-linux-6.12.56.drv'" });
      await page.getByText("deleting '/nix/store").scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'nixpkgs-moving',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Move to the newest nixpkgs' }).click();
      await door.run('updateNixpkgs');
      await page.getByText('Asking for the newest nixpkgs').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'nixpkgs-moved',
    answers: { ...attic, images: () => [world.image, world.olderImage] },
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Move to the newest nixpkgs' }).click();
      await (await door.run('updateNixpkgs')).finish(building.moved);
      await page.getByRole('button', { name: 'Remove nixos-cellar.iso…' }).click();
      await page.getByText('It can be built again').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'nixpkgs-failed',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Move to the newest nixpkgs' }).click();
      await (await door.run('updateNixpkgs')).fail(choosing.indexFailure);
      await page.getByRole('button', { name: 'Try again' }).scrollIntoViewIfNeeded();
    },
  },
];
