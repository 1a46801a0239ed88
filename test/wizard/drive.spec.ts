/** Stations 6 and 7: never the wrong drive, every phase told, green only after reading back. */
import type { Page } from '@playwright/test';
import { cancelled } from '../../src/shared/problem.ts';
import type { ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import {
  emptyRecipe,
  image,
  laptopKey,
  olderImage,
  practice,
  receiptOf,
  secondStick,
  stick,
  systemDrive,
  tinyStick,
  verifyFailure,
} from './world.ts';

const withImage = { images: () => [image] };
const drives = [systemDrive, stick, secondStick];

async function openDrives(page: Page): Promise<ScriptedDoor> {
  const door = await openWindow(page, withImage);
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  return door;
}

async function askToErase(page: Page): Promise<void> {
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await page.getByRole('button', { name: 'Write to SanDisk Ultra 32 GB…' }).click();
}

test('nothing is chosen beforehand, and a locked drive can not be chosen but says why', async ({ page }) => {
  const door = await openDrives(page);
  await expect(page.getByRole('radio')).toHaveCount(2);
  for (const radio of await page.getByRole('radio').all()) await expect(radio).not.toBeChecked();
  await expect(page.getByRole('button', { name: 'Write…' })).toBeDisabled();
  const locked = page.getByRole('region', { name: 'Drives Nixburn will not touch' });
  await expect(locked.getByText('Samsung SSD 980 PRO 1 TB')).toBeVisible();
  await expect(locked.getByText('This drive holds the running system. / and /boot are on it.')).toBeVisible();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [...drives, tinyStick] });
  await expect(locked.getByText('Too small for this image. It holds 512 MB')).toBeVisible();
});

test('the drive that appears is marked, and one that goes away is not chosen any more', async ({ page }) => {
  const door = await openWindow(page, withImage);
  await goTo(page, 'Drive');
  const watch = await door.run('watchDrives');
  await watch.tell({ kind: 'drives', drives: [systemDrive, secondStick] });
  await expect(page.getByRole('radio')).toHaveCount(1);
  await expect(page.getByText('Just plugged in')).toHaveCount(0);
  await watch.tell({ kind: 'drives', drives });
  await expect(page.getByRole('radio', { name: /SanDisk.*Just plugged in/ })).not.toBeChecked();
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await watch.tell({ kind: 'drives', drives: [systemDrive, secondStick] });
  await expect(page.getByRole('button', { name: 'Write…' })).toBeDisabled();
  await watch.tell({ kind: 'drives', drives });
  await expect(page.getByRole('radio', { name: /SanDisk/ })).not.toBeChecked();
});

test('the drives are watched only while they are shown', async ({ page }) => {
  const door = await openDrives(page);
  const watch = await door.run('watchDrives');
  await goTo(page, 'Boot');
  await expect.poll(() => watch.cancelled).toBe(true);
});

test('the question names the drive and what will be lost; Enter, Escape and Cancel erase nothing', async ({
  page,
}) => {
  const door = await openDrives(page);
  const dialog = page.getByRole('dialog', { name: 'Erase SanDisk Ultra 32 GB?' });
  for (const leave of ['Enter', 'Escape', 'Cancel']) {
    await askToErase(page);
    await expect(dialog).toContainText(
      'Everything on this drive will be lost and replaced by nixos-attic.iso.',
    );
    await expect(dialog).toContainText('/dev/sdb');
    await expect(dialog).toContainText('4C530001230917104581');
    await expect(dialog).toContainText('“HOLIDAY”: 32 GB, exfat, open at /media/me/HOLIDAY');
    if (leave === 'Cancel') await dialog.getByRole('button', { name: 'Cancel' }).click();
    else await page.keyboard.press(leave);
    await expect(dialog).toBeHidden();
  }
  expect(door.requests.some((one) => one.kind === 'start' && one.name === 'writeStick')).toBe(false);
});

test('a drive that is pulled out while the question is open takes the question with it', async ({ page }) => {
  const door = await openDrives(page);
  await askToErase(page);
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [systemDrive, secondStick] });
  await expect(page.getByRole('dialog')).toBeHidden();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Write…' })).toBeDisabled();
  await page.getByRole('radio', { name: /Kingston/ }).check();
  await expect(page.getByRole('button', { name: /^Write to Kingston/ })).toBeEnabled();
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('writing goes through Write, Flush and Verify to a receipt, and only then is anything verified', async ({
  page,
}) => {
  const door = await openDrives(page);
  await askToErase(page);
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
  const run = await door.run('writeStick');
  expect(run.input).toEqual({ imageId: 'image-1', driveId: 'sandisk' });
  const total = image.bytes;
  const speed = { total, bytesPerSecond: 24_100_000, remainingMillis: 38_000 };
  await run.tell(
    { kind: 'phase', phase: 'write' },
    { kind: 'progress', phase: 'write', bytes: total / 4, ...speed },
    { kind: 'progress', phase: 'write', bytes: total / 2, ...speed },
  );
  await expect(page.getByText('Writing: 50 % of 1.28 GB')).toBeVisible();
  await expect(page.getByText('24.1 MB/s', { exact: true })).toBeVisible();
  await expect(page.getByText('about 40 s left')).toBeVisible();
  await expect(page.getByRole('figure', { name: /^Speed so far/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Drive Write 50 % \(running\)/ })).toBeVisible();
  await run.tell({ kind: 'phase', phase: 'flush' });
  await expect(page.getByRole('progressbar')).not.toHaveAttribute('value');
  await run.tell(
    { kind: 'phase', phase: 'verify' },
    { kind: 'progress', phase: 'verify', bytes: total / 2, ...speed },
  );
  await expect(page.getByText('Reading back and comparing: 50 %')).toBeVisible();
  await expect(page.getByText('Verified')).toHaveCount(0);
  await run.finish(receiptOf(stick));
  const receipt = page.getByRole('region', { name: 'Receipt' });
  await expect(receipt.getByRole('heading', { name: 'Verified' })).toBeVisible();
  await expect(receipt).toContainText('SanDisk Ultra 32 GB');
  await expect(receipt).toContainText(image.sha256);
  await expect(receipt).toContainText('1.28 GB in 41 s');
  await expect(page.getByRole('button', { name: /^Drive Verified \(done\)/ })).toBeVisible();

  await page.getByRole('button', { name: 'Verify this stick' }).click();
  const again = await door.run('verifyStick');
  expect(again.input).toEqual({ imageId: 'image-1', driveId: 'sandisk' });
  await again.finish(receiptOf(stick, 'verify'));
  await expect(receipt).not.toContainText('Written');
  await page.getByRole('button', { name: 'Write another' }).click();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  await expect(page.getByRole('radio', { name: /SanDisk/ })).not.toBeChecked();
});

