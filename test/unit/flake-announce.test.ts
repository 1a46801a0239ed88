/** The program that shows how the machine is reached: run for real, in a network of its own whose addresses come and go. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { announceScript } from '../../src/main/flake/announce-script.ts';
import { flakeOf, recipeOf } from '../recipes.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-announce-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const ownNetwork = ['--map-root-user', '--net'];
const canHaveNetwork =
  spawnSync('unshare', [...ownNetwork, 'ip', 'address', 'add', '192.0.2.1/24', 'dev', 'lo']).status === 0;

let machine: ChildProcess | undefined;
afterEach(() => machine?.stdin?.end());

/** Starts the program; gives what is on the screen, and how to change the network around it. */
function start() {
  const screen = path.join(base, 'screen');
  writeFileSync(screen, '');
  const program = path.join(base, 'show-address.sh');
  writeFileSync(program, announceScript);
  // Commands come line by line; when they end, so does the program.
  const supervise = `bash -e ${program} & while read -r line; do $line; done; kill -- -$$`;
  machine = spawn('setsid', ['unshare', ...ownNetwork, 'bash', '-c', supervise], {
    env: { ...process.env, NIXBURN_SCREEN: screen },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return {
    lines: () => readFileSync(screen, 'utf8').split('\r\n').filter(Boolean),
    ip: (command: string) => machine?.stdin?.write(`ip ${command}\n`),
  };
}

describe.runIf(canHaveNetwork)('the program that shows how the machine is reached', () => {
  test('says so at once, again when an address comes or goes, and only then', async () => {
    const { lines, ip } = start();
    const shown = async (...expected: string[]) =>
      vi.waitFor(() => expect(lines().filter((line) => !line.includes('host key'))).toEqual(expected), {
        timeout: 20_000,
        interval: 100,
      });
    const nothing = `${hostname()} has no network yet.`;
    const head = `${hostname()} can be reached at:`;
    await shown(nothing);
    ip('link set lo up');
    ip('address add 192.0.2.7/24 dev lo');
    const first = [nothing, head, '  ssh root@192.0.2.7  (lo)'];
    await shown(...first);
    // What is only for the machine itself is no way to reach it.
    ip('address add 169.254.1.1/16 dev lo scope link');
    ip('address add 2001:db8::7/64 dev lo nodad');
    const second = [...first, head, '  ssh root@192.0.2.7  (lo)', '  ssh root@2001:db8::7  (lo)'];
    await shown(...second);
    ip('address del 192.0.2.7/24 dev lo');
    ip('address del 2001:db8::7/64 dev lo');
    await shown(...second, nothing);
  });

  test('ends where the kernel can not be asked, so that systemd starts it again', () => {
    const empty = mkdtempSync(path.join(base, 'empty-'));
    const { status } = spawnSync('/bin/bash', ['-e', '-c', announceScript], {
      env: { PATH: empty, NIXBURN_SCREEN: path.join(empty, 'screen') },
    });
    expect(status).not.toBe(0);
  });
});

test.runIf(spawnSync('shellcheck', ['--version']).status === 0)(
  'the program that shows it has no fault that shellcheck knows',
  () => {
    const { stdout } = spawnSync('shellcheck', ['--shell', 'bash', '-'], { input: announceScript });
    expect(stdout.toString()).toBe('');
  },
);

/** What the machine says on the network. */
async function announcedId(fields: object): Promise<string | undefined> {
  const files = await flakeOf(recipeOf(fields));
  const text = files.find((file) => file.path === 'announce.nix')?.text ?? '';
  return /<txt-record>nixburn=([0-9a-f]{16})<\/txt-record>/.exec(text)?.[1];
}

test('the announced id is that of the slot, and that of no other recipe', async () => {
  const slot = (await flakeOf(recipeOf({}))).find((file) => file.path === 'slot/slot')?.bytes;
  expect(await announcedId({})).toBe(Buffer.from(slot?.subarray(24, 32) ?? []).toString('hex'));
  expect(await announcedId({ name: 'cellar' })).not.toBe(await announcedId({}));
});

test('the login screen names the program that joins networks', async () => {
  for (const [backend, program] of [
    ['networkmanager', 'nmtui'],
    ['wpa_supplicant', 'wpa_cli'],
  ]) {
    const files = await flakeOf(recipeOf({ wifi: { backend } }));
    expect(files.find((file) => file.path === 'announce.nix')?.text).toContain(`network: ${program}\n`);
  }
});
