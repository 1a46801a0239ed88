/** `nixburn find` in small networks: computers with Avahi and sshd as the stick has them, and some that only pretend. */
import { createInterface } from 'node:readline';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pinHostKey } from '../../src/main/machine/known-hosts.ts';
import type { HostKey } from '../../src/main/slot/host-key.ts';
import type { Problem } from '../../src/shared/problem.ts';
import type { FindEvent, Machine } from '../../src/shared/reaching.ts';
import { root } from '../contract/program.ts';
import { hostKeyOf, Network, noNamespaces, said, type Computer } from './namespaces.ts';

type Line = FindEvent | { kind: 'done'; machines: Machine[] } | { kind: 'failed'; problem: Problem };

let network: Network;
let here: Computer;
let home: string;
let key: HostKey;
beforeEach(async () => {
  if (noNamespaces !== null) return;
  network = await Network.make();
  here = await network.computer('here', '10.77.0.1/24');
  home = path.join(network.folder, 'home');
  await mkdir(home);
  key = await hostKeyOf('attic');
});
afterEach(() => network?.remove());

const knownHosts = () => path.join(home, 'data/known_hosts');

/** `nixburn find --json` on this computer: its lines as they come, and its end. */
function find(...args: string[]) {
  const child = here.start(process.execPath, [path.join(root, 'bin/nixburn'), 'find', '--json', ...args], {
    env: { ...process.env, NIXBURN_HOME: home },
  });
  const lines: Line[] = [];
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(JSON.parse(line) as Line);
    for (const look of watchers) look();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (exit) => resolve(exit)));
  const machine = (wanted: (machine: Machine) => boolean) =>
    new Promise<Machine>((resolve, reject) => {
      const look = () => {
        const found = lines.flatMap((line) => (line.kind === 'machine' ? [line.machine] : [])).find(wanted);
        if (found) resolve(found);
      };
      watchers.add(look);
      look();
      void ended.then(() => reject(new Error(`ended: ${JSON.stringify(lines)} ${stderr}`)));
    });
  return {
    child,
    lines,
    machine,
    async end(): Promise<{ exit: number | null; last: Line | undefined; stderr: string }> {
      const exit = await ended;
      return { exit, last: lines.at(-1), stderr };
    },
  };
}

