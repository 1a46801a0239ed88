/** Stations 2 to 4: packages, network and system end up in the recipe, with their problems beside them. */
import { releases } from '../../src/shared/releases.ts';
import { problem } from '../../src/shared/problem.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { inputsOf, type ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, laptopKey } from './world.ts';

/** The recipe as the window last had it checked. */
function lastRecipe(door: ScriptedDoor): Recipe {
  const asked = door.requests.findLast((one) => one.kind === 'call' && one.name === 'checkRecipe');
  return (asked?.kind === 'call' ? asked.input : undefined) as Recipe;
}

test('packages are ticked, searched for, added by errand and by name, and removed', async ({ page }) => {
  const door = await openWindow(page);
  await goTo(page, 'Packages');
  await page.getByRole('checkbox', { name: /^git / }).check();
  await page.getByRole('searchbox').fill('luks encrypt');
  await expect(page.getByRole('checkbox', { name: /cryptsetup/ })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: /^git / })).toBeHidden();
  await page.getByRole('button', { name: /^Remote install/ }).click();
  await expect(page.getByRole('button', { name: /^Remote install/ })).toBeDisabled();
  await page.getByLabel('Any other package').fill('python3Packages.requests');
  await page.getByLabel('Any other package').press('Enter');
  const chosen = page.getByRole('list', { name: 'Chosen packages' });
  await expect(chosen.getByRole('listitem')).toHaveCount(8);
  await page.getByRole('button', { name: 'Remove disko' }).click();
  await expect(chosen.getByRole('listitem')).toHaveCount(7);
  await page.getByRole('checkbox', { name: /not free software/ }).check();
  await expect.poll(() => lastRecipe(door).allowUnfree).toBe(true);
  expect(lastRecipe(door).packages).toEqual([
    'git',
    'rsync',
    'tmux',
    'parted',
    'jq',
    'htop',
    'python3Packages.requests',
  ]);
});

for (const name of ['two words', 'git; rm', '${evil}', '7zip', 'a..b'])
  test(`“${name}” is no package name`, async ({ page }) => {
    const door = await openWindow(page);
    await goTo(page, 'Packages');
    await page.getByLabel('Any other package').fill(name);
    await page.getByLabel('Any other package').press('Enter');
    await expect(page.getByText('This is not a package name.')).toBeVisible();
    expect(lastRecipe(door).packages).toEqual([]);
  });

test('a package that the check refuses is marked on its chip and in the rail', async ({ page }) => {
  const door = await openWindow(page);
  const nonesuch = problem('no-package', 'There is no package nonesuch.', { remedy: 'Remove it.' });
  await goTo(page, 'Packages');
  door.answers.checkRecipe = () => [{ path: 'packages.0', problem: nonesuch }];
  await page.getByLabel('Any other package').fill('nonesuch');
  await page.getByLabel('Any other package').press('Enter');
  await expect(page.getByText('There is no package nonesuch. Remove it.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Packages 1 problem \(has a problem\)/ })).toBeVisible();
});

test('the host name shows how to log in later, and a wrong one says so beside the field', async ({
  page,
}) => {
  await openWindow(page);
  await goTo(page, 'Network');
  await page.getByLabel('Host name').fill('attic');
  await expect(page.getByText('ssh root@attic.local')).toBeVisible();
  await page.getByLabel('Host name').fill('not a name');
  await expect(page.getByText('“not a name” can not be a host name.')).toBeVisible();
  await expect(page.getByLabel('Host name')).toHaveAccessibleDescription(/can not be a host name/);
  // Nobody should copy a command that can not work.
  await expect(page.getByText('ssh root@')).toBeHidden();
});

test('a WiFi network is added, edited and removed, and nothing half-typed reaches the recipe', async ({
  page,
}) => {
  const door = await openWindow(page);
  await goTo(page, 'Network');
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  await expect(page.getByLabel('Network name (SSID)')).toBeFocused();
  await page.getByLabel('Network name (SSID)').fill('Åttic');
  await expect(page.getByText('6 of 32 bytes')).toBeVisible();
  const passphrase = page.getByLabel('Passphrase', { exact: true });
  await passphrase.fill('short');
  await page.getByRole('button', { name: 'Save network' }).click();
  await expect(page.getByText('has 5 characters')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Network nixos-installer, cable/ })).toBeVisible();

  await expect(passphrase).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Show the passphrase' }).click();
  await expect(passphrase).toHaveAttribute('type', 'text');
  await passphrase.fill('correct horse');
  await page.getByRole('checkbox', { name: /^Hidden/ }).check();
  await page.getByRole('button', { name: 'Save network' }).click();
  await expect(page.getByRole('button', { name: /^Network nixos-installer, Åttic/ })).toBeVisible();
  await expect
    .poll(() => lastRecipe(door).wifi.networks)
    .toEqual([
      { ssid: 'Åttic', security: 'wpa2-wpa3', passphrase: 'correct horse', hidden: true, priority: 0 },
    ]);

  await page.getByRole('button', { name: 'Edit Åttic' }).click();
  await page.getByLabel('Security').selectOption('open');
  await expect(passphrase).toBeHidden();
  await page.getByRole('button', { name: 'Save network' }).click();
  await expect(page.getByText('Open, no passphrase')).toBeVisible();
  await expect.poll(() => lastRecipe(door).wifi.networks[0]?.passphrase).toBeUndefined();

  await page.getByLabel('Country').selectOption('SE');
  await expect.poll(() => lastRecipe(door).wifi.country).toBe('SE');
  await page.getByRole('button', { name: 'Remove Åttic' }).click();
  await expect(page.getByText('No WiFi. The machine uses a cable.')).toBeVisible();
});

