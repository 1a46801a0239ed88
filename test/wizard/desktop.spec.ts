/** What the desktop asks of the window, and what it can be asked for from there. */
import { readFile } from 'node:fs/promises';
import { inputsOf } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { openWindow } from './window.ts';
import { emptyRecipe, image, laptopKey, ownImage, settingsTrouble, stick } from './world.ts';

const withKey = { emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) };

test.describe('From the menu', () => {
  test('stations, a new recipe, undo and the flake are reached', async ({ page }) => {
    const door = await openWindow(page, withKey);
    const desktop = await door.run('followDesktop');
    await desktop.tell({ kind: 'command', command: 'recipes' });
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await desktop.tell({ kind: 'go', station: 'network' });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('How is the machine reached?');
    await page.getByRole('textbox', { name: 'Host name' }).fill('attic');
    await expect(page.getByRole('navigation').getByText('attic, cable')).toBeVisible();
    await desktop.tell({ kind: 'command', command: 'new-recipe' });
    await expect(page.getByText('This is an empty recipe. Undo brings the other back.')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Host name' })).toHaveValue(emptyRecipe.name);
    // The focus is in no field that has an undo of its own.
    await page.getByRole('heading', { level: 1 }).focus();
    await desktop.tell({ kind: 'command', command: 'undo' });
    await expect(page.getByRole('textbox', { name: 'Host name' })).toHaveValue('attic');
    await desktop.tell({ kind: 'command', command: 'flake' });
    await expect(page.getByRole('complementary', { name: 'Flake' })).toBeVisible();
  });

  test('undo means the text, where text is typed', async ({ page }) => {
    const door = await openWindow(page, withKey);
    const desktop = await door.run('followDesktop');
    await desktop.tell({ kind: 'go', station: 'network' });
    const field = page.getByRole('textbox', { name: 'Host name' });
    await field.click();
    await page.keyboard.press('End');
    await page.keyboard.type('x');
    await expect(field).toHaveValue(`${emptyRecipe.name}x`);
    await desktop.tell({ kind: 'command', command: 'undo' });
    await expect(field).toHaveValue(emptyRecipe.name);
  });

  test('nothing happens behind an open question', async ({ page }) => {
    const door = await openWindow(page, { ...withKey, images: () => [image] });
    const desktop = await door.run('followDesktop');
    await desktop.tell({ kind: 'go', station: 'drive' });
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick] });
    await page.getByRole('radio', { name: /SanDisk/ }).check();
    await page.getByRole('button', { name: 'Write to SanDisk' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await desktop.tell({ kind: 'go', station: 'keys' }, { kind: 'command', command: 'preferences' });
    await desktop.tell({ kind: 'command', command: 'new-recipe' });
    await expect(page.getByRole('dialog')).toContainText('SanDisk');
    await expect(page.getByRole('dialog')).toHaveCount(1);
  });
});

test.describe('A file that is opened', () => {
  test('as a recipe takes the place of the one that was there', async ({ page }) => {
    const door = await openWindow(page, withKey);
    const text = JSON.stringify({ ...emptyRecipe, name: 'cellar', keys: [laptopKey.line] });
    await (await door.run('followDesktop')).tell({ kind: 'recipe', fileName: 'cellar.nixburn.json', text });
    await expect(page.getByText('Opened cellar.nixburn.json.')).toBeVisible();
    await expect(page.getByRole('navigation').getByText('cellar, cable')).toBeVisible();
  });

  test('that is none says so, and changes nothing', async ({ page }) => {
    const door = await openWindow(page, withKey);
    await (await door.run('followDesktop')).tell({ kind: 'recipe', fileName: 'x.nixburn.json', text: '{}' });
    await expect(page.getByRole('alert')).toContainText(
      'This file is not a recipe that this Nixburn understands.',
    );
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('as an image can be written, without what is personal', async ({ page }) => {
    const door = await openWindow(page, { ...withKey, images: () => [image] });
    const desktop = await door.run('followDesktop');
    await desktop.tell({ kind: 'reading', fileName: 'debian-13.iso', fraction: 0.5 });
    await desktop.tell({ kind: 'image', image: ownImage });
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick] });
    await page.getByRole('radio', { name: /SanDisk/ }).check();
    await page.getByRole('button', { name: 'Write to SanDisk' }).click();
    await expect(page.getByRole('dialog')).toContainText('the stick gets the image alone');
    await page.getByRole('button', { name: /^Erase SanDisk/ }).click();
    expect((await door.run('writeStick')).input).toEqual({ imageId: ownImage.id, driveId: stick.id });
  });

  test('by dropping an image goes to the desktop; a browser says what it can not', async ({ page }) => {
    await openWindow(page, withKey);
    const drop = () =>
      page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['x'], 'debian-13.iso'));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      });
    // What looks for keys listens for files by then, too.
    await page.getByRole('button', { name: 'Add me@desk' }).waitFor();
    await drop();
    await expect(page.getByRole('alert')).toContainText('In a browser, debian-13.iso can not be opened.');
    const given = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          if (window.nixburn) window.nixburn.give = (file) => resolve(file.name);
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(['x'], 'debian-13.iso'));
          document.body.dispatchEvent(
            new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
          );
        }),
    );
    expect(given).toBe('debian-13.iso');
  });
});

