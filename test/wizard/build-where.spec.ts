/** Station 5, before a build: where it is built, what is missing there, whose host key that is, nixpkgs, and kept images. */
import type { Page } from '@playwright/test';
import * as building from './building-world.ts';
import type { PreflightLine } from '../../src/shared/contract.ts';
import { cancelled, done, failed, problem } from '../../src/shared/problem.ts';
import { inputsOf, type Answers, type ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, image, laptopKey, olderImage } from './world.ts';

const recipe = { ...emptyRecipe, keys: [laptopKey.line] };
const { workshop, board } = building;

async function atBuild(page: Page, change: Partial<Answers> = {}): Promise<ScriptedDoor> {
  const door = await openWindow(page, { emptyRecipe: () => recipe, ...change });
  await goTo(page, 'Build');
  return door;
}

const withBuilders = (chosen = 'here') => building.buildingWorld({ builders: [workshop, board], chosen });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const status = (page: Page) => page.getByRole('contentinfo', { name: 'Status' });

test('without a builder everything stays on this computer, and the page says so', async ({ page }) => {
  const door = await atBuild(page);
  await expect(page.getByRole('radio')).toHaveCount(1);
  await expect(page.getByRole('radio', { name: /^This computer/ })).toBeChecked();
  await expect(
    page.getByText('Built on this computer. No other builder is on the list. Nothing is sent anywhere.'),
  ).toBeVisible();
  await expect(status(page)).toContainText('Builder: this computer');
  expect(inputsOf(door, 'preflight')).toEqual([{ system: 'x86_64-linux' }]);
});

test('a builder is added by its address with the keyboard alone, and neither chosen nor asked anything', async ({
  page,
}) => {
  const door = await atBuild(page);
  await button(page, 'Add a Linux builder…').press('Enter');
  await expect(page.getByLabel('Builder', { exact: true })).toBeFocused();
  await expect(button(page, 'Add builder')).toBeDisabled();
  await page.keyboard.type('me@builder.example:2222');
  await page.keyboard.press('Enter');
  await expect(button(page, 'Add a Linux builder…')).toBeFocused();
  const added = page.getByRole('radio', { name: /^builder\.example me@builder\.example:2222/ });
  await expect(added).not.toBeChecked();
  await expect(page.getByRole('radio', { name: /^This computer/ })).toBeChecked();
  expect(inputsOf(door, 'changeBuildingChoices')).toEqual([
    {
      builders: [{ ...workshop, host: 'me@builder.example:2222' }],
      chosen: 'here',
      distribute: null,
      keepGigabytes: 20,
    },
  ]);
  expect(inputsOf(door, 'preflight')).toHaveLength(1);
  expect(inputsOf(door, 'showHostKey')).toEqual([]);
});

test('an address that is none is refused beside its field, and what was typed stays', async ({ page }) => {
  await atBuild(page, {
    changeBuildingChoices: () =>
      failed(
        problem('builder-host-invalid', 'This is not the name of a builder.', {
          remedy: 'Correct the name of the builder.',
        }),
      ),
  });
  await button(page, 'Add a Linux builder…').click();
  const field = page.getByLabel('Builder', { exact: true });
  await field.fill('-oProxyCommand=id');
  await field.press('Enter');
  await expect(field).toHaveAccessibleDescription(/This is not the name of a builder\./);
  await expect(field).toHaveValue('-oProxyCommand=id');
  await expect(field).toBeFocused();
  await button(page, 'Cancel').click();
  await expect(button(page, 'Add a Linux builder…')).toBeFocused();
});

