/** What each screen is for, done twice: with the keyboard alone, and with the mouse. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { PublicKey } from '../../src/shared/contract.ts';
import { done } from '../../src/shared/problem.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { checkedPackages, foundPackages, homeNetwork, knownList, packageIndex } from './choosing-world.ts';
import { keyboard, mouse } from './hands.ts';
import { keptWorld } from './kept-world.ts';
import { inputsOf, startsOf, type ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { openWindow } from './window.ts';
import { emptyRecipe, laptopKey } from './world.ts';

const pasted = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBbRq/p5sn+ZPGOgv6v0leUKL0G1E0IvTCkoOaoh+FMX second@desk';
const withKey: Recipe = { ...emptyRecipe, keys: [laptopKey.line] };

/** A key whose blob is as that of `pasted`, and its own. */
function keyOf(comment: string): PublicKey {
  const blob = Buffer.from(pasted.split(' ')[1] ?? '', 'base64');
  blob.write(comment, blob.length - 32);
  return { ...laptopKey, line: `ssh-ed25519 ${blob.toString('base64')} ${comment}`, comment };
}

function button(page: Page, name: string | RegExp) {
  return page.getByRole('button', { name });
}

function station(page: Page, title: string) {
  return page.getByRole('navigation', { name: 'Stations' }).getByRole('button', { name: title });
}

function recipeOf(door: ScriptedDoor): Recipe {
  return inputsOf(door, 'checkRecipe').at(-1) as Recipe;
}

