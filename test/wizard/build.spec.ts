/** Station 5: what is missing first, then phases and log, then the image or the reason why there is none. */
import { cancelled } from '../../src/shared/problem.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { buildFailure, emptyRecipe, image, laptopKey, withoutNix } from './world.ts';

const recipe = { ...emptyRecipe, keys: [laptopKey.line] };
const ready = { emptyRecipe: () => recipe };

test('nothing is built from a recipe that is not complete, and the way to mend it is one press', async ({
  page,
}) => {
  await openWindow(page);
  await goTo(page, 'Build');
  await expect(page.getByRole('button', { name: 'Build the image' })).toBeDisabled();
  await expect(page.getByText('Nobody could log in.')).toBeVisible();
  await page.getByRole('button', { name: 'Go to Keys' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Who may log in?' })).toBeFocused();
});

test('a failed preflight line shows its remedy and stops the build until it is mended', async ({ page }) => {
  const door = await openWindow(page, { ...ready, preflight: () => withoutNix });
  await goTo(page, 'Build');
  await expect(page.getByText('Install it, then check again.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy the command' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Build the image' })).toBeDisabled();
  door.answers.preflight = () => [{ id: 'nix', title: 'Nix 2.31 is installed', state: 'ok' }];
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(page.getByText('Nix 2.31 is installed')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Build the image' })).toBeEnabled();
});

test('a build shows its phases, an honest bar and its log, and ends in the image', async ({ page }) => {
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  expect(run.input).toEqual(recipe);
  await run.tell({ kind: 'phase', phase: 'flake' }, { kind: 'phase', phase: 'evaluate' });
  const bar = page.getByRole('progressbar');
  await expect(bar).not.toHaveAttribute('value');
  await run.tell({ kind: 'progress', phase: 'fetch', fraction: 0.25, label: 'git-2.52.0' });
  await expect(bar).toHaveAttribute('value', '0.25');
  await expect(page.getByRole('list', { name: 'Phases' }).locator('[aria-current=step]')).toHaveText('Fetch');
  await expect(page.getByRole('button', { name: /^Build Fetch \(running\)/ })).toBeVisible();
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('Building: Fetch');
  await run.tell({
    kind: 'progress',
    phase: 'fetch',
    fraction: 0.5,
    label: 'git-2.52.0',
    bytesPerSecond: 11_400_000,
    remainingMillis: 172_000,
  });
  await expect(page.getByText('git-2.52.0 · 11.4 MB/s')).toBeVisible();
  await expect(page.getByText('about 3 min left')).toBeVisible();
  await run.tell({ kind: 'phase', phase: 'build' }, { kind: 'log', line: "building '/nix/store/x.drv'..." });
  await expect(page.getByText('about 3 min left')).toBeHidden();
  await expect(bar).not.toHaveAttribute('value');
  await expect(page.getByLabel('Lines of the log')).toContainText("building '/nix/store/x.drv'...");
  await run.finish(image);
  await expect(page.getByText(image.sha256)).toBeVisible();
  await expect(page.getByText('1.28 GB')).toBeVisible();
  await expect(page.getByText(image.path)).toBeVisible();
  await page.getByRole('button', { name: 'Next: Drive' }).click();
  await expect(page.getByRole('region', { name: 'Image' })).toContainText(/nixos-attic\.iso.*1\.28 GB/);
});

test('a log of two hundred thousand lines stays small in the window and follows its end', async ({
  page,
}) => {
  // A busy computer needs a while for this many; how fast they are shown is measured by the bench.
  test.slow();
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  for (let batch = 0; batch < 100; batch += 1) {
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${batch * 2000 + index}`);
    await run.tell(...lines.map((line) => ({ kind: 'log' as const, line })));
  }
  const log = page.getByLabel('Lines of the log');
  await expect(log).toContainText('line 199999', { timeout: 60_000 });
  await expect(page.getByRole('status').filter({ hasText: 'of 200,000 lines' })).toContainText(
    'the last 10,0',
  );
  const kept = await log.evaluate((one) => one.textContent.trim().split('\n').length);
  expect(kept).toBeGreaterThanOrEqual(10_000);
  expect(kept).toBeLessThan(10_100);
  const fromEnd = () => log.evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
  await expect.poll(fromEnd).toBeLessThan(2);
  await expect(page.getByRole('checkbox', { name: 'Follow' })).toBeChecked();

  await log.evaluate((one) => one.scrollTo(0, 0));
  await expect(page.getByRole('checkbox', { name: 'Follow' })).not.toBeChecked();
  await run.tell({ kind: 'log', line: 'line 200000' });
  await expect(log).toContainText('line 200000');
  expect(await log.evaluate((one) => one.scrollTop)).toBe(0);
  await page.getByRole('checkbox', { name: 'Follow' }).check();
  await expect.poll(fromEnd).toBeLessThan(2);
});

test('the log goes on being followed where the window or the words above it change its height', async ({
  page,
}) => {
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index}`);
  await run.tell(...lines.map((line) => ({ kind: 'log' as const, line })));
  const log = page.locator('.log-lines');
  await expect(log).toContainText('line 199');
  const fromEnd = () => log.evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
  for (const [width, height] of [
    [1180, 900],
    [960, 640],
    [1180, 760],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(fromEnd).toBeLessThan(2);
  }
  for (const language of ['de', 'fr', 'en']) {
    await page.locator('.language select').selectOption(language);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect.poll(fromEnd).toBeLessThan(2);
  }
  await expect(page.getByRole('checkbox', { name: 'Follow' })).toBeChecked();
});

test('the log is searched as you type, without regard to case, and keeps being searched while it grows', async ({
  page,
}) => {
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  const lines = ['copying path openssh', 'building GIT', 'copying path vim', 'git: done'];
  await run.tell(...lines.map((line) => ({ kind: 'log' as const, line })));
  const log = page.getByLabel('Lines of the log');
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('git');
  await expect(page.getByText('2 lines', { exact: true })).toBeVisible();
  await expect(log).toHaveText('building GIT git: done');
  await expect(log.locator('mark')).toHaveText(['GIT', 'git']);
  await run.tell({ kind: 'log', line: 'digit' }, { kind: 'log', line: 'other' });
  await expect(page.getByText('3 lines', { exact: true })).toBeVisible();
  await run.fail(buildFailure);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The build failed');
  await expect(page.getByText('3 lines', { exact: true })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('emacs');
  await expect(log).toHaveText('No line holds “emacs”.');
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('');
  await expect(log).toContainText('copying path vim');
});

test('the whole log that is kept can be copied, also while only a part of it is shown', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  await run.tell({ kind: 'log', line: 'one' }, { kind: 'log', line: 'two' });
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('two');
  await page.getByRole('button', { name: 'Copy the log' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('one\ntwo');
});

test('the title of the window says how far the build is', async ({ page }) => {
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await expect(page).toHaveTitle('Nixburn');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  await run.tell({ kind: 'progress', phase: 'fetch', fraction: 0.62, label: 'git' });
  await expect(page).toHaveTitle('62 % Fetch – Nixburn');
  await run.finish(image);
  await expect(page).toHaveTitle('Nixburn');
});

test('the phases that are over say how long they took', async ({ page }) => {
  await page.clock.setFixedTime('2026-11-24T10:00:00Z');
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  const phase = (title: string) =>
    page.getByRole('list', { name: 'Phases' }).getByRole('listitem').filter({ hasText: title });
  await run.tell({ kind: 'phase', phase: 'evaluate' });
  await expect(phase('Evaluate')).toHaveText('Evaluate');
  await page.clock.setFixedTime('2026-11-24T10:01:30Z');
  await run.tell({ kind: 'phase', phase: 'build' });
  await expect(phase('Evaluate')).toContainText('1 min 30 s');
  await expect(phase('Fetch')).toHaveText('Fetch, finished');
});

test('Cancel says that it is stopping, and a stopped build is no failure', async ({ page }) => {
  const door = await openWindow(page, ready);
  door.lingers = true;
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  const run = await door.run('build');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: 'Stopping…' })).toBeDisabled();
  await expect.poll(() => run.cancelled).toBe(true);
  await run.fail(cancelled);
  await expect(page.getByRole('heading', { level: 1, name: 'The build was stopped' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Build again' })).toBeEnabled();
});

test('a failure says what happened, why and what to do, with the raw text one click away', async ({
  page,
}) => {
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  await (await door.run('build')).fail(buildFailure);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(buildFailure.title);
  await expect(alert).toContainText(buildFailure.detail);
  await expect(alert).toContainText(buildFailure.remedy);
  await expect(alert.getByText("attribute 'vimm' missing")).toBeHidden();
  await alert.getByText('Technical details').click();
  await expect(alert.getByText("attribute 'vimm' missing")).toBeVisible();
});

test('a recipe that changes after the build says so', async ({ page }) => {
  const door = await openWindow(page, ready);
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
  await (await door.run('build')).finish(image);
  await expect(page.getByRole('button', { name: /^Build nixos-attic.iso \(done\)/ })).toBeVisible();
  await goTo(page, 'Network');
  await page.getByLabel('Host name').fill('cellar');
  await expect(page.getByRole('button', { name: /^Build Recipe changed \(ready\)/ })).toBeVisible();
  await goTo(page, 'Build');
  await expect(page.getByRole('heading', { level: 1, name: 'The recipe has changed' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Build again' })).toBeEnabled();
});
