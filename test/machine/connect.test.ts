/** `nixburn connect` from one computer to another: the shell that opens, and why one does not. */
import { execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pinHostKey } from '../../src/main/machine/known-hosts.ts';
import type { HostKey } from '../../src/main/slot/host-key.ts';
import { root } from '../contract/program.ts';
import { hostKeyOf, Network, noNamespaces, type Computer } from './namespaces.ts';

let network: Network;
let here: Computer;
let attic: Computer;
let home: string;
let key: HostKey;
let agent: string;
let person: string;
beforeEach(async () => {
  if (noNamespaces !== null) return;
  network = await Network.make();
  here = await network.computer('here', '10.77.0.1/24');
  attic = await network.computer('attic', '10.77.0.50/24');
  home = path.join(network.folder, 'home');
  await mkdir(home);
  key = await hostKeyOf('attic');
  ({ agent, person } = await personWithKey());
});
afterEach(() => network?.remove());

/** An agent with a key, as most people have one: ssh itself looks for its files where the system says, not in HOME. */
async function personWithKey(): Promise<{ agent: string; person: string }> {
  const socket = path.join(network.folder, 'agent');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  network.undoLater(async () => {
    child.kill();
    await ended;
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const file = path.join(network.folder, 'person');
  const run = promisify(execFile);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  await run('ssh-add', ['-q', file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  const { stdout } = await run('ssh-keygen', ['-y', '-f', file]);
  return { agent: socket, person: stdout };
}

/** Runs `nixburn connect`, with these lines typed into it. */
async function connect(
  args: string[],
  typed = '',
): Promise<{ exit: number | null; stdout: string; stderr: string }> {
  const program = [process.execPath, path.join(root, 'bin/nixburn'), 'connect', ...args];
  const child = spawn('ip', ['netns', 'exec', here.namespace, ...program], {
    env: { ...process.env, NIXBURN_HOME: home, HOME: home, SSH_AUTH_SOCK: agent },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(typed);
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exit, ...said };
}

describe.skipIf(noNamespaces !== null)('nixburn connect', () => {
  test('opens a shell on the machine, wherever it is, and asks nothing', async () => {
    await pinHostKey(path.join(home, 'data/known_hosts'), 'attic', key.publicKey);
    await attic.sshd(key, person);
    await attic.avahi('attic', null);
    const { exit, stdout, stderr } = await connect(['attic'], 'echo "shell on $SSH_CONNECTION"\n');
    expect(stdout).toMatch(/shell on (10\.77\.0\.1 \d+ 10\.77\.0\.50|fe80\S+ \d+ fe80\S+) 22/);
    expect(stderr).toContain('Connecting to attic at');
    expect(stderr).not.toMatch(/fingerprint|yes\/no|Permanently added/);
    expect(exit).toBe(0);
  });

  test('lets what runs there complain as much as it likes', async () => {
    await pinHostKey(path.join(home, 'data/known_hosts'), 'attic', key.publicKey);
    await attic.sshd(key, person);
    await attic.avahi('attic', null);
    const typed = 'seq -f "complaint %096g" 1 5000 >&2\necho "still here"\n';
    const { exit, stdout, stderr } = await connect(['attic'], typed);
    expect(stderr.match(/complaint/g)).toHaveLength(5000);
    expect([exit, stdout]).toEqual([0, 'still here\n']);
  });

  test('says that the machine is the right one and the key is not', async () => {
    await pinHostKey(path.join(home, 'data/known_hosts'), 'attic', key.publicKey);
    await attic.sshd(key);
    await attic.avahi('attic', null);
    const { exit, stderr } = await connect(['attic']);
    expect([exit, stderr]).toEqual([1, expect.stringContaining('does not know your key')]);
  });

  test('never reaches whoever only has the name', async () => {
    await pinHostKey(path.join(home, 'data/known_hosts'), 'attic', key.publicKey);
    const sshd = await attic.sshd(await hostKeyOf('attic'), person);
    await attic.avahi('attic', null);
    const { exit, stdout, stderr } = await connect(['attic'], 'echo here\n');
    expect([exit, stderr]).toEqual([1, expect.stringContaining('is not attic')]);
    expect(stdout).toBe('');
    expect(sshd.exitCode).toBeNull();
  });

  test('goes nowhere where nobody knows the host key', async () => {
    await attic.sshd(key, person);
    await attic.avahi('attic', null);
    const { exit, stdout, stderr } = await connect(['attic'], 'echo here\n');
    expect([exit, stdout, stderr]).toEqual([
      1,
      '',
      expect.stringContaining('Nobody here knows the host key of attic'),
    ]);
  });

  test.each([['-oProxyCommand=touch x'], ['attic;reboot'], ['-oProxyCommand=x@attic'], ['ro ot@attic']])(
    'takes %j for no machine',
    async (name) => {
      const { exit } = await connect(['--', name]);
      expect(exit).toBe(2);
    },
  );
});