test('a second builder on the same host gets a name of its own, and the rarer wishes go along', async ({
  page,
}) => {
  const door = await atBuild(page, withBuilders());
  await button(page, 'Add a Linux builder…').click();
  await page.getByLabel('Builder', { exact: true }).fill('root@builder.example');
  await page.getByLabel('What it is').selectOption('aarch64-linux');
  await page.getByText('More', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Speed' }).fill('200');
  await button(page, 'Add builder').click();
  await expect(page.getByRole('textbox', { name: 'Speed' })).toHaveAccessibleDescription(/from 0\.1 to 100/);
  expect(inputsOf(door, 'changeBuildingChoices')).toEqual([]);
  await page.getByRole('textbox', { name: 'Speed' }).fill('2.5');
  await page.getByLabel('Private key file').fill('~/.ssh/id_build');
  await page.getByLabel('Jump hosts').fill('me@gate.example');
  await button(page, 'Add builder').click();
  await expect(page.getByRole('radio', { name: /^builder\.example-2/ })).toBeVisible();
  expect(inputsOf(door, 'changeBuildingChoices')[0]?.builders[2]).toEqual({
    name: 'builder.example-2',
    host: 'root@builder.example',
    system: 'aarch64-linux',
    speed: 2.5,
    keyFile: '~/.ssh/id_build',
    jump: 'me@gate.example',
  });
});

test('a builder is changed where it stands, also its name, and stays the chosen one', async ({ page }) => {
  const door = await atBuild(page, withBuilders('arm-board'));
  await button(page, 'Edit arm-board…').click();
  const form = page.getByRole('form', { name: 'Edit arm-board' });
  await expect(form.getByLabel('Builder', { exact: true })).toHaveValue('ssh://nix@board.example:2222');
  await expect(form.getByLabel('What it is')).toHaveValue('aarch64-linux');
  await form.getByText('More', { exact: true }).click();
  await expect(form.getByLabel('Private key file')).toHaveValue('~/.ssh/id_ed25519_board');
  await form.getByRole('textbox', { name: 'Speed' }).fill('4');
  await button(page, 'Save').first().click();
  await expect(page.getByRole('radio', { name: /^arm-board.* speed 4 / })).toBeChecked();
  await expect(button(page, 'Edit arm-board…')).toBeFocused();

  await button(page, 'Edit arm-board…').press('Enter');
  await form.getByText('More', { exact: true }).click();
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('board');
  await button(page, 'Save').first().click();
  await expect(page.getByRole('radio', { name: /^board/ })).toBeChecked();
  await expect(page.getByRole('heading', { name: 'Where to build' })).toBeFocused();
  expect(inputsOf(door, 'changeBuildingChoices').at(-1)).toMatchObject({
    chosen: 'board',
    builders: [building.workshop, { ...building.board, name: 'board', speed: 4 }],
  });

  await button(page, 'Edit board…').click();
  await button(page, 'Cancel').click();
  await expect(button(page, 'Edit board…')).toBeFocused();
});

test('the chosen builder is looked at, and the page says what goes there', async ({ page }) => {
  let looked = 0;
  const door = await atBuild(page, {
    ...withBuilders(),
    preflight: () => ((looked += 1) === 1 ? [] : building.builderFine),
  });
  await page.getByRole('radio', { name: /^builder\.example/ }).click();
  await expect(page.getByText(/^Built on builder\.example\. You chose builder\.example\./)).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'builder.example' })).toBeVisible();
  await expect(page.getByText('me@builder.example lets you in')).toBeVisible();
  await expect(status(page)).toContainText('Builder: builder.example');
  expect(inputsOf(door, 'changeBuildingChoices').at(-1)?.chosen).toBe('builder.example');
  await expect(button(page, 'Build the image')).toBeEnabled();
});

test('of several the one that is taken is named, with the reason', async ({ page }) => {
  const door = await atBuild(page, { ...withBuilders('auto'), preflight: () => building.builderFine });
  await expect(
    page.getByText(/Built on builder\.example\. builder\.example is the fastest on the list/),
  ).toBeVisible();
  door.answers.preflight = () => [{ id: 'nix', title: 'Nix 2.31.2, with flakes', state: 'ok' }];
  await button(page, 'Check again').click();
  await expect(
    page.getByText(/Built on this computer\. No builder on the list makes images for x86_64-linux faster\./),
  ).toBeVisible();
});

test('a choice that can not be kept is not shown as made', async ({ page }) => {
  await atBuild(page, {
    ...withBuilders(),
    changeBuildingChoices: () => failed(problem('disk-full', 'The choice can not be saved.')),
  });
  await page.getByRole('radio', { name: /^builder\.example/ }).click();
  await expect(page.getByRole('alert')).toContainText('The choice can not be saved.');
  await expect(page.getByRole('radio', { name: /^This computer/ })).toBeChecked();
});

test('the answer of a builder that is not chosen any more is not shown', async ({ page }) => {
  const late: ((lines: typeof building.builderFine) => void)[] = [];
  await atBuild(page, { ...withBuilders(), preflight: () => new Promise((resolve) => late.push(resolve)) });
  await expect.poll(() => late.length).toBe(1);
  await page.getByRole('radio', { name: /^builder\.example/ }).click();
  await expect.poll(() => late.length).toBe(2);
  late[1]?.(building.builderFine);
  await expect(page.getByText('me@builder.example lets you in')).toBeVisible();
  late[0]?.(building.muchMissing);
  await page.getByText('More').first().waitFor({ state: 'hidden' });
  await expect(page.getByText('The Nix service is not running.')).toBeHidden();
});