test('a half-typed network is still there after a look at another station, and Cancel drops it', async ({
  page,
}) => {
  await openWindow(page);
  await goTo(page, 'Network');
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  await page.getByLabel('Network name (SSID)').fill('Attic');
  await goTo(page, 'System');
  await goTo(page, 'Network');
  await expect(page.getByLabel('Network name (SSID)')).toHaveValue('Attic');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('No WiFi. The machine uses a cable.')).toBeVisible();
});

test('a passphrase goes into the image only with consent', async ({ page }) => {
  const door = await openWindow(page);
  await goTo(page, 'Network');
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  await page.getByLabel('Network name (SSID)').fill('Attic');
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
  await page.getByRole('button', { name: 'Save network' }).click();
  await expect(page.getByText('It is put on the stick when that is written')).toBeVisible();

  await page.getByRole('radio', { name: /^Inside the image/ }).check();
  const consent = page.getByRole('checkbox', {
    name: 'Anybody who can read the Nix store of the builder or the stick can read this passphrase.',
  });
  await expect(consent).not.toBeChecked();
  await expect.poll(() => lastRecipe(door).wifi.networks.length).toBe(1);
  expect(lastRecipe(door).wifi.secrets).toBe('slot');
  await consent.check();
  await expect.poll(() => lastRecipe(door).wifi.secrets).toBe('baked');
  await page.getByRole('radio', { name: /^Beside the image/ }).check();
  await expect.poll(() => lastRecipe(door).wifi.secrets).toBe('slot');
});

test('the system is described, with a live count for the volume label', async ({ page }) => {
  const door = await openWindow(page);
  await goTo(page, 'System');
  await page.getByLabel('Release').selectOption('unstable');
  await page.getByLabel('Machine').selectOption('aarch64-linux');
  await page.getByLabel('Locale').fill('sv_SE.UTF-8');
  await page.getByLabel('Console keyboard').fill('sv-latin1');
  await page.getByLabel('Time zone').fill('Europe/Stockholm');
  await page.getByLabel('File name').fill('attic');
  await page.getByLabel('Volume label').fill('A'.repeat(33));
  await page.getByRole('radio', { name: /^Small/ }).check();
  await expect(page.getByText('33 of 32')).toBeVisible();
  await expect(page.getByText('this one has 33 characters')).toBeVisible();
  await page.getByLabel('Volume label').fill('ATTIC');
  await expect(page.getByText('this one has 33 characters')).toBeHidden();
  await expect(page.getByRole('button', { name: /^System unstable aarch64/ })).toBeVisible();
  expect(lastRecipe(door)).toMatchObject({
    release: 'unstable',
    system: 'aarch64-linux',
    locale: 'sv_SE.UTF-8',
    keyMap: 'sv-latin1',
    timeZone: 'Europe/Stockholm',
    image: { fileName: 'attic', volumeId: 'ATTIC', compression: 'small' },
  });
});

