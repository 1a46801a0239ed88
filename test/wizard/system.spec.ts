/** Station 4: names are chosen among those there are, a password is only ever a hash, and texts are read as typed. */
import { readFile } from 'node:fs/promises';
import { done, failed, problem } from '../../src/shared/problem.ts';
import { checkRecipe, type Recipe } from '../../src/shared/recipe.ts';
import type { TextVerdict } from '../../src/shared/choosing.ts';
import { wrongModule } from './choosing-world.ts';
import { inputsOf, type ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, laptopKey } from './world.ts';

function lastRecipe(door: ScriptedDoor): Recipe {
  return inputsOf(door, 'checkRecipe').at(-1) as Recipe;
}

test('what can be chosen is offered in words, and this computer’s own with one press', async ({ page }) => {
  const door = await openWindow(page);
  await goTo(page, 'System');
  const keyboard = page.getByLabel('Console keyboard', { exact: true });
  await expect(keyboard).toHaveAccessibleDescription('English (US)');
  const offered = (label: string) =>
    page
      .getByLabel(label, { exact: true })
      .locator('xpath=following-sibling::datalist')
      .locator('option')
      .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  expect(await offered('Console keyboard')).toContain('sv-latin1');
  expect(await offered('Locale')).toContain('sv_SE.UTF-8');
  expect(await offered('Time zone')).toContain('Europe/Stockholm');
  expect(await offered('Console font')).toContain('ter-v32n');
  await page.getByRole('button', { name: 'As on this computer: Europe/Stockholm' }).press('Enter');
  await expect(page.getByLabel('Time zone', { exact: true })).toBeFocused();
  await expect(page.getByLabel('Time zone', { exact: true })).toHaveAccessibleDescription('Sweden');
  await page.getByRole('button', { name: 'As on this computer: sv-latin1' }).click();
  await expect(keyboard).toHaveAccessibleDescription('Swedish');
  await page.getByRole('button', { name: 'As on this computer: sv_SE.UTF-8' }).click();
  await expect(page.getByLabel('Locale', { exact: true })).toHaveAccessibleDescription('Swedish (Sweden)');
  await expect(page.getByRole('button', { name: /^As on this computer/ })).toHaveCount(0);
  await page.getByLabel('Console font').fill('ter-v32n');
  await page.getByLabel('Edition').fill('homelab');
  await expect
    .poll(() => lastRecipe(door))
    .toMatchObject({
      locale: 'sv_SE.UTF-8',
      keyMap: 'sv-latin1',
      timeZone: 'Europe/Stockholm',
      consoleFont: 'ter-v32n',
      image: { edition: 'homelab' },
    });
  await page.getByLabel('Console font').fill('');
  await page.getByLabel('Edition').fill('');
  await expect.poll(() => lastRecipe(door)).toMatchObject({ consoleFont: null, image: { edition: null } });
});

const hash = '$y$j9T$4Vq0hRrgLJ8s1C2cQ0o8F/$kYBbIfjzO7i5S5y9Qn3nD2eHcWnEJ0l6t1rU7dX8wY.';

test('a console password is hashed as soon as it is given, and is nowhere afterwards', async ({ page }) => {
  const door = await openWindow(page, { hashPassword: () => done(hash) });
  await goTo(page, 'System');
  await page.getByText('Console password', { exact: true }).click();
  const field = page.getByLabel('Password', { exact: true });
  await expect(field).toHaveAttribute('type', 'password');
  await field.fill('monkey');
  await expect(field).toHaveAccessibleDescription(/Guessed at once/);
  await field.fill('copper lantern walrus');
  await field.press('Enter');
  await expect(field).toHaveValue('');
  await expect(page.getByText('The password is set. Only its hash is kept.')).toBeVisible();
  await expect.poll(() => lastRecipe(door).console.password?.hashed).toBe(hash);
  expect(inputsOf(door, 'hashPassword')).toEqual(['copper lantern walrus']);
  expect(JSON.stringify(inputsOf(door, 'checkRecipe'))).not.toContain('walrus');
  expect(await page.content()).not.toContain('walrus');
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect.poll(() => lastRecipe(door).console.password).toBeNull();
});

