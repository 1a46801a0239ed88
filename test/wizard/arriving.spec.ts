/** Station 6: an image that is written while it arrives from a builder, from the choice to the receipt. */
import { cancelled } from '../../src/shared/problem.ts';
import { buildingWorld, workshop } from './building-world.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { buildFailure, emptyRecipe, laptopKey, receiptOf, secondStick, slotOf, stick } from './world.ts';

const recipe = { ...emptyRecipe, name: 'attic', keys: [laptopKey.line] };
const answers = (chosen: string) => ({
  emptyRecipe: () => recipe,
  ...buildingWorld({ builders: [workshop], chosen }),
});
const offer = 'Build it now and write it while it arrives';

test.describe('from a builder', () => {
  test('it is built, written and verified in one go, and the drive is not touched before it is built', async ({
    page,
  }) => {
    const door = await openWindow(page, answers(workshop.name));
    await goTo(page, 'Drive');
    await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick, secondStick] });
    await page.getByRole('radio', { name: /SanDisk/ }).check();
    await expect(page.getByText('Build an image first.')).toBeVisible();
    await page.getByRole('checkbox', { name: offer }).check();
    await expect(page.getByRole('checkbox', { name: 'Write several at once' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Build and write to SanDisk Ultra 32 GB…' }).click();
    await expect(page.getByRole('dialog')).toContainText(
      'The drive is not touched before the image is built.',
    );
    await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
    const run = await door.run('makeStick');
    expect(run.input).toEqual({ driveId: 'sandisk', recipe });
    await expect(page.getByRole('heading', { name: 'Building the image' })).toBeVisible();
    await run.tell(
      { kind: 'phase', phase: 'build' },
      { kind: 'note', text: 'Nix 2.8 is old.' },
      { kind: 'progress', phase: 'build', fraction: 0.4, label: 'linux' },
    );
    await expect(page.getByRole('button', { name: /^Drive Build 40 % \(running\)/ })).toBeVisible();
    await run.tell(
      { kind: 'stick', event: { kind: 'phase', phase: 'write' } },
      {
        kind: 'stick',
        event: {
          kind: 'progress',
          phase: 'write',
          bytes: 500,
          total: 1000,
          bytesPerSecond: 10_000_000,
          remainingMillis: null,
        },
      },
    );
    await expect(page.getByRole('button', { name: /^Drive Write 50 % \(running\)/ })).toBeVisible();
    await expect(page.getByText('Nix 2.8 is old.')).toBeVisible();
    await run.finish({ ...receiptOf(stick), slot: slotOf('attic') });
    await expect(page.getByRole('heading', { name: 'Verified' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'On this stick alone' })).toBeVisible();
  });

  for (const [what, problem] of [
    ['that fails', buildFailure],
    ['that is stopped', cancelled],
  ] as const)
    test(`a build ${what} leaves the stick as it was, and says so`, async ({ page }) => {
      const door = await openWindow(page, answers(workshop.name));
      await goTo(page, 'Drive');
      await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick] });
      await page.getByRole('radio', { name: /SanDisk/ }).check();
      await page.getByRole('checkbox', { name: offer }).check();
      await page.getByRole('button', { name: /^Build and write to SanDisk/ }).click();
      await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
      await (await door.run('makeStick')).fail(problem);
      await expect(page.getByText('Nothing on the stick was changed.')).toBeVisible();
    });
});

test('on this computer it is not offered: the image lies in the Nix store anyway', async ({ page }) => {
  const door = await openWindow(page, answers('here'));
  await goTo(page, 'Drive');
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [stick] });
  await expect(page.getByRole('radio', { name: /SanDisk/ })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: offer })).toHaveCount(0);
});
