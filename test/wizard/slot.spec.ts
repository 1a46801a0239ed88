/** Station 6: what a stick gets besides the image, so that it joins the WiFi and is recognised. */
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe, image, laptopKey, olderImage, receiptOf, slotOf, stick } from './world.ts';

const recipe = { ...emptyRecipe, name: 'attic', keys: [laptopKey.line] };
const slot = slotOf('attic');

test('writing gives the recipe along, and the receipt names the stick, its host key and what it holds', async ({
  page,
}) => {
  const door = await openWindow(page, { emptyRecipe: () => recipe, images: () => [image] });
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick] });
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await page.getByRole('button', { name: 'Write to SanDisk Ultra 32 GB…' }).click();
  await expect(page.getByRole('dialog')).toContainText(
    'The stick also gets the name attic, a host key of its own and 1 key that may log in.',
  );
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
  const run = await door.run('writeStick');
  expect(run.input).toEqual({ imageId: 'image-1', driveId: 'sandisk', recipe });
  await run.finish({ ...receiptOf(stick), slot });
  const made = page.getByRole('region', { name: 'On this stick alone' });
  await expect(made.getByText(slot.hostKey, { exact: true })).toBeVisible();
  await expect(made).toContainText('wifi/Attic.nmconnection, keys that may log in, host key, name');

  await page.getByRole('button', { name: 'Verify this stick' }).click();
  await (await door.run('verifyStick')).finish(receiptOf(stick, 'verify'));
  await expect(made.getByText(slot.hostKey, { exact: true })).toBeVisible();
});

test('an image of another machine is written under the name of the recipe only after that was said', async ({
  page,
}) => {
  const door = await openWindow(page, { emptyRecipe: () => recipe, images: () => [olderImage] });
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick] });
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await page.getByRole('button', { name: 'Write to SanDisk Ultra 32 GB…' }).click();
  await expect(page.getByRole('dialog')).toContainText('The image was built for cellar.');
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
  const run = await door.run('writeStick');
  await run.finish({ ...receiptOf(stick), slot });
  await goTo(page, 'Boot');
  await expect(page.getByText('ssh root@attic.local', { exact: true })).toBeVisible();
});

test('a recipe with problems is not given along, and that is said', async ({ page }) => {
  const door = await openWindow(page, { images: () => [image] });
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick] });
  await page.getByRole('radio', { name: /SanDisk/ }).check();
  await page.getByRole('button', { name: 'Write to SanDisk Ultra 32 GB…' }).click();
  await expect(page.getByRole('dialog')).toContainText('so the stick gets the image alone');
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
  const run = await door.run('writeStick');
  expect(run.input).toEqual({ imageId: 'image-1', driveId: 'sandisk' });
  await run.finish(receiptOf(stick));
  const alone = page.getByRole('region', { name: 'Nothing of its own on this stick' });
  await expect(alone).toContainText('no host key that this computer knows');
  await expect(alone).toContainText('choose Change this stick in Drive');
});
