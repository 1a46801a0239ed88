/**
 * The two hands that a person may use the window with: the keyboard alone, or the mouse. What is done on a screen is
 * written down once and gone with each. The keyboard never clicks, and never puts the focus anywhere but with a key.
 */
import type { Locator, Page } from '@playwright/test';
import { expect } from './test.ts';

export interface Hand {
  /** Uses a button, a summary or a checkbox once. */
  press(control: Locator): Promise<void>;
  /** Takes one of a group of radio buttons. */
  pick(radio: Locator): Promise<void>;
  /** Puts text in place of what is in a field. Letters are typed with either hand. */
  type(field: Locator, text: string): Promise<void>;
  /** Chooses in a list that unfolds. */
  choose(list: Locator, words: string): Promise<void>;
}

/** Runs in the page: everything that Tab has to stop at, in the order of reading; of a group of radio buttons only one. */
export function tabStops(): HTMLElement[] {
  const wanted = 'button, input, select, textarea, summary, [tabindex="0"]';
  const within = document.querySelector('dialog:modal') ?? document;
  const stops = [...within.querySelectorAll<HTMLElement>(wanted)].filter(
    (one) => !one.matches(':disabled, [type=file]') && one.checkVisibility(),
  );
  return stops.filter((one) => {
    if (!one.matches('[type=radio]')) return true;
    const group = stops.filter((other) => other.getAttribute('name') === one.getAttribute('name'));
    return one === (group.find((member) => member.matches(':checked')) ?? group[0]);
  });
}

/** Runs in the page: how many times Tab leads from what has the focus to a control; below 0: Shift+Tab. */
function tabsTo(control: Element, stops: Element[]): number {
  const active = document.activeElement ?? document.body;
  const from = stops.indexOf(active);
  const to = stops.indexOf(control);
  if (from >= 0 || active === document.body) return to - from;
  // What has the focus without being a stop, such as a heading, lies between two of them.
  const before = stops.filter(
    (one) => (active.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING) !== 0,
  ).length;
  return to < before ? to - before : to - before + 1;
}

const isFocused = (control: Locator): Promise<boolean> =>
  control.evaluate((one) => one === document.activeElement);

/**
 * Presses Tab, or Shift+Tab where that is the shorter way, until a control has the focus. How often is counted ahead
 * rather than asked after every press, which would take most of a test's time.
 */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  await control.waitFor();
  // Where the focus was taken away with its button, the first Tab goes on from there, which nobody can count.
  for (let tries = 0; tries < 5 && !(await isFocused(control)); tries += 1) {
    const stops = await page.evaluateHandle<HTMLElement[]>(`(${String(tabStops)})()`);
    const presses = await control.evaluate(tabsTo, stops);
    await stops.dispose();
    const key = presses < 0 ? 'Shift+Tab' : 'Tab';
    for (let pressed = 0; pressed < Math.abs(presses); pressed += 1) await page.keyboard.press(key);
  }
  await expect(control).toBeFocused();
}

/** Keys alone. */
export function keyboard(page: Page): Hand {
  return {
    async press(control) {
      await tabTo(page, control);
      const isBox = await control.evaluate((one) => one.matches('[type=checkbox]'));
      await page.keyboard.press(isBox ? 'Space' : 'Enter');
    },
    async pick(radio) {
      // Tab stops at one of the group, and arrows go through it.
      const name = (await radio.getAttribute('name')) ?? '';
      const group = page.locator(`[type=radio][name="${name}"]`);
      const checked = group.and(page.locator(':checked'));
      await tabTo(page, (await checked.count()) > 0 ? checked : group.first());
      if ((await checked.count()) === 0) await page.keyboard.press('Space');
      for (let presses = await group.count(); presses > 1 && !(await isFocused(radio)); presses -= 1)
        await page.keyboard.press('ArrowDown');
      await expect(radio).toBeChecked();
    },
    async type(field, text) {
      await tabTo(page, field);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    },
    async choose(list, words) {
      await tabTo(page, list);
      await page.keyboard.type(words);
      await expect(list.locator('option:checked')).toHaveText(words);
    },
  };
}

/** The pointer for everything but letters. */
export function mouse(page: Page): Hand {
  return {
    press: (control) => control.click(),
    pick: (radio) => radio.click(),
    async type(field, text) {
      await field.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    },
    async choose(list, words) {
      await list.selectOption({ label: words });
    },
  };
}