test('a password that can not be hashed says why, and is wiped all the same', async ({ page }) => {
  const missing = problem('no-hash', 'The password can not be hashed here.', { remedy: 'Paste a hash.' });
  await openWindow(page, { hashPassword: () => failed(missing) });
  await goTo(page, 'System');
  await page.getByText('Console password', { exact: true }).click();
  const field = page.getByLabel('Password', { exact: true });
  await field.fill('copper lantern walrus');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(field).toHaveAccessibleDescription(/can not be hashed here\. Paste a hash\./);
  await expect(field).toHaveValue('');
});

test('a script and the module are read as they are typed, and only the newest answer counts', async ({
  page,
}) => {
  const late: Record<string, (verdict: TextVerdict) => void> = {};
  const door = await openWindow(page, {
    checkScript: (text) => new Promise((resolve) => (late[text] = resolve)),
    checkModule: (text) => (text.includes(';') ? { state: 'fine', problem: null } : wrongModule),
  });
  await goTo(page, 'System');
  await page.getByText('Scripts', { exact: true }).click();
  await page.getByRole('button', { name: 'Add a script' }).click();
  expect(inputsOf(door, 'checkScript')).toEqual([]);
  const script = page.getByLabel('What script-1 does');
  await script.fill('if true');
  await expect.poll(() => Object.keys(late)).toEqual(['if true']);
  await script.fill('echo hello');
  await expect.poll(() => Object.keys(late)).toEqual(['if true', 'echo hello']);
  late['echo hello']?.({ state: 'fine', problem: null });
  await expect(page.getByText('bash can read this.')).toBeVisible();
  late['if true']?.({ state: 'wrong', problem: problem('script-syntax', 'There is a mistake.') });
  await expect(page.getByText('bash can read this.')).toBeVisible();
  await expect(script).toHaveAttribute('aria-invalid', 'false');

  await page.getByText('Extra NixOS module', { exact: true }).click();
  const module = page.getByLabel('Module', { exact: true });
  await module.fill('{ a = 1 }');
  await expect(module).toHaveAccessibleDescription(/There is a mistake in the extra module, in line 4/);
  await module.fill('{ a = 1; }');
  await expect(page.getByText('Nix can read this.')).toBeVisible();
  await expect(module).toHaveAttribute('aria-invalid', 'false');
});

test('a script is coloured behind what is typed, letter for letter at the same place, and grows with it', async ({
  page,
}) => {
  await openWindow(page);
  await goTo(page, 'System');
  await page.getByText('Scripts', { exact: true }).click();
  await page.getByRole('button', { name: 'Add a script' }).click();
  const script = page.getByLabel('What script-1 does');
  const before = await script.boundingBox();
  const line =
    'for disk in /dev/sd?; do lsblk "$disk"; done # a line that is longer than the field is wide, and wraps';
  await script.fill(Array.from({ length: 12 }, () => line).join('\n'));
  const colours = page.locator('.script .code-input pre');
  await expect(colours.locator('.code-keyword').first()).toHaveText('for');
  await expect(colours.locator('.code-comment').first()).toContainText('# a line');
  const [box, behind] = [await script.boundingBox(), await colours.boundingBox()];
  expect(behind).toEqual(box);
  expect(box?.height).toBeGreaterThan(before?.height ?? 0);
  // Nothing of the text is out of reach, and both wrap at the same letters: they are equally high.
  expect(await script.evaluate((field) => field.scrollHeight - field.clientHeight)).toBe(0);
  expect(await colours.evaluate((pre) => pre.scrollHeight - pre.clientHeight)).toBe(0);
  await script.press('Control+End');
  await page.keyboard.type('\nreboot');
  await expect(colours).toContainText('reboot');
  expect(await page.locator('.script .code-input').evaluate((one) => one.scrollTop)).toBeGreaterThan(0);
});

