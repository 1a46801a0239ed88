/** The proof of who a machine is, against sshd itself and against servers that would like to be taken for it. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pinHostKey } from '../../src/main/machine/known-hosts.ts';
import { claimedKeys, proveHost } from '../../src/main/machine/ssh.ts';
import type { HostKey } from '../../src/main/slot/host-key.ts';
import { hostKeyOf, said } from './namespaces.ts';

const isRoot = process.getuid?.() === 0;

let folder: string;
let knownHosts: string;
let key: HostKey;
let undo: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-prove-'));
  knownHosts = path.join(folder, 'data/known_hosts');
  key = await hostKeyOf('attic');
});
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  undo = [];
  await rm(folder, { recursive: true, force: true });
});

const prove = (port: number, name = 'attic') =>
  proveHost({ name, host: '127.0.0.1', port }, knownHosts, new AbortController().signal);

/** A server in this process; each connection is handed to `greet`. */
async function server(greet: (socket: net.Socket) => void): Promise<number> {
  const sockets: net.Socket[] = [];
  const listening = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    greet(socket);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => listening.close(resolve));
  });
  return (listening.address() as AddressInfo).port;
}

/** sshd on a free port. */
async function sshd(hostKey: HostKey): Promise<number> {
  // Taken and let go: whoever gets it in between makes the start below fail, not the test lie.
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const file = path.join(folder, `host_key-${port}`);
  await writeFile(file, hostKey.privateKey, { mode: 0o600 });
  const settings = ['UsePAM no', 'PasswordAuthentication no', 'PidFile none', 'AuthorizedKeysFile none'];
  if (isRoot) await mkdir('/run/sshd', { recursive: true });
  const options = [`HostKey ${file}`, 'ListenAddress 127.0.0.1', `Port ${port}`, ...settings];
  const args = options.flatMap((option) => ['-o', option.replace(' ', '=')]);
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', '/dev/null', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  undo.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await said(child, /Server listening/);
  return port;
}

describe('A machine', () => {
  test('proves itself with the key that was pinned', async () => {
    await pinHostKey(knownHosts, 'attic', key.publicKey);
    expect(await prove(await sshd(key))).toEqual({ ok: true, value: null });
  });

  test('proves itself with any of several keys', async () => {
    for (const one of [await hostKeyOf('attic'), key, await hostKeyOf('attic')])
      await pinHostKey(knownHosts, 'attic', one.publicKey);
    expect((await prove(await sshd(key))).ok).toBe(true);
  });

  test('does not prove itself with the key of another machine, or where none is pinned', async () => {
    const port = await sshd(key);
    expect(await prove(port)).toMatchObject({ problem: { code: 'ssh-host-key-unknown' } });
    await pinHostKey(knownHosts, 'cellar', key.publicKey);
    expect(await prove(port)).toMatchObject({ problem: { code: 'ssh-host-key-unknown' } });
    await pinHostKey(knownHosts, 'attic', (await hostKeyOf('attic')).publicKey);
    expect(await prove(port)).toMatchObject({ problem: { code: 'ssh-host-key-differs' } });
    expect((await prove(port, 'cellar')).ok).toBe(true);
  });

  test('claims a key, which is no proof', async () => {
    const port = await sshd(key);
    const claims = await claimedKeys(['127.0.0.1'], port, new AbortController().signal);
    expect(claims.get('127.0.0.1')).toBe(key.publicKey.split(' ').slice(0, 2).join(' '));
  });
});

/** One packet before any encryption (RFC 4253 section 6). */
function packet(payload: Buffer): Buffer {
  const padding = 8 - ((5 + payload.length) % 8) + 8;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length + padding, 0);
  head[4] = padding;
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

function sshString(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

describe('Somebody else', () => {
  const denied = 'root@127.0.0.1: Permission denied (publickey).';

  test.each([
    // SSH_MSG_DISCONNECT and SSH_MSG_DEBUG (RFC 4253 section 11).
    [
      'a reason for hanging up',
      Buffer.concat([Buffer.of(1, 0, 0, 0, 2), sshString(`x\n${denied}`), sshString('')]),
    ],
    ['a remark', Buffer.concat([Buffer.of(4, 1), sshString(`x\n${denied}`), sshString('')])],
    // SSH_MSG_KEXINIT (section 7.1) with that as the name of an algorithm.
    [
      'a list of algorithms',
      Buffer.concat([
        Buffer.of(20),
        Buffer.alloc(16),
        ...Array.from({ length: 10 }, () => sshString(`x\n${denied}`)),
        Buffer.alloc(5),
      ]),
    ],
  ])('proves nothing with the right words as %s', async (_, payload) => {
    await pinHostKey(knownHosts, 'attic', key.publicKey);
    const port = await server((socket) => {
      socket.write('SSH-2.0-OpenSSH_9.9\r\n');
      socket.end(packet(payload));
    });
    expect(await prove(port)).toMatchObject({ ok: false });
  });

  test('proves nothing with the right words before its greeting', async () => {
    await pinHostKey(knownHosts, 'attic', key.publicKey);
    const port = await server((socket) => socket.end(`${denied}\r\n`));
    expect(await prove(port)).toMatchObject({ ok: false });
  });

  test('who says nothing is given up on', async () => {
    await pinHostKey(knownHosts, 'attic', key.publicKey);
    const port = await server(() => undefined);
    expect(await prove(port)).toMatchObject({ problem: { code: 'ssh-timed-out' } });
  });

  test('is not waited for once the search is over', async () => {
    const stop = new AbortController();
    const port = await server(() => stop.abort());
    await pinHostKey(knownHosts, 'attic', key.publicKey);
    expect(
      await proveHost({ name: 'attic', host: '127.0.0.1', port }, knownHosts, stop.signal),
    ).toMatchObject({
      problem: { code: 'cancelled' },
    });
  });
});
