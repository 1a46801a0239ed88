/** Station 2: all of nixpkgs is searched once its list is here, and Nix is asked about what was chosen. */
import type { Page } from '@playwright/test';
import { moved } from './building-world.ts';
import { checkedPackages, foundPackages, indexFailure, nixMissing, packageIndex } from './choosing-world.ts';
import { inputsOf, type Answers } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, laptopKey } from './world.ts';

const all = { name: 'All packages' };
const get = { name: 'Search all of nixpkgs…' };

test('before there is a list the catalogue is searched, and the list is fetched on request', async ({
  page,
}) => {
  let has = false;
  const door = await openWindow(page, {
    packageIndex: () => (has ? packageIndex : null),
    searchPackages: () => ({
      from: has ? 'index' : 'catalogue',
      packages: has ? foundPackages : [],
    }),
  });
  await goTo(page, 'Packages');
  await expect(page.getByText('This searches a short list made for installers.')).toBeVisible();
  await page.getByRole('searchbox').fill('editor');
  await expect(page.getByText('Nothing here is called “editor”.')).toBeVisible();

  await page.getByRole('button', get).press('Enter');
  const run = await door.run('updatePackageIndex');
  expect(run.input).toEqual({ release: '26.05', force: false });
  await expect(page.getByText('Asking for the list of all packages of NixOS 26.05')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await run.tell({ kind: 'phase', phase: 'download' }, { kind: 'progress', bytes: 4e6, total: 8e6 });
  await expect(page.getByText('4 MB of 8 MB')).toBeVisible();
  await expect(page.getByRole('progressbar')).toHaveAttribute('value', '0.5');
  await run.tell({ kind: 'phase', phase: 'read' });
  await expect(page.getByText('Reading the list')).toBeVisible();
  has = true;
  await run.finish(packageIndex);

  await expect(page.getByText('This searches 131,482 packages of nixos-26.05.')).toBeVisible();
  await expect(page.getByRole('heading', all)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look for a newer list' })).toBeFocused();
  const code = page.getByRole('checkbox', { name: /^vscode 1\.119\.0 not free runs as code/ });
  await code.press('Space');
  await expect(page.getByRole('list', { name: 'Chosen packages' }).getByText('vscode')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: /^zile 2\.6\.2 broken/ })).toBeVisible();
  await expect(page.getByText('insecure', { exact: true })).toBeVisible();
});

test('getting the list can be stopped, and fails with a sentence and another try', async ({ page }) => {
  const door = await openWindow(page);
  await goTo(page, 'Packages');
  await page.getByRole('button', get).click();
  const first = await door.run('updatePackageIndex');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', get)).toBeFocused();
  expect(first.cancelled).toBe(true);

  await page.getByRole('button', get).click();
  await (await door.run('updatePackageIndex')).fail(indexFailure);
  await expect(page.getByText('channels.nixos.org can not be reached.')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: /^git / })).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await (await door.run('updatePackageIndex')).finish(packageIndex);
  await expect(page.getByRole('heading', all)).toBeVisible();
});

test('an answer that more letters have overtaken is not shown', async ({ page }) => {
  const late: Record<string, (value: ReturnType<Answers['searchPackages']>) => void> = {};
  await openWindow(page, {
    searchPackages: ({ words }) => new Promise((resolve) => (late[words] = resolve)),
  });
  await goTo(page, 'Packages');
  await page.getByRole('searchbox').fill('ed');
  await page.getByRole('searchbox').fill('edit');
  await expect.poll(() => Object.keys(late)).toEqual(['ed', 'edit']);
  late['edit']?.({ from: 'catalogue', packages: foundPackages.slice(0, 1) });
  await expect(page.getByRole('checkbox', { name: /^helix/ })).toBeVisible();
  late['ed']?.({ from: 'catalogue', packages: foundPackages.slice(1, 2) });
  await page.getByRole('checkbox', { name: /^helix/ }).check();
  await expect(page.getByRole('checkbox', { name: /^vscode/ })).toBeHidden();
});

test('what was looked for is looked for again in another release', async ({ page }) => {
  await openWindow(page, {
    searchPackages: ({ release }) => ({
      from: 'catalogue',
      packages: release === 'unstable' ? foundPackages.slice(1, 2) : foundPackages.slice(0, 1),
    }),
  });
  await goTo(page, 'Packages');
  await page.getByRole('searchbox').fill('editor');
  await expect(page.getByRole('checkbox', { name: /^helix/ })).toBeVisible();
  await goTo(page, 'System');
  await page.getByLabel('Release').selectOption('unstable');
  await goTo(page, 'Packages');
  await expect(page.getByRole('searchbox')).toHaveValue('editor');
  await expect(page.getByRole('checkbox', { name: /^vscode/ })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: /^helix/ })).toBeHidden();
});