for (const [words, takeHand] of [
  ['with the keyboard alone', keyboard],
  ['with the mouse', mouse],
] as const) {
  test(`Keys ${words}: found, pasted, published and new keys get in, and one is taken off again`, async ({
    page,
  }) => {
    const door = await openWindow(page);
    const hand = takeHand(page);
    const holders = page.getByRole('region', { name: 'Who gets in' }).getByRole('listitem');
    await hand.press(button(page, 'Add me@laptop'));
    await expect(holders).toHaveCount(1);
    await hand.type(page.getByLabel('Public keys', { exact: true }), pasted);
    await hand.press(page.getByRole('button', { name: 'Add', exact: true }));
    await expect(holders).toHaveCount(2);

    await hand.choose(page.getByLabel('Where'), 'Codeberg');
    await hand.type(page.getByLabel('User name'), 'ada');
    await hand.press(button(page, 'Get keys'));
    const keys = [keyOf('ada')];
    const listing = await door.run('fetchKeys');
    expect(listing.input).toEqual({ service: 'codeberg', user: 'ada' });
    await listing.finish({ address: 'https://codeberg.org/ada.keys', keys, leftOut: [] });
    await expect(holders).toHaveCount(3);

    await hand.press(page.locator('summary', { hasText: 'Make a new key' }));
    await hand.type(page.getByLabel('Passphrase', { exact: true }), 'copper lantern walrus');
    await hand.type(page.getByLabel('Passphrase again'), 'copper lantern walrus');
    await hand.press(button(page, 'Make the key'));
    await (
      await door.run('makeKey')
    ).finish({ key: keyOf('me@new'), file: '/home/me/.ssh/new', warning: null });
    await expect(holders).toHaveCount(4);
    expect(startsOf(door, 'makeKey')).toMatchObject([{ passphrase: 'copper lantern walrus' }]);

    await hand.press(button(page, 'Remove second@desk'));
    await expect(holders).toHaveCount(3);
    const chooser = page.waitForEvent('filechooser');
    await hand.press(button(page, 'Choose a file…'));
    await (
      await chooser
    ).setFiles({ name: 'id.pub', mimeType: 'text/plain', buffer: Buffer.from(`${pasted}\n`) });
    await expect(holders).toHaveCount(4);
  });

  test(`Packages ${words}: looked for, chosen, checked, put right and taken off again`, async ({ page }) => {
    const door = await openWindow(page, {
      packageIndex: () => packageIndex,
      searchPackages: ({ words: sought }) => ({
        from: 'index',
        packages: sought === 'edit' ? foundPackages : [],
      }),
    });
    const hand = takeHand(page);
    const chosen = page.getByRole('list', { name: 'Chosen packages' }).getByRole('listitem');
    await hand.press(station(page, 'Packages'));
    await hand.press(button(page, /^Remote install/));
    await expect(chosen).toHaveCount(7);
    await hand.press(button(page, 'Remove all'));
    await expect(chosen).toHaveCount(0);
    await hand.type(page.getByRole('searchbox'), 'edit');
    await hand.press(page.getByRole('checkbox', { name: /^helix/ }));
    await hand.type(page.getByLabel('Any other package'), 'vimm');
    await hand.press(page.getByRole('button', { name: 'Add', exact: true }));
    await hand.press(page.getByRole('checkbox', { name: /not free software/ }));
    await expect(chosen).toHaveText(['helix', 'vimm']);
    await hand.press(button(page, 'Check with Nix'));
    await (await door.run('checkPackages')).finish(checkedPackages(['helix', 'vimm'], true));
    await hand.press(button(page, 'Take vim'));
    await expect(chosen).toHaveText(['helix', 'vim']);
    await hand.press(button(page, 'Remove helix'));
    await hand.press(button(page, 'Undo'));
    await expect(chosen).toHaveText(['helix', 'vim']);
    await expect.poll(() => recipeOf(door)).toMatchObject({ packages: ['helix', 'vim'], allowUnfree: true });
  });

  test(`Network ${words}: named, a network typed, one taken from this computer, changed and removed`, async ({
    page,
  }) => {
    const door = await openWindow(page, {
      knownNetworks: () => knownList,
      knownPassphrase: () => done({ ...homeNetwork, passphrase: 'copper lantern' }),
    });
    const hand = takeHand(page);
    await hand.press(station(page, 'Network'));
    await hand.type(page.getByLabel('Host name'), 'attic');
    await hand.press(button(page, 'Add a WiFi network'));
    await hand.type(page.getByLabel('Network name (SSID)'), 'Cellar');
    await hand.choose(page.getByLabel('Security'), 'WPA3 only');
    await hand.type(page.getByLabel('Passphrase', { exact: true }), 'correct horse');
    await hand.press(page.getByRole('checkbox', { name: /^Hidden/ }));
    await hand.press(button(page, 'Save network'));
    await hand.press(button(page, 'Use this computer’s…'));
    await hand.press(button(page, `Use ${homeNetwork.ssid}`));
    await hand.press(button(page, `Read the passphrase of ${homeNetwork.ssid}`));
    await expect(page.getByLabel('Passphrase', { exact: true })).toHaveValue('copper lantern');
    await hand.press(button(page, 'Save network'));
    await hand.press(button(page, 'Edit Cellar'));
    await hand.type(page.getByLabel('Priority'), '7');
    await hand.press(button(page, 'Save network'));
    await hand.choose(page.getByLabel('Country'), 'Norway');
    await hand.pick(page.getByRole('radio', { name: /^Inside the image/ }));
    await hand.press(page.getByRole('checkbox', { name: /^Anybody who can read/ }));
    await expect.poll(() => recipeOf(door).wifi.secrets).toBe('baked');
    expect(recipeOf(door)).toMatchObject({
      name: 'attic',
      wifi: {
        country: 'NO',
        networks: [
          { ssid: 'Cellar', security: 'wpa3', passphrase: 'correct horse', hidden: true, priority: 7 },
          { ssid: 'Attic', passphrase: 'copper lantern' },
        ],
      },
    });
    await hand.press(button(page, 'Remove Cellar'));
    await expect.poll(() => recipeOf(door).wifi.networks.map(({ ssid }) => ssid)).toEqual(['Attic']);
  });

  test(`System ${words}: release, place, label, compression, a script, a module and a password`, async ({
    page,
  }) => {
    const hashed = '$y$j9T$4Vq0hRrgLJ8s1C2cQ0o8F/$kYBbIfjzO7i5S5y9Qn3nD2eHcWnEJ0l6t1rU7dX8wY.';
    const door = await openWindow(page, {
      emptyRecipe: () => withKey,
      hashPassword: () => done(hashed),
    });
    const hand = takeHand(page);
    await hand.press(station(page, 'System'));
    await hand.choose(page.getByLabel('Release'), 'unstable, changes every day');
    await hand.type(page.getByLabel('Locale', { exact: true }), 'nb_NO.UTF-8');
    await hand.press(button(page, 'As on this computer: Europe/Stockholm'));
    await hand.type(page.getByLabel('Volume label'), 'ATTIC');
    await hand.pick(page.getByRole('radio', { name: /^Small/ }));
    await hand.press(page.locator('summary', { hasText: 'Console password' }));
    await hand.type(page.getByLabel('Password', { exact: true }), 'copper lantern');
    await hand.press(button(page, 'Set the password'));
    await hand.press(page.locator('summary', { hasText: 'Scripts' }));
    await hand.press(button(page, 'Add a script'));
    await hand.type(page.getByLabel('Name', { exact: true }), 'greet');
    // Tab leaves the field for code as it leaves any other: whoever came in by keyboard gets out.
    await hand.type(page.getByLabel('What greet does'), 'echo hello');
    await hand.press(page.locator('summary', { hasText: 'Extra NixOS module' }));
    await hand.type(page.getByLabel('Module', { exact: true }), '{ services.tailscale.enable = true; }');
    await hand.press(station(page, 'Network'));
    await expect
      .poll(() => recipeOf(door))
      .toMatchObject({
        release: 'unstable',
        locale: 'nb_NO.UTF-8',
        timeZone: 'Europe/Stockholm',
        image: { volumeId: 'ATTIC', compression: 'small' },
        console: { password: { hashed } },
        scripts: [{ name: 'greet', text: 'echo hello' }],
        module: '{ services.tailscale.enable = true; }',
      });
  });

  test(`the flake drawer ${words}: opened, another file read and copied, saved, its folder shown, closed`, async ({
    page,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const door = await openWindow(page, { emptyRecipe: () => withKey });
    const hand = takeHand(page);
    const drawer = page.getByRole('complementary', { name: 'Flake' });
    const toggle = page.getByRole('button', { name: 'Flake', exact: true });
    await hand.press(toggle);
    await expect(drawer.getByText('networking.hostName')).toBeVisible();
    await hand.press(drawer.getByRole('button', { name: 'flake.nix' }));
    await expect(drawer.getByText('description =')).toBeVisible();
    await hand.press(drawer.getByRole('button', { name: 'Copy flake.nix' }));
    await expect(drawer.getByText('Copied')).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('description =');
    await hand.press(drawer.getByRole('button', { name: 'Save as…' }));
    await hand.press(drawer.getByRole('button', { name: 'Open folder' }));
    await expect.poll(() => inputsOf(door, 'openSavedFlake')).toHaveLength(1);
    await hand.press(toggle);
    await expect(drawer).toBeHidden();
  });

  test(`Recipes ${words}: kept, copied, renamed, compared, written to a file, removed, and opened from it`, async ({
    page,
  }) => {
    const cellar: Recipe = { ...withKey, name: 'cellar', packages: ['vim'] };
    await openWindow(page, { emptyRecipe: () => withKey, ...keptWorld({ Cellar: cellar }) });
    const hand = takeHand(page);
    const open = button(page, 'Recipes…');
    const dialog = page.getByRole('dialog', { name: 'Recipes' });
    const items = dialog.getByRole('list', { name: /^Kept recipes/ }).getByRole('listitem');
    await hand.press(open);
    await hand.type(dialog.getByLabel('Keep this recipe as'), 'Attic');
    await hand.press(dialog.getByRole('button', { name: 'Save', exact: true }));
    await expect(items).toHaveCount(2);
    await hand.press(dialog.getByRole('button', { name: 'Copy Attic' }));
    await hand.type(dialog.getByLabel('Name of the copy of Attic'), 'Loft');
    await hand.press(dialog.getByRole('button', { name: 'Copy', exact: true }));
    await expect(items).toHaveCount(3);
    await hand.press(dialog.getByRole('button', { name: 'Rename Loft' }));
    await hand.type(dialog.getByLabel('New name of Loft'), 'Roof');
    await hand.press(dialog.getByRole('button', { name: 'Rename', exact: true }));
    await hand.press(dialog.getByRole('button', { name: 'Compare Roof' }));
    await hand.choose(dialog.getByLabel('From Roof to'), 'Cellar');
    await expect(dialog.getByText('1 package is added: vim.')).toBeVisible();
    await hand.press(dialog.getByRole('button', { name: 'Remove Roof…' }));
    await hand.press(dialog.getByRole('button', { name: 'Remove Roof now' }));
    await expect(items).toHaveCount(2);
    await hand.press(dialog.getByRole('button', { name: 'Open Cellar' }));
    await expect(dialog).toBeHidden();

    await hand.press(open);
    const download = page.waitForEvent('download');
    await hand.press(dialog.getByRole('button', { name: 'Save as a file' }));
    const file = await (await download).path();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ name: 'cellar', packages: ['vim'] });
    await hand.press(dialog.getByRole('button', { name: 'Begin anew' }));
    await expect(dialog).toBeHidden();
    await hand.press(open);
    const chooser = page.waitForEvent('filechooser');
    await hand.press(dialog.getByRole('button', { name: 'Open a file…' }));
    await (await chooser).setFiles(file);
    await expect(dialog).toBeHidden();
    await expect(station(page, 'Packages')).toContainText('1 package');
    await hand.press(open);
    if (takeHand === keyboard) await page.keyboard.press('Escape');
    else await hand.press(dialog.getByRole('button', { name: 'Close' }));
    await expect(dialog).toBeHidden();
    if (takeHand === keyboard) await expect(open).toBeFocused();
  });
}