test('a builder is checked without being chosen, and removing it asks first', async ({ page }) => {
  const door = await atBuild(page, {
    ...withBuilders(),
    preflight: ({ on }) => (on === undefined ? [] : building.builderFine),
  });
  await button(page, 'Check builder.example').press('Enter');
  await expect(page.getByText('builder.example can build the image.')).toBeVisible();
  expect(inputsOf(door, 'preflight').at(-1)).toEqual({ system: 'x86_64-linux', on: 'builder.example' });
  await expect(page.getByRole('radio', { name: /^This computer/ })).toBeChecked();

  await button(page, 'Remove builder.example…').press('Enter');
  expect(inputsOf(door, 'changeBuildingChoices')).toEqual([]);
  await button(page, 'Keep builder.example').press('Enter');
  await button(page, 'Remove builder.example…').press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('radio', { name: /^builder\.example/ })).toBeHidden();
  await expect(button(page, 'Remove arm-board…')).toBeFocused();
});

test('when the chosen builder is removed, images are built on this computer again', async ({ page }) => {
  const door = await atBuild(page, withBuilders('builder.example'));
  await button(page, 'Remove builder.example…').click();
  await button(page, 'Remove builder.example from the list').click();
  await expect(page.getByRole('radio', { name: /^This computer/ })).toBeChecked();
  expect(inputsOf(door, 'changeBuildingChoices').at(-1)).toMatchObject({ builders: [board], chosen: 'here' });
});

test('the key of an unknown machine is shown large, and trusted only when the person says so', async ({
  page,
}) => {
  let isTrusted = false;
  const door = await atBuild(page, {
    ...withBuilders('builder.example'),
    preflight: () => (isTrusted ? building.builderFine : building.keyUnknown),
    trustHost: () => ((isTrusted = true), done(building.shownKey)),
  });
  await expect(button(page, 'Build the image')).toBeDisabled();
  expect(inputsOf(door, 'showHostKey')).toEqual([]);
  await button(page, 'Show its key…').press('Enter');
  const question = page.getByRole('heading', { name: 'Is this the key of builder.example?' });
  await expect(question).toBeFocused();
  await expect(page.getByText(building.shownKey.fingerprint)).toBeVisible();
  await expect(page.getByText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).toBeVisible();

  await page.getByRole('button', { name: 'No', exact: true }).press('Enter');
  await expect(question).toBeHidden();
  await expect(button(page, 'Show its key…')).toBeFocused();
  expect(inputsOf(door, 'trustHost')).toEqual([]);

  await button(page, 'Show its key…').press('Enter');
  await button(page, 'Trust this key').press('Enter');
  await expect(page.getByText('me@builder.example lets you in')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'builder.example', exact: true })).toBeFocused();
  expect(inputsOf(door, 'trustHost')).toEqual([
    { on: 'builder.example', fingerprint: building.shownKey.fingerprint },
  ]);
  await expect(button(page, 'Build the image')).toBeEnabled();
});

test('a machine that shows another key after the question is not trusted', async ({ page }) => {
  await atBuild(page, {
    ...withBuilders('builder.example'),
    preflight: () => building.keyUnknown,
    trustHost: () =>
      failed(problem('host-key-other', 'The machine now shows another key than the one you saw.')),
  });
  await button(page, 'Show its key…').click();
  await button(page, 'Trust this key').click();
  await expect(page.getByRole('alert')).toContainText('now shows another key than the one you saw');
  await expect(button(page, 'Build the image')).toBeDisabled();
});

test('a key that changed is refused in red, with what it may mean, and nothing on the page trusts it', async ({
  page,
}) => {
  await atBuild(page, { ...withBuilders('builder.example'), preflight: () => building.keyChanged });
  const refusal = page.getByRole('alert');
  await expect(refusal).toContainText('Nixburn does not connect to it.');
  await expect(refusal).toContainText('Somebody between you and it answers in its place');
  await expect(refusal.getByText('ssh-keygen -R builder.example')).toBeVisible();
  await expect(button(page, /Trust|Show its key/)).toHaveCount(0);
  await expect(button(page, 'Build the image')).toBeDisabled();
});

