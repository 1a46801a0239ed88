/** Station 6: a stick is made an ordinary one again, kept as a file, and let go of; with the care that each of them needs. */
import type { Page } from '@playwright/test';
import { cancelled, failed } from '../../src/shared/problem.ts';
import type { Answers, ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import {
  driveBusy,
  image,
  noRoom,
  practice,
  receiptOf,
  saved,
  secondStick,
  stick,
  systemDrive,
  writeFailure,
} from './world.ts';

const drives = [systemDrive, stick, secondStick];

async function openDrives(page: Page, answers: Partial<Answers> = {}): Promise<ScriptedDoor> {
  const door = await openWindow(page, { images: () => [image], ...answers });
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  return door;
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click();
}

const erase = 'Erase SanDisk Ultra 32 GB and restore';

test.describe('restoring a stick', () => {
  test('asks with its name and what is lost; Enter, Escape and Cancel erase nothing', async ({ page }) => {
    const door = await openDrives(page, { images: () => [] });
    const dialog = page.getByRole('dialog', { name: 'Erase SanDisk Ultra 32 GB?' });
    for (const leave of ['Escape', 'Cancel']) {
      await press(page, 'Restore this stick…');
      for (const text of [
        'Everything on this drive will be lost.',
        '/dev/sdb',
        stick.serial,
        '“HOLIDAY”: 32 GB',
      ])
        await expect(dialog).toContainText(text);
      // In the field for the name, Enter has nothing to send off.
      await page.keyboard.press('Enter');
      await expect(dialog).toBeVisible();
      if (leave === 'Cancel') await dialog.getByRole('button', { name: 'Cancel' }).click();
      else await page.keyboard.press(leave);
      await expect(dialog).toBeHidden();
    }
    await press(page, 'Restore this stick…');
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [systemDrive, secondStick] });
    await expect(dialog).toBeHidden();
    expect(door.requests.some((one) => one.kind === 'start' && one.name === 'restoreStick')).toBe(false);
  });

  test('gives it the name that was typed, and no name that a stick can not have', async ({ page }) => {
    const door = await openDrives(page);
    await press(page, 'Restore this stick…');
    const name = page.getByRole('textbox', { name: 'Name of the stick' });
    const button = page.getByRole('button', { name: erase });
    for (const bad of ['', 'my photos', 'ÄRGER', '-x']) {
      await name.fill(bad);
      await expect(button).toBeDisabled();
    }
    await name.fill('photos');
    await expect(name).toHaveValue('PHOTOS');
    await button.click();
    const run = await door.run('restoreStick');
    expect(run.input).toEqual({ driveId: 'sandisk', label: 'PHOTOS' });
    await run.tell({ kind: 'phase', phase: 'write' });
    await expect(page.getByRole('heading', { name: 'Restoring SanDisk Ultra 32 GB' })).toBeVisible();
    await expect(page.getByText('A stick that is half restored holds nothing.')).toBeVisible();
    await run.finish(null);
    await expect(
      page.getByRole('heading', { name: 'SanDisk Ultra 32 GB is an ordinary stick again' }),
    ).toBeVisible();
    await expect(page.getByText('PHOTOS')).toBeVisible();
    await expect(page.getByRole('button', { name: /^Drive Stick restored/ })).toBeVisible();
    await goTo(page, 'Boot');
    await expect(page.getByRole('button', { name: /^Boot Needs a stick/ })).toBeVisible();
  });

  test('says what became of it where it failed, and that nothing did where it was stopped before', async ({
    page,
  }) => {
    const door = await openDrives(page);
    await press(page, 'Restore this stick…');
    await press(page, erase);
    const run = await door.run('restoreStick');
    await run.tell({ kind: 'phase', phase: 'flush' });
    await run.fail(writeFailure);
    await expect(page.getByRole('heading', { name: 'The stick could not be restored' })).toBeVisible();
    await expect(page.getByText('no use to any computer')).toBeVisible();
    await press(page, 'Back to the drives');
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
    await page.getByRole('radio', { name: /SanDisk/ }).check();
    await press(page, 'Restore this stick…');
    await press(page, erase);
    await (await door.run('restoreStick')).fail(cancelled);
    await expect(page.getByRole('heading', { name: 'Restoring was stopped' })).toBeVisible();
    await expect(page.getByText('Nothing on the stick was changed.')).toBeVisible();
  });
});