test('every release that the generator knows is offered, the newest first', async ({ page }) => {
  await openWindow(page);
  await goTo(page, 'System');
  const offered = await page
    .getByLabel('Release')
    .locator('option')
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  expect(offered).toEqual(releases.toReversed());
});

test('of two networks the one with the higher priority is joined, and a priority is a number', async ({
  page,
}) => {
  const door = await openWindow(page);
  await goTo(page, 'Network');
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  await page.getByLabel('Network name (SSID)').fill('Attic');
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
  for (const wrong of ['high', '', '1.5', '-']) {
    await page.getByLabel('Priority').fill(wrong);
    await page.getByRole('button', { name: 'Save network' }).click();
    await expect(page.getByText('This is not a priority.')).toBeVisible();
    await expect(page.getByLabel('Priority')).toBeFocused();
  }
  await page.getByLabel('Priority').fill('500');
  await page.getByRole('button', { name: 'Save network' }).click();
  await expect(page.getByText('at most 499')).toBeVisible();
  await page.getByLabel('Priority').fill('-10');
  await page.getByRole('button', { name: 'Save network' }).click();
  await expect(page.getByText('priority -10')).toBeVisible();
  await expect.poll(() => lastRecipe(door).wifi.networks[0]?.priority).toBe(-10);
  await page.getByRole('button', { name: 'Edit Attic' }).click();
  await expect(page.getByLabel('Priority')).toHaveValue('-10');
});

test('a console password is taken as a hash alone, and lets somebody in without a key', async ({ page }) => {
  const door = await openWindow(page);
  await expect(page.getByRole('button', { name: 'Next: Packages' })).toBeDisabled();
  await goTo(page, 'System');
  await expect(page.getByText('None: keyboard and screen need no password')).toBeVisible();
  await page.getByText('Console password', { exact: true }).click();
  const field = page.getByLabel('Password hash');
  await field.fill('letmein');
  await expect(field).toHaveAccessibleDescription(/not a hash/);
  await expect(field).toHaveValue('');
  await field.fill('$1$abc');
  await expect(field).toHaveAccessibleDescription(/not a hash that NixOS accepts/);
  expect(JSON.stringify(door.requests)).not.toContain('letmein');
  await field.fill('$y$j9T$4Vq0hRrgLJ8s1C2cQ0o8F/$kYBbIfjzO7i5S5y9Qn3nD2eHcWnEJ0l6t1rU7dX8wY.');
  await expect(page.getByText('not a hash that NixOS accepts')).toBeHidden();
  await expect.poll(() => lastRecipe(door).console.password?.hashed).toMatch(/^\$y\$/);
  await expect(page.getByRole('button', { name: /^Keys Console password only/ })).toBeVisible();
  await goTo(page, 'Keys');
  await expect(page.getByRole('button', { name: 'Next: Packages' })).toBeEnabled();
  await goTo(page, 'System');
  await page.getByText('Console password', { exact: true }).click();
  await field.fill('');
  await expect.poll(() => lastRecipe(door).console.password).toBeNull();
});

test('scripts are added, written and removed, with their problems beside them', async ({ page }) => {
  const door = await openWindow(page);
  await goTo(page, 'System');
  await page.getByText('Scripts', { exact: true }).click();
  const add = page.getByRole('button', { name: 'Add a script' });
  await add.click();
  const name = page.getByLabel('Name', { exact: true });
  await expect(name).toBeFocused();
  await page.keyboard.type('auto-install');
  await page.getByLabel('What auto-install does').fill('echo hello\n');
  await add.click();
  await name.nth(1).fill('Auto-Install');
  await expect(page.getByText('There are two scripts named')).toBeVisible();
  await expect(name.nth(1)).toHaveAttribute('aria-invalid', 'true');
  await name.nth(1).fill('second');
  await expect
    .poll(() => lastRecipe(door).scripts)
    .toEqual([
      { name: 'auto-install', text: 'echo hello\n' },
      { name: 'second', text: '' },
    ]);
  await page.getByRole('button', { name: 'Remove auto-install' }).click();
  await expect(name).toHaveValue('second');
  await expect(page.getByRole('button', { name: 'Remove second' })).toBeFocused();
  await expect.poll(() => lastRecipe(door).scripts).toEqual([{ name: 'second', text: '' }]);
});