describe.skipIf(noNamespaces !== null)('A machine', () => {
  test('goes on where somebody answers with a name that nobody could ask for', async () => {
    const noisy = await network.computer('noisy', '10.77.0.66/24');
    const answers = `
      const name = (...labels) => Buffer.concat([...labels.flatMap((one) => [Buffer.of(one.length), one]), Buffer.of(0)]);
      const service = ['_ssh', '_tcp', 'local'].map((one) => Buffer.from(one));
      const instance = name(Buffer.alloc(63, 0xff), ...service);
      const answer = Buffer.concat([Buffer.from('000084000000000100000000', 'hex'), name(...service),
        Buffer.from('000c000100000078', 'hex'), Buffer.of(0, instance.length), instance]);
      const socket = require('dgram').createSocket({ type: 'udp4', reuseAddr: true });
      socket.on('message', (_, { port, address }) => socket.send(answer, port, address));
      socket.bind(5353, () => (socket.addMembership('224.0.0.251', '10.77.0.66'), console.error('ready')));
    `;
    await said(noisy.start(process.execPath, ['-e', answers]), /ready/);
    const { exit, last, stderr } = await find('--name', 'attic', '--wait', '3').end();
    expect(last, stderr).toMatchObject({ kind: 'failed', problem: { code: 'machine-not-found' } });
    expect(exit).toBe(1);
  });

  test('is found by its name, and proved by the host key that was put on its stick', async () => {
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const attic = await network.computer('attic', '10.77.0.50/24');
    await attic.sshd(key);
    await attic.avahi('attic', '00112233445566ff');
    const { exit, last } = await find('--name', 'attic').end();
    expect(last).toMatchObject({
      kind: 'done',
      machines: [{ name: 'attic', hostKey: 'proven', port: 22, how: 'mdns' }],
    });
    const [machine] = last?.kind === 'done' ? last.machines : [];
    expect(machine?.addresses).toContain('10.77.0.50');
    expect(exit).toBe(0);
  });

  test('is found where there is nothing but link-local IPv6', async () => {
    await here.address('del', '10.77.0.1/24');
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const attic = await network.computer('attic', null);
    await attic.sshd(key);
    await attic.avahi('attic', null);
    const { last } = await find('--name', 'attic.local').end();
    expect(last).toMatchObject({
      kind: 'done',
      machines: [{ hostKey: 'proven', addresses: [expect.stringMatching(/^fe80::[0-9a-f:]+%eth0$/)] }],
    });
  });

  test('is found beside a program that listens at the port of multicast DNS already', async () => {
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    await here.avahi('here', null);
    const attic = await network.computer('attic', '10.77.0.50/24');
    await attic.sshd(key);
    await attic.avahi('attic', null);
    expect((await find('--name', 'attic').end()).last).toMatchObject({
      kind: 'done',
      machines: [{ hostKey: 'proven' }],
    });
  });

  test('is found anew when its address changes while it is being waited for', async () => {
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const attic = await network.computer('attic', '10.77.0.50/24');
    await attic.avahi('attic', '00112233445566ff');
    // It is there, and its sshd is not: so the search goes on.
    const search = find('--name', 'attic', '--wait', '60');
    const before = await search.machine(({ addresses }) => addresses.includes('10.77.0.50'));
    expect(before).toMatchObject({ hostKey: 'unproven', problem: { code: 'ssh-refused' } });
    await attic.address('del', '10.77.0.50/24');
    await attic.address('add', '10.77.0.77/24');
    await attic.sshd(key);
    const { last } = await search.end();
    expect(last).toMatchObject({ kind: 'done', machines: [{ hostKey: 'proven' }] });
    const [machine] = last?.kind === 'done' ? last.machines : [];
    expect(machine?.addresses).toContain('10.77.0.77');
    expect(machine?.addresses).not.toContain('10.77.0.50');
  });

  test('that has not started yet is waited for', async () => {
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const attic = await network.computer('attic', '10.77.0.50/24');
    const search = find('--name', 'attic', '--wait', '60');
    await new Promise<void>((resolve) => search.child.stdout?.once('data', () => resolve()));
    await attic.sshd(key);
    await attic.avahi('attic', null);
    expect((await search.end()).last).toMatchObject({ kind: 'done', machines: [{ hostKey: 'proven' }] });
  });

  test('with the right name and another host key is not it, and that is said', async () => {
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const other = await network.computer('other', '10.77.0.66/24');
    await other.sshd(await hostKeyOf('attic'));
    await other.avahi('attic', '00112233445566ff');
    const { exit, last } = await find('--name', 'attic', '--wait', '3').end();
    expect(last).toMatchObject({ kind: 'failed', problem: { code: 'ssh-host-key-differs' } });
    expect(exit).toBe(1);
  });

  test('that took NAME-2 because another one has its name is found all the same', async () => {
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const [other, attic] = [
      await network.computer('other', '10.77.0.66/24'),
      await network.computer('attic', '10.77.0.50/24'),
    ];
    await other.sshd(await hostKeyOf('attic'));
    await other.avahi('attic', '00112233445566ff');
    await attic.sshd(key);
    await attic.avahi('attic', '00112233445566ff');
    const { last } = await find('--name', 'attic', '--wait', '30').end();
    expect(last).toMatchObject({ kind: 'done', machines: [{ name: 'attic', hostKey: 'proven' }] });
  });

  test('is found by its key where it announces nothing, if asked to', async () => {
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const attic = await network.computer('attic', '10.77.0.50/24');
    const other = await network.computer('other', '10.77.0.66/24');
    await attic.sshd(key);
    await other.sshd(await hostKeyOf('other'));
    const without = await find('--name', 'attic', '--wait', '1').end();
    expect(without.last).toMatchObject({ kind: 'failed', problem: { code: 'machine-not-found' } });
    const { last, stderr } = await find('--name', 'attic', '--wait', '1', '--sweep').end();
    expect(last).toMatchObject({
      kind: 'done',
      machines: [{ name: 'attic', addresses: ['10.77.0.50'], hostKey: 'proven', how: 'sweep' }],
    });
    expect(stderr).toContain('253 addresses in 10.77.0.0/24');
  });

  test('is found by its key over IPv6 where it announces nothing and has no other address, if asked to', async () => {
    await here.address('del', '10.77.0.1/24');
    await pinHostKey(knownHosts(), 'attic', key.publicKey);
    const attic = await network.computer('attic', null);
    const other = await network.computer('other', null);
    await attic.sshd(key);
    await other.sshd(await hostKeyOf('other'));
    const without = await find('--name', 'attic', '--wait', '1').end();
    expect(without.last).toMatchObject({ kind: 'failed', problem: { code: 'machine-not-found' } });
    const { last, stderr } = await find('--name', 'attic', '--wait', '1', '--sweep').end();
    expect(last).toMatchObject({
      kind: 'done',
      machines: [
        { hostKey: 'proven', how: 'sweep', addresses: [expect.stringMatching(/^fe80::[0-9a-f:]+%eth0$/)] },
      ],
    });
    // The two, and the bridge of these networks.
    expect(stderr).toContain('Trying port 22 of 3 computers with IPv6 through eth0');
  });

  test('that is nowhere is a sentence that says what was tried', async () => {
    const { exit, last } = await find('--name', 'attic', '--wait', '1', '--sweep').end();
    expect(exit).toBe(1);
    expect(last).toMatchObject({ kind: 'failed', problem: { code: 'machine-not-found' } });
    const detail = last?.kind === 'failed' ? last.problem.detail : '';
    expect(detail).toContain('Multicast DNS was asked for attic.local through eth0.');
    expect(detail).toContain('Port 22 of 253 addresses in 10.77.0.0/24 was tried.');
    // The bridge of these networks is a computer too.
    expect(detail).toContain('Port 22 of 1 computer with IPv6 was tried through eth0.');
  });
});