const withGit = () => ({ ...emptyRecipe, keys: [laptopKey.line], packages: ['git'] });

test('what was changed is taken back and done again, by keys and by buttons', async ({ page }) => {
  await openWindow(page, { emptyRecipe: withGit });
  await goTo(page, 'Packages');
  const chosen = page.getByRole('list', { name: 'Chosen packages' }).getByRole('listitem');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  await page.getByRole('checkbox', { name: /^curl / }).check();
  await expect(chosen).toHaveText(['git', 'curl']);
  await page.keyboard.press('Control+z');
  await expect(chosen).toHaveText(['git']);
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  await page.keyboard.press('Control+Shift+z');
  await expect(chosen).toHaveText(['git', 'curl']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(chosen).toHaveText(['git']);
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(chosen).toHaveText(['git', 'curl']);
});

test('a recipe is saved without its secrets, and opened again from the file', async ({ page }) => {
  const door = await openWindow(page, {
    emptyRecipe: () => ({
      ...withGit(),
      name: 'attic',
      wifi: {
        ...emptyRecipe.wifi,
        secrets: 'baked',
        networks: [
          { ssid: 'Attic', security: 'wpa2', passphrase: 'correct horse', hidden: false, priority: 0 },
        ],
      },
    }),
  });
  await page.getByRole('button', { name: 'Add me@desk' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('attic.nixburn.json');
  await expect(page.getByText('Saved without the secrets of WiFi as attic.nixburn.json.')).toBeVisible();
  const text = await readFile(await saved.path(), 'utf8');
  expect(text).not.toContain('correct horse');
  expect(checkRecipe(JSON.parse(text))).toMatchObject({ recipe: { name: 'attic', packages: ['git'] } });

  door.answers.emptyRecipe = () => emptyRecipe;
  await page.reload();
  await page.getByRole('button', { name: 'Add me@laptop' }).waitFor();
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByLabel('Recipe file').setInputFiles(await saved.path());
  await expect(page.getByText(/^Opened /)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Who gets in' }).getByText('me@laptop')).toBeVisible();
  await goTo(page, 'Network');
  await expect(page.getByText('Its passphrase is missing.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('No WiFi. The machine uses a cable.')).toBeVisible();
});

test('a short recipe that is dropped on the window is filled in, and a file that is none changes nothing', async ({
  page,
}) => {
  await openWindow(page);
  await page.getByRole('button', { name: 'Add me@laptop' }).waitFor();
  const drop = async (text: string) => {
    const dataTransfer = await page.evaluateHandle((content) => {
      const files = new DataTransfer();
      files.items.add(new File([content], 'attic.json', { type: 'application/json' }));
      return files;
    }, text);
    for (const event of ['dragover', 'drop']) await page.dispatchEvent('h1', event, { dataTransfer });
  };
  await drop('{ "schema": 1, "name": "attic", "wifi": { "networks": [{ "ssid": "Attic" }] } }');
  await expect(page.getByText('Opened attic.json.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Network Type the passphrase/ })).toBeVisible();
  for (const [wrong, words] of [
    ['hello', /^attic\.json: This file is not proper JSON\./],
    ['[]', /^attic\.json: This file is not a recipe\./],
    ['{ "name": "x" }', /this Nixburn understands/],
    ['{ "schema": 1, "packages": 5 }', /^attic\.json: /],
    ['{ "schema": 2 }', /version 2/],
  ] as const) {
    await drop(wrong);
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByRole('button', { name: /^Network Type the passphrase/ })).toBeVisible();
  }
  // What is only half done is opened, and its station says what to mend.
  await drop('{ "schema": 1, "name": "not a name" }');
  await expect(page.getByRole('button', { name: /^Network 1 problem/ })).toBeVisible();
});