test('one extra module is taken over word for word, and an emptied one is none', async ({ page }) => {
  const door = await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) });
  await goTo(page, 'System');
  await page.getByText('Extra NixOS module', { exact: true }).click();
  const field = page.getByLabel('Module', { exact: true });
  const module = '{ pkgs, ... }:\n{\n  services.tailscale.enable = true;\n}\n';
  await field.fill(module);
  await expect.poll(() => lastRecipe(door).module).toBe(module);
  await page.getByRole('button', { name: 'Flake' }).click();
  await expect(page.getByRole('complementary').getByRole('button', { name: 'module.nix' })).toBeVisible();
  await field.fill('  ');
  await expect(field).toHaveAccessibleDescription(/is empty/);
  await field.fill('');
  await expect.poll(() => lastRecipe(door).module).toBeNull();
});

test('the flake drawer shows every file, follows what is typed, marks what changed, and copies', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) });
  await goTo(page, 'Network');
  await page.getByRole('button', { name: 'Flake' }).click();
  const drawer = page.getByRole('complementary', { name: 'Flake' });
  await expect(drawer.getByText('networking.hostName')).toBeVisible();
  await page.getByLabel('Host name').fill('attic');
  await expect(
    drawer.locator('.changed').filter({ hasText: 'networking.hostName = "attic";' }),
  ).toBeVisible();
  await page.getByLabel('Host name').fill('attic-');
  await expect(drawer.getByText('This is the flake from before.')).toBeVisible();
  await expect(drawer.getByText('networking.hostName = "attic";')).toBeVisible();
  await page.getByLabel('Host name').fill('attic');
  await expect(drawer.getByText('This is the flake from before.')).toBeHidden();
  await drawer.getByRole('button', { name: 'flake.nix' }).click();
  await expect(drawer.getByText('description =')).toBeVisible();
  await drawer.getByRole('button', { name: 'Copy flake.nix' }).click();
  await expect(drawer.getByText('Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('description =');
  await page.getByRole('button', { name: 'Flake', exact: true }).click();
  await expect(drawer).toBeHidden();
});

test('the flake is saved where the person says, and the folder shown', async ({ page }) => {
  const door = await openWindow(page, { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) });
  await page.getByRole('button', { name: 'Flake' }).click();
  const drawer = page.getByRole('complementary', { name: 'Flake' });
  await drawer.getByRole('button', { name: 'Save as…' }).click();
  await expect(drawer.getByText('Saved: 1 file new or changed.')).toBeVisible();
  // The desktop app asks for the folder itself.
  expect(inputsOf(door, 'saveFlake')).toMatchObject([{ folder: null }]);
  await drawer.getByRole('button', { name: 'Open folder' }).click();
  expect(inputsOf(door, 'openSavedFlake')).toHaveLength(1);
});

test('in a browser the person names the folder, and is told why it can not be that one', async ({ page }) => {
  const door = await openWindow(page, {
    emptyRecipe: () => ({ ...emptyRecipe, name: 'attic', keys: [laptopKey.line] }),
    about: () => ({ version: '0.1.0', platform: 'linux', host: 'web', nixpkgs: null }),
  });
  await page.getByRole('button', { name: 'Flake' }).click();
  const drawer = page.getByRole('complementary', { name: 'Flake' });
  const folder = drawer.getByLabel('Save it in the folder');
  await expect(folder).toHaveValue('~/attic-flake');
  door.answers.saveFlake = () => ({
    ok: false,
    problem: problem('folder-not-ours', '/home/me is not empty, and its flake was not made by Nixburn.'),
  });
  await folder.fill('/home/me');
  await folder.press('Enter');
  await expect(drawer.getByRole('alert')).toContainText('/home/me is not empty');
  expect(inputsOf(door, 'saveFlake')).toMatchObject([{ folder: '/home/me' }]);
});