test.describe('The preferences', () => {
  test('take effect at once, and the light stays light in the dark', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    const door = await openWindow(page, withKey);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.getByRole('button', { name: 'Preferences' }).click();
    const dialog = page.getByRole('dialog', { name: 'Preferences' });
    await dialog.getByRole('combobox', { name: 'Appearance' }).selectOption('Light');
    await expect.poll(background).not.toBe(dark);
    await dialog.getByRole('combobox', { name: 'Appearance' }).selectOption('As the system');
    await expect.poll(background).toBe(dark);
    await dialog.getByRole('switch', { name: /^Tell me/ }).click();
    await expect(dialog.getByRole('switch', { name: /^Tell me/ })).not.toBeChecked();
    await dialog.getByRole('textbox', { name: /^Mirror/ }).fill('https://mirror.example/nixos');
    await dialog.getByRole('textbox', { name: /^Mirror/ }).press('Enter');
    await expect
      .poll(() => inputsOf(door, 'changeSettings'))
      .toEqual([
        { appearance: 'light' },
        { appearance: 'system' },
        { notifications: false },
        { channels: 'https://mirror.example/nixos' },
      ]);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Preferences' })).toBeFocused();
  });

  test('remember passphrases from then on, and bring them back with a recipe that lacks them', async ({
    page,
  }) => {
    const door = await openWindow(page, {
      ...withKey,
      rememberedPassphrases: () => ({ Attic: 'correct horse battery' }),
    });
    await page.getByRole('button', { name: 'Preferences' }).click();
    await page.getByRole('switch', { name: /^Remember/ }).click();
    await expect(page.getByRole('switch', { name: /^Remember/ })).toBeChecked();
    await page.keyboard.press('Escape');
    const networks = [{ ssid: 'Attic', security: 'wpa2-wpa3', hidden: false, priority: 0 }];
    const recipe = {
      ...emptyRecipe,
      keys: [laptopKey.line],
      wifi: { ...emptyRecipe.wifi, country: 'SE', networks },
    };
    const desktop = await door.run('followDesktop');
    await desktop.tell({ kind: 'recipe', fileName: 'a.nixburn.json', text: JSON.stringify(recipe) });
    await expect(page.getByText('Opened a.nixburn.json.')).toBeVisible();
    expect(inputsOf(door, 'rememberedPassphrases')).toEqual([{ ssids: ['Attic'] }]);
    await expect
      .poll(() => inputsOf(door, 'checkRecipe').at(-1))
      .toMatchObject({ wifi: { networks: [{ ssid: 'Attic', passphrase: 'correct horse battery' }] } });
  });

  test('that could not be read are told of once', async ({ page }) => {
    await openWindow(page, { ...withKey, settingsTrouble: () => settingsTrouble });
    await expect(page.getByText('Some of your settings could not be read')).toBeVisible();
    await page.getByRole('button', { name: 'Got it' }).click();
    await expect(page.getByText('Some of your settings could not be read')).toHaveCount(0);
  });
});

test('The report is shown before it is saved, and saved as it was shown', async ({ page }) => {
  await openWindow(page, withKey);
  await page.getByRole('button', { name: 'About Nixburn' }).click();
  await page.getByRole('button', { name: 'Diagnostics…' }).click();
  const shown = await page.getByRole('region', { name: 'The report' }).textContent();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as a file…' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('nixburn-diagnostics-2026-11-25-10-00-00.txt');
  expect(await readFile(await download.path(), 'utf8')).toBe(shown);
});
