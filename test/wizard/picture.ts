/** A state of the window so still that its picture is the same on every day and every computer with these fonts. */
import type { BrowserContextOptions, Page } from '@playwright/test';
import type { ScriptedDoor } from './scripted-door.ts';
import type { State } from './states/state.ts';
import { openWindow } from './window.ts';

/** What a page must be opened with, beside the size and the theme. */
export const stillContext = {
  reducedMotion: 'reduce',
  locale: 'en-GB',
  timezoneId: 'UTC',
} satisfies BrowserContextOptions;

/** What Chromium must be started with: letters drawn the same whatever the screen and the system's settings are. */
export const stillArguments = ['--disable-lcd-text', '--font-render-hinting=none', '--disable-gpu'];

/** Brings a state about and waits until nothing in it moves any more. */
export async function openStill(page: Page, state: State): Promise<ScriptedDoor> {
  // Durations are counted from a clock that stands still.
  await page.clock.setFixedTime('2026-11-24T10:00:00Z');
  const door = await openWindow(page, state.answers);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await state.arrange?.(page, door);
  await page.clock.setFixedTime('2026-11-24T10:01:14Z');
  for (const elapsed of await page.locator('.elapsed').all())
    await elapsed.filter({ hasText: '1 min 14 s' }).waitFor();
  // Nothing under the pointer.
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  return door;
}
