/** Lets axe look at a page. In the page itself: this window has no frames, for which axe's own binding opens pages of its own. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type axe from 'axe-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Puts axe into the page that is open, where `violations` finds it. */
export async function bringAxe(page: Page): Promise<void> {
  await page.evaluate(source);
}

/** What is wrong with the page as it is now: the name of each rule and what breaks it. `rules`: only these. */
export function violations(page: Page, rules?: string[]): Promise<string[]> {
  return page.evaluate(async (only) => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    const found = await run(document, { resultTypes: ['violations'], ...(only && { runOnly: only }) });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
  }, rules);
}