test.describe('saving a stick', () => {
  test('reads it, never says verified, and tells where the file is', async ({ page }) => {
    const door = await openDrives(page);
    await press(page, 'Save this stick to a file');
    const run = await door.run('saveStick');
    expect(run.input).toEqual({ driveId: 'sandisk' });
    await run.tell(
      { kind: 'phase', phase: 'verify' },
      {
        kind: 'progress',
        phase: 'verify',
        bytes: stick.bytes / 4,
        total: stick.bytes,
        bytesPerSecond: 80_000_000,
        remainingMillis: 300_000,
      },
    );
    await expect(page.getByText('Reading the stick: 25 % of 32 GB')).toBeVisible();
    await expect(page.getByRole('list', { name: 'Phases' }).getByRole('listitem')).toHaveText(['Save']);
    await run.finish(saved);
    const file = page.getByRole('region', { name: 'File' });
    for (const text of [saved.path, saved.sha256, '32 GB']) await expect(file).toContainText(text);
    await expect(page.getByText('Verified')).toHaveCount(0);
  });

  test('says that no file was kept where it failed', async ({ page }) => {
    const door = await openDrives(page);
    await press(page, 'Save this stick to a file');
    const run = await door.run('saveStick');
    await run.tell({ kind: 'phase', phase: 'verify' });
    await run.fail(noRoom);
    await expect(page.getByRole('heading', { name: 'The stick could not be saved' })).toBeVisible();
    await expect(page.getByText('Nothing on the stick was changed, and no file was kept.')).toBeVisible();
  });
});

test.describe('letting go of a stick', () => {
  test('says that it can be pulled out, and does not wonder where it went', async ({ page }) => {
    const door = await openDrives(page);
    await press(page, 'Eject');
    await expect(
      page.locator('.notice').getByText('You can pull out SanDisk Ultra 32 GB now.'),
    ).toBeVisible();
    expect(door.requests.some((one) => one.kind === 'call' && one.name === 'ejectDrive')).toBe(true);
    await expect(page.getByRole('radio', { name: /SanDisk/ })).not.toBeChecked();
    await expect(page.getByRole('button', { name: 'Write…' })).toBeDisabled();
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [systemDrive, secondStick] });
    await expect(page.getByText('was unplugged')).toHaveCount(0);
    await expect(
      page.locator('.notice').getByText('You can pull out SanDisk Ultra 32 GB now.'),
    ).toBeVisible();
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
    await expect(page.locator('.notice')).toHaveCount(0);
  });

  test('that something still uses says so, and can be tried again', async ({ page }) => {
    let busy = true;
    await openDrives(page, { ejectDrive: () => (busy ? failed(driveBusy) : { ok: true, value: null }) });
    await press(page, 'Eject');
    await expect(
      page.getByRole('region', { name: /^What else can be done/ }).getByRole('alert'),
    ).toContainText('Something on it is still in use.');
    busy = false;
    await press(page, 'Eject');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.locator('.notice').getByText('You can pull out')).toBeVisible();
  });

  test('is offered beside the receipt of one that was just written', async ({ page }) => {
    const door = await openDrives(page);
    await press(page, 'Write to SanDisk Ultra 32 GB…');
    await press(page, 'Erase SanDisk Ultra 32 GB and write');
    await (await door.run('writeStick')).finish(receiptOf(stick));
    await expect(page.getByRole('heading', { name: 'Verified' })).toBeVisible();
    await press(page, 'Eject');
    await expect(
      page.locator('.notice').getByText('You can pull out SanDisk Ultra 32 GB now.'),
    ).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Verified' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Verify this stick' })).toHaveCount(0);
  });
});

test('none of them is offered for a practice stick, which is a file', async ({ page }) => {
  const door = await openDrives(page);
  await page.getByRole('switch').click();
  // Else what is told may still go to the watch from before.
  await expect(page.getByRole('switch')).toBeChecked();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [...drives, practice] });
  await page.getByRole('radio', { name: /^Practice stick/ }).check();
  await expect(page.getByRole('button', { name: 'Verify this stick' })).toBeVisible();
  for (const name of ['Restore this stick…', 'Save this stick to a file', 'Eject'])
    await expect(page.getByRole('button', { name })).toHaveCount(0);
});