async function check(page: Page, packages: string[]) {
  const door = await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, packages }) });
  await goTo(page, 'Packages');
  await page.getByRole('button', { name: 'Check with Nix' }).press('Enter');
  return door;
}

test('Nix is asked about all chosen packages at once, and its estimate is shown', async ({ page }) => {
  const door = await check(page, ['git', 'tmux']);
  const run = await door.run('checkPackages');
  expect(run.input).toMatchObject({ packages: ['git', 'tmux'], release: '26.05', allowUnfree: false });
  await expect(page.getByText('Asking Nix about the chosen packages…')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await run.finish(checkedPackages(['git', 'tmux']));
  await expect(page.getByText(/^Nix knows all of them\. .* up to 148 MB/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Check again' })).toBeFocused();
  await page.getByLabel('Any other package').fill('htop');
  await page.getByLabel('Any other package').press('Enter');
  await expect(page.getByText('You have added packages since.')).toBeVisible();
});

test('a misspelt package is put right with one press, and one that is not free is allowed with one', async ({
  page,
}) => {
  const door = await check(page, ['git', 'vimm', 'steam']);
  await (await door.run('checkPackages')).finish(checkedPackages(['git', 'vimm', 'steam']));
  await expect(page.getByText('2 packages need a look before the build.')).toBeVisible();
  const chosen = page.getByRole('list', { name: 'Chosen packages' });
  await page.getByRole('button', { name: 'Take vim' }).press('Enter');
  await expect(chosen.getByRole('listitem')).toHaveText(['git', 'vim', 'steam']);
  await expect(page.getByText('There is no package “vimm” in this release.')).toBeHidden();
  await expect(page.getByText('1 package needs a look before the build.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Allow it' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('“steam” is not free software.')).toBeHidden();
  await expect(page.getByRole('checkbox', { name: /not free software/ })).toBeChecked();
  await expect(page.getByText('needs a look')).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Chosen' })).toBeFocused();
  await expect
    .poll(() => inputsOf(door, 'checkRecipe').at(-1))
    .toMatchObject({ packages: ['git', 'vim', 'steam'], allowUnfree: true });
});

test('what Nix said is not held against another release', async ({ page }) => {
  const door = await check(page, ['git', 'vimm']);
  await (await door.run('checkPackages')).finish(checkedPackages(['git', 'vimm']));
  await expect(page.getByText('1 package needs a look')).toBeVisible();
  await goTo(page, 'System');
  await page.getByLabel('Release').selectOption('unstable');
  await goTo(page, 'Packages');
  await expect(page.getByText('needs a look')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Check with Nix' })).toBeVisible();
});

test('a check can be stopped, and one that fails says why', async ({ page }) => {
  const door = await check(page, ['git']);
  await door.run('checkPackages');
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByText('Asking Nix')).toBeHidden();
  await expect(page.getByRole('alert')).toBeHidden();
  await page.getByRole('button', { name: 'Check with Nix' }).press('Enter');
  await (await door.run('checkPackages')).fail(nixMissing);
  await expect(page.getByText('Nix is not installed.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Check again' })).toBeVisible();
});

test('another language is spoken at once by what is drawn only when it changes, too', async ({ page }) => {
  await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, packages: ['git', 'vim'] }) });
  await goTo(page, 'Packages');
  await expect(page.getByRole('button', { name: 'Remove git' })).toBeVisible();
  await page.getByLabel('Language').selectOption('de');
  await page.getByRole('button', { name: 'git entfernen' }).click();
  await expect(page.getByRole('list', { name: 'Gewählte Pakete' }).getByRole('listitem')).toHaveText(['vim']);
  await expect(page.getByRole('checkbox', { name: /^git / })).not.toBeChecked();
  await expect(page.getByRole('checkbox', { name: /^vim / })).toBeChecked();
});

test('what Nix said of packages is asked again once nixpkgs has moved', async ({ page }) => {
  const door = await openWindow(page, {
    emptyRecipe: () => ({ ...emptyRecipe, packages: ['git'], keys: [laptopKey.line] }),
  });
  await goTo(page, 'Packages');
  await page.getByRole('button', { name: 'Check with Nix' }).click();
  await (await door.run('checkPackages')).finish(checkedPackages(['git']));
  await expect(page.getByText('Nix knows all of them.')).toBeVisible();
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Move to the newest nixpkgs' }).click();
  await (await door.run('updateNixpkgs')).finish(moved);
  await goTo(page, 'Packages');
  await expect(page.getByRole('button', { name: 'Check with Nix' })).toBeVisible();
  await expect(page.getByText('Nix knows all of them.')).toBeHidden();
});
