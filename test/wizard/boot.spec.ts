/** Station 7: machines are listed as they answer, and only the one with the host key of the stick is called recognised. */
import type { Page } from '@playwright/test';
import { failed } from '../../src/shared/problem.ts';
import { attic, findFailure, impostor, starting, stranger } from './reaching-world.ts';
import { inputsOf, type Answers } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';

const find = { name: 'Find the machine' };

async function look(page: Page, answers: Partial<Answers> = {}) {
  const door = await openWindow(page, answers);
  await goTo(page, 'Boot');
  await page.getByRole('button', find).press('Enter');
  return { door, run: await door.run('findMachines') };
}

function machine(page: Page, name: string) {
  return page
    .getByRole('list', { name: 'Machines' })
    .locator(':scope > li')
    .filter({ has: page.getByRole('paragraph').filter({ hasText: new RegExp(`^${name} `) }) });
}

test('nothing is asked before the button is pressed, and machines are listed as they appear', async ({
  page,
}) => {
  const { door, run } = await look(page);
  // What the desktop tells is followed all the time, and asks no network.
  const started = door.requests.flatMap((one) => (one.kind === 'start' ? [one.name] : []));
  expect(started.filter((name) => name !== 'followDesktop')).toEqual(['findMachines']);
  expect(run.input).toEqual({ name: null, sweep: false });
  await expect(page.getByText('The machine appears here as soon as it answers.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop looking' })).toBeFocused();
  await run.tell({ kind: 'note', text: 'Asking for attic.local through eth0 …' });
  await expect(page.getByText('Asking for attic.local through eth0 …')).toBeVisible();
  await run.tell({ kind: 'machine', machine: starting });
  await expect(machine(page, 'garden')).toContainText('not recognised yet');
  await expect(machine(page, 'garden')).toContainText('It answered when its address was tried.');
  await expect(machine(page, 'garden')).toContainText('Wait a minute and try again');
  await expect(machine(page, 'garden').getByRole('button', { name: /^Connect/ })).toHaveCount(0);
  await run.tell({ kind: 'machine', machine: { ...starting, hostKey: 'proven', problem: null } });
  await expect(machine(page, 'garden').getByText('recognised', { exact: true })).toBeVisible();
  await run.tell({ kind: 'machine', machine: attic });
  await expect(page.getByText('2 machines found, still looking…')).toBeVisible();
  await expect(machine(page, 'attic')).toContainText('192.168.1.50');
  await expect(machine(page, 'attic')).toContainText('It announced itself.');
});

test('one with another host key is told apart, and nobody is led to log in there', async ({ page }) => {
  const { run } = await look(page);
  await run.tell({ kind: 'machine', machine: impostor }, { kind: 'machine', machine: stranger });
  const other = machine(page, 'cellar');
  await expect(other.getByText('another host key', { exact: true })).toBeVisible();
  await expect(other).toContainText('What answers at 192.168.1.51 is not cellar.');
  await expect(other).toContainText('Do not log in.');
  await expect(other.getByText(/ssh -o/)).toHaveCount(0);
  await expect(other.getByRole('button', { name: /^Connect/ })).toHaveCount(0);
  await expect(machine(page, 'shed').getByText('unknown host key', { exact: true })).toBeVisible();
});

test('the ssh command of a recognised machine is copied, and the terminal, the check and the ssh configuration are at hand', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { door, run } = await look(page);
  await run.tell({ kind: 'machine', machine: attic });
  await page.getByRole('button', { name: 'Copy the ssh command for attic' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    'ssh -o HostKeyAlias=attic -o StrictHostKeyChecking=yes -l root -- 192.168.1.50',
  );
  await page.getByRole('button', { name: 'Connect to attic' }).press('Enter');
  await expect(page.getByText('Your terminal was opened.')).toBeVisible();
  expect(inputsOf(door, 'openTerminal')).toEqual([{ name: 'attic', address: '192.168.1.50', port: 22 }]);
  await page.getByRole('button', { name: 'Check attic' }).press('Enter');
  await expect(page.getByText('attic answers, and it is the right machine.')).toBeVisible();
  await page.getByRole('button', { name: 'Add attic to your ssh configuration' }).press('Enter');
  await expect(page.getByText('Written into /home/ada/.ssh/config: ssh attic is enough now.')).toBeVisible();
});

test('a check that fails says why and what to do', async ({ page }) => {
  const { problem } = starting;
  const { run } = await look(page, { checkMachine: () => failed(problem ?? findFailure) });
  await run.tell({ kind: 'machine', machine: attic });
  await page.getByRole('button', { name: 'Check attic' }).click();
  await expect(page.getByText('garden is there, but nothing answers SSH.')).toBeVisible();
});

test('the ways to install are offered for a recognised machine, and what erases is marked', async ({
  page,
}) => {
  const { run } = await look(page);
  await run.tell({ kind: 'machine', machine: attic });
  await page.getByText('Install NixOS on it').click();
  await page.getByText('From here, with nixos-anywhere').click();
  await expect(page.getByText(/--flake '\.#attic' --target-host root@192\.168\.1\.50/)).toBeVisible();
  await expect(page.getByText('erases', { exact: true }).first()).toBeVisible();
});

test('looking is stopped by its button and by leaving, and what was found stays', async ({ page }) => {
  const { door, run } = await look(page);
  await run.tell({ kind: 'machine', machine: attic });
  await page.getByRole('button', { name: 'Stop looking' }).press('Enter');
  await expect(page.getByText('1 machine found.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look again' })).toBeFocused();
  expect(run.cancelled).toBe(true);
  await page.getByRole('checkbox', { name: /^Try every address/ }).check();
  await page.getByRole('button', { name: 'Look again' }).click();
  const again = await door.run('findMachines');
  expect(again.input).toEqual({ name: null, sweep: true });
  await again.tell({ kind: 'progress', tried: 127, total: 254 });
  await expect(page.getByRole('progressbar', { name: 'Addresses tried' })).toHaveAttribute('value', '0.5');
  await goTo(page, 'Drive');
  await expect.poll(() => again.cancelled).toBe(true);
});

test('where nobody answers, or the network can not be asked, there are words on what to do', async ({
  page,
}) => {
  const { door, run } = await look(page);
  await run.finish([]);
  await expect(page.getByText('No machine answered.')).toBeVisible();
  await expect(
    page.getByText('Is the machine on, started from the stick, and in the same network?'),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Look again' }).click();
  await (await door.run('findMachines')).fail(findFailure);
  await expect(page.getByText('The network can not be asked.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look again' })).toBeVisible();
});
