/** Opens the built window in Chromium, with the headers of the real hosts, over a scripted door. */
import path from 'node:path';
import type { Page } from '@playwright/test';
import { contentPolicy, pageHeaders, readPageFile } from '../../src/main/page.ts';
import { scriptDoor, type Answers, type ScriptedDoor } from './scripted-door.ts';
import { ordinaryWorld } from './world.ts';

/** Nobody is asked for this name: every request is answered from the folder below. */
export const address = 'https://nixburn.test';
export const renderer = path.join(import.meta.dirname, '../../dist/renderer');

/** Answers every request of the page with the window's own files, and nothing else. */
export async function servePage(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    const file = url.origin === address ? await readPageFile(renderer, url.pathname) : undefined;
    if (file === undefined) return route.fulfill({ status: 404, body: 'There is no such file.' });
    const headers = pageHeaders(file.type, contentPolicy("'self'"));
    return route.fulfill({ body: file.body, headers });
  });
}

/** The window at its first screen. `change` replaces answers before the page asks for anything. */
export async function openWindow(page: Page, change: Partial<Answers> = {}): Promise<ScriptedDoor> {
  const door = await scriptDoor(page, { ...ordinaryWorld(), ...change });
  await servePage(page);
  await page.goto(address);
  return door;
}

/** Opens a station through the rail. */
export async function goTo(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Stations' }).getByRole('button', { name: title }).click();
}
