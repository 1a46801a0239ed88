/** Station 6: several sticks at once, a finished stick changed, and the sticks that were made before. */
import type { Page } from '@playwright/test';
import { cancelled, done, failed, problem } from '../../src/shared/problem.ts';
import { attic } from './reaching-world.ts';
import type { Answers, ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import {
  emptyRecipe,
  image,
  laptopKey,
  noSlot,
  olderImage,
  personalised,
  receiptOf,
  secondStick,
  slotOf,
  stick,
  systemDrive,
  writeFailure,
} from './world.ts';

const recipe = { ...emptyRecipe, name: 'attic', keys: [laptopKey.line] };
const drives = [systemDrive, stick, secondStick];

async function openDrives(page: Page, answers: Partial<Answers> = {}): Promise<ScriptedDoor> {
  const door = await openWindow(page, { emptyRecipe: () => recipe, images: () => [image], ...answers });
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
  await expect(page.getByText('Kingston').first()).toBeVisible();
  return door;
}

async function pickTwo(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: /^Write several at once/ }).check();
  await page.getByRole('checkbox', { name: /SanDisk/ }).press('Space');
  await page.getByRole('checkbox', { name: /Kingston/ }).press('Space');
}

async function writeTwo(page: Page, door: ScriptedDoor) {
  await pickTwo(page);
  await page.getByRole('button', { name: 'Write to 2 drives…' }).click();
  await page.getByRole('button', { name: 'Erase 2 drives and write' }).click();
  return door.run('writeSticks');
}

function row(page: Page, name: string) {
  return page.getByRole('list', { name: 'Sticks' }).locator(':scope > li').filter({ hasText: name });
}