test('a failed verification says so in red, and never says verified', async ({ page }) => {
  const door = await openDrives(page);
  await askToErase(page);
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
  const run = await door.run('writeStick');
  await run.tell({ kind: 'phase', phase: 'verify' });
  await run.fail(verifyFailure);
  await expect(page.getByRole('alert')).toContainText('The first difference is at 412 MB.');
  await expect(page.getByText('Do not boot from this stick.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Drive Failed \(has a problem\)/ })).toBeVisible();
  await expect(page.getByText('Verified')).toHaveCount(0);
  await page.getByRole('button', { name: 'Back to the drives' }).click();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  await expect(page.getByRole('button', { name: 'Write…' })).toBeDisabled();
});

test('a cancelled write says in what state the stick is', async ({ page }) => {
  const door = await openDrives(page);
  door.lingers = true;
  await askToErase(page);
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
  const run = await door.run('writeStick');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: 'Stopping…' })).toBeDisabled();
  await run.fail({ ...cancelled, detail: 'The stick holds 412 MB of the image and does not boot.' });
  await expect(page.getByRole('heading', { name: 'Writing was stopped' })).toBeVisible();
  await expect(page.getByText('does not boot')).toBeVisible();
});

test('the practice stick is shown when asked for, and writing it threatens nothing', async ({ page }) => {
  const door = await openDrives(page);
  await page.getByRole('switch', { name: /^Show a practice stick/ }).click();
  await expect(page.getByRole('switch')).toBeChecked();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [...drives, practice] });
  await page.getByRole('radio', { name: /^Practice stick/ }).check();
  await page.getByRole('button', { name: 'Write to the practice stick…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Write the practice stick?' });
  await expect(dialog).toContainText('No drive is touched.');
  await expect(dialog).not.toContainText('lost');
  await dialog.getByRole('button', { name: 'Write the practice stick' }).click();
  expect((await door.run('writeStick')).input).toEqual({ imageId: 'image-1', driveId: 'practice' });
});

test('with several images the person says which one is written', async ({ page }) => {
  const door = await openWindow(page, { images: () => [image, olderImage] });
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  await page.getByLabel('What is written').selectOption('image-0');
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await page.getByRole('button', { name: 'Verify this stick' }).click();
  const run = await door.run('verifyStick');
  expect(run.input).toEqual({ imageId: 'image-0', driveId: 'sandisk' });
  await run.finish(receiptOf(stick, 'verify'));
  await goTo(page, 'Boot');
  await expect(page.getByText('ssh root@cellar.local', { exact: true })).toBeVisible();
});

test('the boot screen copies the ssh command and helps when it does not let in', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openWindow(page);
  await goTo(page, 'Boot');
  await page.getByRole('button', { name: 'Copy the ssh command' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('ssh root@nixos-installer.local');
  await expect(page.getByRole('listitem').filter({ hasText: 'Dell' })).toContainText('F12');
  await page.getByText('Permission denied (publickey)').click();
  await expect(page.getByText('Your SSH offers a different key.')).toBeVisible();
});

test('what a question is about stays the same while it is open, also when a build ends', async ({ page }) => {
  const door = await openWindow(page, {
    emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }),
    images: () => [olderImage],
  });
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const build = await door.run('build');
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  await askToErase(page);
  const dialog = page.getByRole('dialog', { name: 'Erase SanDisk Ultra 32 GB?' });
  await expect(dialog).toContainText('replaced by nixos-cellar.iso.');
  await build.finish(image);
  await expect(page.getByLabel('What is written')).toHaveValue('image-1');
  await expect(dialog).toContainText('replaced by nixos-cellar.iso.');
  await dialog.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
  expect((await door.run('writeStick')).input).toMatchObject({ imageId: 'image-0', driveId: 'sandisk' });
});

test('a stick that was pulled out and comes back under the same id is not called locked', async ({
  page,
}) => {
  const door = await openDrives(page);
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  const watch = await door.run('watchDrives');
  await watch.tell({ kind: 'drives', drives: [systemDrive, secondStick] });
  await expect(page.getByText('SanDisk Ultra 32 GB was unplugged. Nothing is chosen now.')).toBeVisible();
  await watch.tell({ kind: 'drives', drives });
  await expect(page.getByRole('radio', { name: /SanDisk/ })).not.toBeChecked();
  await expect(page.getByText('SanDisk Ultra 32 GB was unplugged. Nothing is chosen now.')).toBeVisible();
  await expect(page.getByText('may not be written any more')).toBeHidden();
});