test('every line that fails has its remedy and its command to copy', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await atBuild(page, { preflight: () => building.muchMissing });
  await expect(page.getByText('Start it, or install Nix again.')).toBeVisible();
  await button(page, 'Copy the command for: You may build with Nix').click();
  await expect(page.getByText('Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('sudo systemctl start nix-daemon');
});

test('room is made only after it was said what that removes, can be stopped, and says what it freed', async ({
  page,
}) => {
  const door = await atBuild(page, { preflight: () => building.muchMissing });
  const started = () => door.requests.filter((one) => one.kind === 'start' && one.name === 'collectGarbage');
  await button(page, 'Make room…').press('Enter');
  await expect(page.getByText(/^Nix removes what nothing on that machine needs/)).toBeVisible();
  expect(started()).toEqual([]);
  await page.keyboard.press('Enter');
  const first = await door.run('collectGarbage');
  expect(first.input).toEqual({ on: 'here' });
  await first.tell({ kind: 'log', line: "deleting '/nix/store/x-git'" });
  await expect(page.getByText("deleting '/nix/store/x-git'")).toBeVisible();
  await expect(button(page, 'Cancel')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Make room…')).toBeFocused();

  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  door.answers.preflight = () => [{ id: 'space', title: 'Free space for Nix', state: 'ok' }];
  await (await door.run('collectGarbage')).finish({ freed: '812 store paths deleted, 5678.90 MiB freed' });
  await expect(page.getByText('Room was made: 812 store paths deleted, 5678.90 MiB freed.')).toBeVisible();
  await expect(button(page, 'Make room…')).toBeHidden();
  await expect(page.getByRole('heading', { name: 'This computer' })).toBeFocused();
});

test('nixpkgs is moved on request, and the page says from where to where', async ({ page }) => {
  const door = await atBuild(page);
  const move = 'Move to the newest nixpkgs';
  await button(page, move).press('Enter');
  const run = await door.run('updateNixpkgs');
  expect(run.input).toEqual(recipe);
  await expect(page.getByText('Asking for the newest nixpkgs…')).toBeVisible();
  await expect(button(page, 'Build the image')).toBeDisabled();
  await expect(button(page, 'Cancel')).toBeFocused();
  await run.finish(building.moved);
  const facts = page.getByRole('region', { name: 'nixpkgs' });
  await expect(facts).toContainText('From0c19ae3a7b3e of 2026-09-30');
  await expect(facts).toContainText('To5f8a2b4c6d8e of 2026-11-20');
  await expect(facts.getByRole('status')).toHaveText(/Moved\. The next build takes the new revision\./);
  await expect(button(page, move)).toBeFocused();

  await button(page, move).press('Enter');
  await (
    await door.run('updateNixpkgs')
  ).finish({ before: building.moved.after, after: building.moved.after });
  await expect(facts).toContainText('It is the newest already.');
  await expect(facts).not.toContainText('From');
});

test('what nixpkgs was moved to is not said of another release', async ({ page }) => {
  const door = await atBuild(page);
  await button(page, 'Move to the newest nixpkgs').click();
  await (await door.run('updateNixpkgs')).finish(building.moved);
  await expect(page.getByText('5f8a2b4c6d8e of 2026-11-20')).toBeVisible();
  await goTo(page, 'System');
  await page.getByLabel('Release').selectOption('unstable');
  await goTo(page, 'Build');
  await expect(page.getByText('5f8a2b4c6d8e of 2026-11-20')).toBeHidden();
});

test('moving nixpkgs can be stopped, and a failure says why and offers another try', async ({ page }) => {
  const door = await atBuild(page);
  await button(page, 'Move to the newest nixpkgs').click();
  await (await door.run('updateNixpkgs')).fail(cancelled);
  await expect(button(page, 'Move to the newest nixpkgs')).toBeVisible();
  await button(page, 'Move to the newest nixpkgs').click();
  const run = await door.run('updateNixpkgs');
  await run.fail(
    problem('no-network', 'github.com can not be reached.', { remedy: 'Check the connection.' }),
  );
  await expect(page.getByText('github.com can not be reached.')).toBeVisible();
  await expect(button(page, 'Try again')).toBeVisible();
  await expect(button(page, 'Build the image')).toBeEnabled();
});

test('images that are kept can be written, and are removed only after a second press', async ({ page }) => {
  const door = await atBuild(page, {
    images: () => [image, olderImage],
    removeImage: () => [image],
  });
  const kept = page.getByRole('list', { name: 'Images made before' });
  await expect(kept.getByRole('listitem')).toHaveCount(2);
  await expect(page.getByText('2 images, 2.57 GB together.')).toBeVisible();
  await button(page, 'Remove nixos-cellar.iso…').press('Enter');
  await expect(kept).toContainText('It can be built again');
  expect(inputsOf(door, 'removeImage')).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(kept.getByRole('listitem')).toHaveCount(1);
  expect(inputsOf(door, 'removeImage')).toEqual([{ imageId: 'image-0' }]);
  await expect(button(page, 'Remove nixos-attic.iso…')).toBeFocused();
  await expect(page.getByText('nixos-cellar.iso is removed.')).toBeAttached();

  await page.getByLabel('Room for them, in GB').fill('50');
  await page.getByLabel('Room for them, in GB').press('Enter');
  await expect.poll(() => inputsOf(door, 'changeBuildingChoices').at(-1)?.keepGigabytes).toBe(50);
  await button(page, 'Write nixos-attic.iso to a stick…').click();
  await expect(page.getByRole('region', { name: 'Image' })).toContainText('nixos-attic.iso');
});

test('after a build that failed at the builder, another place can be chosen', async ({ page }) => {
  const door = await atBuild(page, {
    ...withBuilders('builder.example'),
    preflight: () => building.builderFine,
  });
  await button(page, 'Build the image').click();
  door.answers.preflight = () => building.keyChanged;
  await (await door.run('build')).fail(building.keyChanged[1]!.problem!);
  await expect(button(page, 'Build again')).toBeDisabled();
  // It is open by itself, because something there stops the next build.
  await expect(page.getByText('Nixburn does not connect to it.')).toBeVisible();
  door.answers.preflight = () => [];
  await page.getByRole('radio', { name: /^This computer/ }).click();
  await expect(button(page, 'Build again')).toBeEnabled();
});

test('what is missing is looked for anew when another kind of machine is wanted meanwhile', async ({
  page,
}) => {
  const door = await openWindow(page, { emptyRecipe: () => recipe });
  await goTo(page, 'System');
  await page.getByLabel('Machine').selectOption('aarch64-linux');
  await goTo(page, 'Build');
  await expect.poll(() => inputsOf(door, 'preflight')).toEqual([{ system: 'aarch64-linux' }]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect
    .poll(() => inputsOf(door, 'preflight'))
    .toEqual([{ system: 'aarch64-linux' }, { system: 'x86_64-linux' }]);
});

test('an image that went to make room for the new one is not offered any more', async ({ page }) => {
  const door = await atBuild(page, { images: () => [olderImage] });
  await button(page, 'Build the image').click();
  door.answers.images = () => [image];
  await (await door.run('build')).finish(image);
  await expect(page.getByRole('heading', { name: 'The image is built' })).toBeVisible();
  await page.getByText('Before the next build').click();
  await expect(page.getByText('No other image is kept.')).toBeVisible();
});

test('what another machine said is not shown of a builder that was changed meanwhile', async ({ page }) => {
  const answers: ((lines: PreflightLine[]) => void)[] = [];
  await atBuild(page, {
    ...withBuilders(),
    preflight: ({ on }) => (on === undefined ? [] : new Promise((resolve) => answers.push(resolve))),
  });
  await button(page, 'Check builder.example').click();
  await expect.poll(() => answers.length).toBe(1);
  await button(page, 'Edit builder.example…').click();
  const form = page.getByRole('form', { name: 'Edit builder.example' });
  await form.getByLabel('Builder', { exact: true }).fill('me@other.example');
  await form.getByRole('button', { name: 'Save' }).click();
  await button(page, 'Check builder.example').click();
  await expect.poll(() => answers.length).toBe(2);
  answers[0]?.(building.builderFine);
  // Told after it, and so it has come by then.
  await button(page, 'Check arm-board').click();
  await expect.poll(() => answers.length).toBe(3);
  answers[2]?.(building.builderFine);
  await expect(page.getByText('arm-board can build the image.')).toBeVisible();
  await expect(button(page, 'Check builder.example')).toBeDisabled();
  answers[1]?.(building.keyUnknown);
  await expect(page.getByText(/builder\.example can not build the image yet/)).toBeVisible();
});
