/** The window that is tested is the one that ships, whoever built it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './test.ts';
import { openWindow, renderer } from './window.ts';

test('the window has nothing in it that is for developers alone', async ({ page }) => {
  await openWindow(page);
  const script = await page.locator('script[src]').getAttribute('src');
  const text = await readFile(path.join(renderer, String(script)), 'utf8');
  expect(text).toContain('Who may log in?');
  expect(text).not.toContain('Download the React DevTools');
});