test.describe('several sticks', () => {
  test('none is chosen beforehand, one that is pulled out is not chosen any more, and one alone is written as one', async ({
    page,
  }) => {
    const door = await openDrives(page);
    await page.getByRole('radio', { name: /SanDisk/ }).check();
    await page.getByRole('checkbox', { name: /^Write several at once/ }).check();
    await expect(page.getByRole('radio')).toHaveCount(0);
    for (const name of [/SanDisk/, /Kingston/])
      await expect(page.getByRole('checkbox', { name })).not.toBeChecked();
    await expect(page.getByRole('button', { name: 'Write…' })).toBeDisabled();
    await page.getByRole('checkbox', { name: /SanDisk/ }).check();
    await page.getByRole('checkbox', { name: /Kingston/ }).check();
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [systemDrive, secondStick] });
    await expect(
      page.locator('.notice').getByText('SanDisk Ultra 32 GB was unplugged. The others stay chosen.'),
    ).toBeVisible();
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
    await expect(page.getByRole('checkbox', { name: /SanDisk/ })).not.toBeChecked();
    await page.getByRole('button', { name: /^Write to Kingston/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Erase Kingston/ })
      .click();
    expect((await door.run('writeStick')).input).toMatchObject({ driveId: 'kingston' });
  });

  test('the question names each of them and what will be lost; Enter erases nothing', async ({ page }) => {
    const door = await openDrives(page);
    await pickTwo(page);
    await page.getByRole('button', { name: 'Write to 2 drives…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase 2 drives?' });
    for (const text of ['SanDisk Ultra 32 GB', '/dev/sdb', '“HOLIDAY”', 'Kingston DataTraveler', '/dev/sdc'])
      await expect(dialog).toContainText(text);
    await expect(dialog).toContainText('Each stick also gets a name of its own (attic-01 and so on)');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    expect(door.requests.some((one) => one.kind === 'start' && one.name === 'writeSticks')).toBe(false);
  });

  test('each has its own progress and its own end, and one that fails does not hide the other', async ({
    page,
  }) => {
    const door = await openDrives(page);
    const run = await writeTwo(page, door);
    expect(run.input).toEqual({ imageId: 'image-1', driveIds: ['sandisk', 'kingston'], recipe });
    const progress = {
      kind: 'progress' as const,
      phase: 'write' as const,
      bytes: image.bytes / 2,
      total: image.bytes,
      bytesPerSecond: 24_100_000,
      remainingMillis: 38_000,
    };
    await run.tell(
      { drive: 0, event: progress },
      { drive: 1, event: { ...progress, bytes: image.bytes / 4 } },
    );
    await expect(row(page, 'SanDisk')).toContainText('Writing: 50 % of 1.28 GB, 24.1 MB/s');
    await expect(row(page, 'Kingston').getByRole('progressbar')).toHaveAttribute('value', '0.25');
    await run.tell({ drive: 1, outcome: failed(writeFailure) });
    await expect(row(page, 'Kingston').getByRole('alert')).toContainText('The drive stopped taking data.');
    await expect(row(page, 'SanDisk')).toContainText('Writing: 50 %');
    await expect(page.getByRole('button', { name: /^Drive 0 of 2 verified \(running\)/ })).toBeVisible();
    const receipt = { ...receiptOf(stick), slot: slotOf('attic-01') };
    await run.finish([done(receipt), failed(writeFailure)]);
    await expect(page.getByRole('heading', { name: '1 of 2 sticks are verified, 1 is not' })).toBeVisible();
    await expect(row(page, 'SanDisk')).toContainText('Verified');
    await expect(row(page, 'SanDisk')).toContainText('Its name is attic-01');
    await expect(
      page.getByRole('button', { name: /^Drive 1 of 2 verified \(has a problem\)/ }),
    ).toBeVisible();
    await page.getByRole('button', { name: 'Back to the drives' }).click();
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
    await expect(page.getByRole('radio', { name: /SanDisk/ })).not.toBeChecked();
  });

  test('the machines of all of them are named and waited for', async ({ page }) => {
    const door = await openDrives(page);
    const run = await writeTwo(page, door);
    const receipts = [stick, secondStick].map((drive, at) =>
      done({ ...receiptOf(drive), slot: slotOf(`attic-0${at + 1}`) }),
    );
    await run.finish(receipts);
    await goTo(page, 'Boot');
    for (const name of ['attic-01', 'attic-02']) {
      await expect(page.getByText(`ssh root@${name}.local`, { exact: true })).toBeVisible();
      await expect(page.getByRole('button', { name: `Copy the ssh command for ${name}` })).toBeVisible();
    }
    await expect(page.getByText(`Its host key is ${slotOf('attic-01').hostKey}`)).toHaveCount(2);
    await page.getByRole('button', { name: 'Find the machine' }).click();
    const search = await door.run('findMachines');
    await search.tell({ kind: 'machine', machine: { ...attic, name: 'attic-02' } });
    await expect(page.getByText('Not seen yet: attic-01')).toBeVisible();
    await search.tell({ kind: 'machine', machine: { ...attic, name: 'attic-01' } });
    await expect(page.getByText('2 machines found, still looking…')).toBeVisible();
    await expect(page.getByText('Not seen yet')).toHaveCount(0);
  });

  test('that got nothing of their own say so, each', async ({ page }) => {
    const door = await openDrives(page);
    const run = await writeTwo(page, door);
    await run.finish([done(receiptOf(stick)), done(receiptOf(secondStick))]);
    for (const name of ['SanDisk', 'Kingston'])
      await expect(row(page, name)).toContainText('It holds the image alone');
    await goTo(page, 'Boot');
    // Without slots of their own both start the same machine.
    await expect(page.getByText('ssh root@attic.local', { exact: true })).toHaveCount(1);
  });

  test('cancelling says of each that is not finished that it was stopped', async ({ page }) => {
    const door = await openDrives(page);
    const run = await writeTwo(page, door);
    await run.tell({ drive: 0, outcome: done(receiptOf(stick)) });
    door.lingers = true;
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name: 'Stopping…' })).toBeDisabled();
    await run.fail(cancelled);
    await expect(row(page, 'SanDisk')).toContainText('Verified');
    await expect(row(page, 'Kingston')).toContainText(cancelled.title);
  });
});

