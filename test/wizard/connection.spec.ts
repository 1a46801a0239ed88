/** In a browser the window speaks through a socket: it says when that is gone, and comes back with what was chosen. */
import type { WebSocketRoute } from '@playwright/test';
import type { CallName, Request } from '../../src/shared/contract.ts';
import { expect, test } from './test.ts';
import { address, servePage } from './window.ts';
import { emptyRecipe, laptopKey, ordinaryWorld } from './world.ts';

test('a lost connection is said at once, stops what ran, and is found again with the recipe kept', async ({
  page,
}) => {
  const answers = { ...ordinaryWorld(), emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) };
  const sockets: WebSocketRoute[] = [];
  await servePage(page);
  await page.routeWebSocket('wss://nixburn.test/door', (socket) => {
    sockets.push(socket);
    socket.onMessage((message) => {
      const request = JSON.parse(String(message)) as Request;
      if (request.kind !== 'call') return;
      const value = (answers[request.name as CallName] as (input: unknown) => unknown)(request.input);
      socket.send(JSON.stringify({ kind: 'answer', id: request.id, outcome: { ok: true, value } }));
    });
  });
  await page.goto(address);
  await page.getByRole('button', { name: 'Network' }).click();
  await page.getByLabel('Host name').fill('attic');
  await page.getByRole('button', { name: /^Build / }).click();
  await page.getByRole('button', { name: 'Build the image' }).click();
  await expect(page.getByRole('heading', { name: 'Building the image' })).toBeVisible();

  await sockets.at(-1)?.close();
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('Connection lost');
  await expect(page.getByRole('heading', { name: 'The build failed' })).toBeVisible();
  await expect(page.getByRole('alert').first()).toContainText('The connection to Nixburn was lost.');

  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('Nothing is running');
  expect(sockets.length).toBe(2);
  await expect(page.getByRole('button', { name: 'Build again' })).toBeEnabled();
  await page.getByRole('button', { name: /^Network attic/ }).click();
  await expect(page.getByLabel('Host name')).toHaveValue('attic');
});

test('a program that is not there at the start is waited for', async ({ page }) => {
  const answers = ordinaryWorld();
  let there = false;
  await servePage(page);
  await page.routeWebSocket('wss://nixburn.test/door', (socket) => {
    if (!there) return void socket.close();
    socket.onMessage((message) => {
      const request = JSON.parse(String(message)) as Request;
      if (request.kind !== 'call') return;
      const value = (answers[request.name as CallName] as (input: unknown) => unknown)(request.input);
      socket.send(JSON.stringify({ kind: 'answer', id: request.id, outcome: { ok: true, value } }));
    });
  });
  await page.goto(address);
  await expect(page.getByRole('alert')).toContainText('The connection to Nixburn was lost.');
  there = true;
  await expect(page.getByRole('heading', { name: 'Who may log in?' })).toBeVisible();
});

test('what was changed while nobody was there is kept as soon as somebody is', async ({ page }) => {
  const answers = ordinaryWorld();
  const kept: string[] = [];
  const sockets: WebSocketRoute[] = [];
  let there = true;
  await servePage(page);
  await page.routeWebSocket('wss://nixburn.test/door', (socket) => {
    if (!there) return void socket.close();
    sockets.push(socket);
    socket.onMessage((message) => {
      const request = JSON.parse(String(message)) as Request;
      if (request.kind !== 'call') return;
      if (request.name === 'keepUnsavedRecipe')
        kept.push((request.input as { recipe: { name: string } }).recipe.name);
      const value = (answers[request.name as CallName] as (input: unknown) => unknown)(request.input);
      socket.send(JSON.stringify({ kind: 'answer', id: request.id, outcome: { ok: true, value } }));
    });
  });
  await page.goto(address);
  await page.getByRole('button', { name: 'Network' }).click();
  there = false;
  await sockets.at(-1)?.close();
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('Connection lost');
  await page.getByLabel('Host name').fill('attic');
  await expect(page.getByText('Your changes are not being kept.')).toBeVisible();
  there = true;
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('Nothing is running');
  await expect.poll(() => kept).toContain('attic');
  await expect(page.getByText('Your changes are not being kept.')).toBeHidden();
});
