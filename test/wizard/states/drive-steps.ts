/** What a person does among the drives until a stick is written: the states on this way, and after it, start from it. */
import type { Page } from '@playwright/test';
import type { StickEvent } from '../../../src/shared/contract.ts';
import type { ScriptedDoor } from '../scripted-door.ts';
import { goTo } from '../window.ts';
import * as world from '../world.ts';

/** Opens the station, where the system drive, a stick that is too small and two that will do are put in. */
export async function watch(page: Page, door: ScriptedDoor): Promise<void> {
  await goTo(page, 'Drive');
  const run = await door.run('watchDrives');
  await run.tell({ kind: 'drives', drives: [world.systemDrive, world.secondStick, world.tinyStick] });
  await page.getByText('Kingston').waitFor();
  await run.tell({
    kind: 'drives',
    drives: [world.systemDrive, world.stick, world.secondStick, world.tinyStick],
  });
  await page.getByText('SanDisk').waitFor();
}

/** Chooses one of the sticks. */
export async function pick(page: Page, door: ScriptedDoor): Promise<void> {
  await watch(page, door);
  await page.getByRole('radio', { name: /SanDisk/ }).check();
}

/** Switches practice on and chooses its stick. */
export async function pickPractice(page: Page, door: ScriptedDoor): Promise<void> {
  await goTo(page, 'Drive');
  await page.getByRole('switch').click();
  await page.getByRole('switch', { checked: true }).waitFor();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [world.practice, world.systemDrive] });
  await page.getByRole('radio', { name: /^Practice stick/ }).check();
}

/** Writes the image to a stick, as far as the run. */
export async function write(page: Page, door: ScriptedDoor): Promise<void> {
  await pick(page, door);
  await page.getByRole('button', { name: 'Write to SanDisk' }).click();
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
}

/** Writes the image and its secrets to a stick, to the end. */
export async function written(page: Page, door: ScriptedDoor): Promise<void> {
  await write(page, door);
  const receipt = { ...world.receiptOf(world.stick), slot: world.slotOf('attic') };
  await (await door.run('writeStick')).finish(receipt);
  await page.getByRole('heading', { name: 'Verified' }).waitFor();
}

/** Chooses two of the sticks. */
export async function pickTwo(page: Page, door: ScriptedDoor): Promise<void> {
  await watch(page, door);
  await page.getByRole('checkbox', { name: /^Write several/ }).check();
  await page.getByRole('checkbox', { name: /SanDisk/ }).check();
  await page.getByRole('checkbox', { name: /Kingston/ }).check();
}

/** Writes the image to two sticks, as far as the run. */
export async function writeTwo(page: Page, door: ScriptedDoor) {
  await pickTwo(page, door);
  await page.getByRole('button', { name: 'Write to 2 drives…' }).click();
  await page.getByRole('button', { name: 'Erase 2 drives and write' }).click();
  return door.run('writeSticks');
}

/** What a run tells until `upTo`, from 0 to 1, of the image has gone by. */
export function speeds(phase: 'write' | 'verify', upTo: number): StickEvent[] {
  const total = world.image.bytes;
  return Array.from({ length: 60 }, (_, index) => ({
    kind: 'progress',
    phase,
    bytes: Math.round((total * upTo * (index + 1)) / 60),
    total,
    bytesPerSecond: 24_000_000 + 6_000_000 * Math.sin(index / 4) - (index % 17 === 0 ? 11_000_000 : 0),
    remainingMillis: 38_000,
  }));
}