test.describe('a finished stick', () => {
  async function ask(page: Page) {
    await page.getByRole('radio', { name: /SanDisk/ }).check();
    await page.getByRole('button', { name: 'Change this stick…' }).click();
    return page.getByRole('dialog', { name: 'Change what is on SanDisk Ultra 32 GB?' });
  }
  const confirm = { name: 'Change SanDisk Ultra 32 GB', exact: true };

  test('is changed without a new image, after it was said what becomes new', async ({ page }) => {
    // No image is needed for it.
    const door = await openDrives(page, { images: () => [] });
    const dialog = await ask(page);
    await expect(dialog).toContainText('The stick gets the name attic, a host key of its own and 1 key');
    await expect(dialog).toContainText('The image stays as it is');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await ask(page);
    await page.getByRole('button', confirm).click();
    const run = await door.run('personaliseStick');
    expect(run.input).toEqual({ driveId: 'sandisk', recipe });
    await run.tell({ kind: 'phase', phase: 'write' });
    await expect(page.getByRole('heading', { name: 'Changing SanDisk Ultra 32 GB' })).toBeVisible();
    await expect(page.getByRole('progressbar', { name: 'Writing' })).toBeVisible();
    await run.tell({ kind: 'phase', phase: 'verify' });
    await run.finish(personalised);
    await expect(page.getByRole('heading', { name: 'SanDisk Ultra 32 GB was changed' })).toBeVisible();
    const made = page.getByRole('region', { name: 'On this stick alone' });
    await expect(made.getByText(personalised.slot.hostKey, { exact: true })).toBeVisible();
    await expect(made).toContainText('wifi/Attic.nmconnection');
    await goTo(page, 'Boot');
    await expect(page.getByText('ssh root@attic.local', { exact: true })).toBeVisible();
  });

  test('that has no place for secrets says so, and one that was stopped does too', async ({ page }) => {
    const door = await openDrives(page);
    await ask(page);
    await page.getByRole('button', confirm).click();
    await (await door.run('personaliseStick')).fail(noSlot);
    await expect(page.getByRole('heading', { name: 'The secrets could not be changed' })).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('This image has no place for secrets.');
    await page.getByRole('button', { name: 'Back to the drives' }).click();
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
    await ask(page);
    await page.getByRole('button', confirm).click();
    await door.run('personaliseStick');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('heading', { name: 'Changing was stopped' })).toBeVisible();
  });
});

test.describe('sticks made before', () => {
  const receipts = () => [
    { ...receiptOf(stick), slot: slotOf('attic') },
    { ...receiptOf({ ...secondStick, serial: 'ANOTHER' }, 'verify'), finishedAt: '2026-11-20T10:00:00Z' },
    {
      ...receiptOf(secondStick),
      image: { ...receiptOf(secondStick).image, sha256: '0'.repeat(64), fileName: olderImage.fileName },
      finishedAt: '2026-11-19T10:00:00Z',
    },
  ];

  test('are listed with what is known of them, and one that is plugged in is verified again', async ({
    page,
  }) => {
    const door = await openDrives(page, { receipts });
    const made = page.getByRole('list', { name: 'Receipts' }).getByRole('listitem');
    await expect(made).toHaveCount(3);
    await expect(made.nth(0)).toContainText('SanDisk Ultra 32 GB');
    await expect(made.nth(0)).toContainText('nixos-attic.iso');
    await expect(made.nth(0)).toContainText(slotOf('attic').hostKey);
    await expect(made.nth(0)).toContainText('written at 13.1 MB/s, read back at 31.3 MB/s');
    await expect(made.nth(1)).toContainText('Plug it in to verify it again.');
    await expect(made.nth(2)).toContainText('Its image is not kept any more');
    await expect(page.getByRole('button', { name: /^Verify .* again$/ })).toHaveCount(1);
    await page.getByRole('button', { name: 'Verify SanDisk Ultra 32 GB again' }).press('Enter');
    expect((await door.run('verifyStick')).input).toEqual({ imageId: 'image-1', driveId: 'sandisk' });
  });

  test('are waited for by the name and host key that they have, once they are verified again', async ({
    page,
  }) => {
    const door = await openDrives(page, {
      receipts: () => [{ ...receiptOf(stick), slot: slotOf('attic-02') }],
    });
    await page.getByRole('button', { name: 'Verify SanDisk Ultra 32 GB again' }).click();
    await (await door.run('verifyStick')).finish(receiptOf(stick, 'verify'));
    await expect(page.getByRole('heading', { name: 'Your stick is ready' })).toBeVisible();
    await goTo(page, 'Boot');
    await expect(page.getByText('ssh root@attic-02.local', { exact: true })).toBeVisible();
    await expect(page.getByText(slotOf('attic-02').hostKey).first()).toBeVisible();
  });

  test('none yet, or not to be read: both are said', async ({ page }) => {
    let unreadable = true;
    const why = problem('receipts-unreadable', 'The receipts can not be read.', {
      remedy: 'Look at the folder.',
    });
    await openDrives(page, { receipts: () => (unreadable ? Promise.reject(why) : []) });
    await expect(page.getByText('The receipts can not be read.')).toBeVisible();
    unreadable = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('None yet. Each stick that is written leaves a receipt here.')).toBeVisible();
  });
});