describe.skipIf(noNamespaces !== null)('Several machines', () => {
  test('are found at once: those whose keys are known, and those that say what they are', async () => {
    const keys = { attic: key, cellar: await hostKeyOf('cellar'), roof: await hostKeyOf('roof') };
    await pinHostKey(knownHosts(), 'attic', keys.attic.publicKey);
    await pinHostKey(knownHosts(), 'cellar', keys.cellar.publicKey);
    let number = 50;
    for (const [name, hostKey] of Object.entries(keys)) {
      const computer = await network.computer(name, `10.77.0.${(number += 1)}/24`);
      await computer.sshd(hostKey);
      await computer.avahi(name, '00112233445566ff');
    }
    // A computer that offers SSH and has nothing to do with this.
    const printer = await network.computer('printer', '10.77.0.90/24');
    await printer.avahi('printer', null);
    const { exit, last } = await find('--wait', '8').end();
    const machines = last?.kind === 'done' ? last.machines : [];
    expect(exit).toBe(0);
    expect(
      machines
        .map(({ name, hostKey, buildId, problem }) => [name, hostKey, buildId, problem?.code ?? null])
        .toSorted(),
    ).toEqual([
      ['attic', 'proven', '00112233445566ff', null],
      ['cellar', 'proven', '00112233445566ff', null],
      ['roof', 'unproven', '00112233445566ff', 'ssh-host-key-unknown'],
    ]);
  });

  test('none is fine too', async () => {
    const { exit, last } = await find('--wait', '1').end();
    expect({ exit, last }).toEqual({ exit: 0, last: { kind: 'done', machines: [] } });
  });
});
