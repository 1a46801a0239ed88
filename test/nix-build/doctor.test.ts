/** `nixburn doctor` as people and scripts run it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PreflightLine } from '../../src/shared/contract.ts';
import { makeHome, runCommand, type Home } from '../contract/program.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

test('This computer can build, and each line says what was looked at', async () => {
  const { exit, stdout } = await runCommand(home, ['doctor']);
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^[✓!] Nix 2\.\d+/m);
  expect(stdout).toMatch(/^✓ You may build with Nix$/m);
  // The tests have no network, so no cache is set up: that is said, with the command that mends it.
  expect(stdout).toMatch(/^! Ready-made packages can be downloaded$/m);
  expect(stdout).toMatch(/^ {4}\$ echo 'substituters = https:\/\/cache\.nixos\.org'/m);
});

test('Without Nix, the way to it is the first thing', async () => {
  const { exit, stdout, stderr } = await runCommand(home, ['doctor'], { PATH: '/nonexistent' });
  expect(exit).toBe(1);
  expect(stdout).toMatch(/^✗ Nix$/m);
  expect(stdout).toContain('$ sh <(curl -L https://nixos.org/nix/install) --daemon');
  expect(stderr).toMatch(/must be mended/);
});

describe('As JSON', () => {
  test('each line is an event, and the last says how it ended', async () => {
    const { exit, stdout } = await runCommand(home, ['doctor', '--json']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; line?: PreflightLine });
    expect(exit).toBe(0);
    expect(events.at(-1)?.kind).toBe('done');
    const lines = events.flatMap(({ line }) => line ?? []);
    expect(lines.map(({ id }) => id)).toEqual([
      'nix',
      'system',
      'store',
      'trust',
      'caches',
      'space',
      'clock',
    ]);
  });

  test('a name that is no builder is bad input', async () => {
    const { exit, stdout } = await runCommand(home, ['doctor', '--on', '-oProxyCommand=x', '--json']);
    expect(exit).toBe(2);
    expect(stdout).toContain('"kind":"failed"');
  });
});
