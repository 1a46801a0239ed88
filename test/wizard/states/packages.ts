/** Packages that are looked for, chosen, and checked with Nix. */
import { problem } from '../../../src/shared/problem.ts';
import * as choosing from '../choosing-world.ts';
import type { Answers } from '../scripted-door.ts';
import { goTo } from '../window.ts';
import * as world from '../world.ts';
import { attic, atticRecipe, never } from './answers.ts';
import type { State } from './state.ts';

const withIndex: Partial<Answers> = {
  ...attic,
  packageIndex: () => choosing.packageIndex,
  searchPackages: () => ({ from: 'index', packages: choosing.foundPackages }),
};

export const packageStates: State[] = [
  {
    station: 'packages',
    state: 'none',
    async arrange(page) {
      await goTo(page, 'Packages');
    },
  },
  {
    station: 'packages',
    state: 'loading',
    answers: { ...attic, catalogue: never },
    async arrange(page) {
      await goTo(page, 'Packages');
    },
  },
  {
    station: 'packages',
    state: 'failed',
    answers: {
      ...attic,
      catalogue: () =>
        Promise.reject(
          problem('catalogue-unreadable', 'The list of packages can not be read.', {
            remedy: 'Try again, or add packages by their names below.',
          }),
        ),
    },
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    station: 'packages',
    state: 'chosen',
    kept: true,
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Packages');
    },
  },
  {
    station: 'packages',
    state: 'nothing-found',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByRole('searchbox').fill('libreoffice');
      await page.getByText('Nothing here is called').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'problem',
    answers: {
      emptyRecipe: () => ({ ...atticRecipe, packages: ['git', 'vimm'] }),
      checkRecipe: () => [{ path: 'packages.1', problem: world.buildFailure }],
    },
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByLabel('Any other package').fill('not a name');
      await page.getByLabel('Any other package').press('Enter');
      await page.getByRole('heading', { name: 'Chosen' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'found',
    answers: withIndex,
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByRole('searchbox').fill('editor');
      await page.getByText('runs as code').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'index-running',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Search all of nixpkgs' }).click();
      const run = await door.run('updatePackageIndex');
      await run.tell(
        { kind: 'phase', phase: 'download' },
        { kind: 'progress', bytes: 3_400_000, total: 9_100_000 },
      );
      await page.getByText('Downloading the list').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'index-failed',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Search all of nixpkgs' }).click();
      await (await door.run('updatePackageIndex')).fail(choosing.indexFailure);
      await page.getByText('channels.nixos.org can not be reached.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'checking',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await door.run('checkPackages');
      await page.getByText('Asking Nix').waitFor();
    },
  },
  {
    station: 'packages',
    state: 'all-fine',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await (await door.run('checkPackages')).finish(choosing.checkedPackages(atticRecipe.packages));
      await page.getByText('Nix knows all of them').waitFor();
    },
  },
  {
    station: 'packages',
    state: 'need-a-look',
    answers: { emptyRecipe: () => ({ ...atticRecipe, packages: ['git', 'vimm', 'steam'] }) },
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await (await door.run('checkPackages')).finish(choosing.checkedPackages(['git', 'vimm', 'steam']));
      await page.getByRole('button', { name: 'Take vim' }).waitFor();
    },
  },
  {
    station: 'packages',
    state: 'check-failed',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await (await door.run('checkPackages')).fail(choosing.nixMissing);
      await page.getByText('Nix is not installed.').waitFor();
    },
  },
];
