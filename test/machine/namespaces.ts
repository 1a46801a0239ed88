/** Small networks for tests: network namespaces on one bridge, each a computer of its own, taken down whatever happens. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { makeHostKey, type HostKey } from '../../src/main/slot/host-key.ts';

const run = promisify(execFile);

/** Why there can be no namespaces here; null where there can. */
export const noNamespaces =
  process.platform !== 'linux'
    ? 'network namespaces exist on Linux only'
    : process.getuid?.() !== 0
      ? 'network namespaces need root'
      : existsSync('/usr/sbin/avahi-daemon')
        ? null
        : 'avahi-daemon is not installed';

let count = 0;

/** One network. Names of namespaces have the process in them: another run of these tests has its own. */
export class Network {
  readonly folder: string;
  readonly #id = `nb${process.pid % 100_000}-${(count += 1)}`;
  readonly #undo: (() => unknown)[] = [];
  #computers = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Network> {
    const network = new Network(await mkdtemp(path.join(tmpdir(), 'nixburn-network-')));
    network.undoLater(() => rm(network.folder, { recursive: true, force: true }));
    await network.#namespace('hub');
    await network.#ip(
      '-n',
      network.#name('hub'),
      'link',
      'add',
      'br0',
      'type',
      'bridge',
      'mcast_snooping',
      '0',
    );
    await network.#ip('-n', network.#name('hub'), 'link', 'set', 'br0', 'up');
    return network;
  }

  undoLater(step: () => unknown): void {
    this.#undo.push(step);
  }

  /** Ends and removes everything, the last first, each step whatever became of the others. */
  async remove(): Promise<void> {
    for (const step of this.#undo.splice(0).toReversed())
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => console.error('cleaning up:', error));
  }

  /** A computer on the bridge. Without an address it has the link-local one that every IPv6 interface has. */
  async computer(name: string, address: string | null): Promise<Computer> {
    const namespace = await this.#namespace(name);
    const port = `p${(this.#computers += 1)}`;
    const hub = this.#name('hub');
    await this.#ip(
      '-n',
      hub,
      'link',
      'add',
      port,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      namespace,
    );
    await this.#ip('-n', hub, 'link', 'set', port, 'master', 'br0', 'up');
    // Nobody else can have the address here: no need to wait a second to find that out.
    const noWait = 'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad';
    await run('ip', ['netns', 'exec', namespace, 'sh', '-c', noWait]);
    await this.#ip('-n', namespace, 'link', 'set', 'lo', 'up');
    await this.#ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    const computer = new Computer(this, name, namespace);
    if (address !== null) await computer.address('add', address);
    return computer;
  }

  #name(name: string): string {
    return `${this.#id}-${name}`;
  }

  async #namespace(name: string): Promise<string> {
    const namespace = this.#name(name);
    await this.#ip('netns', 'add', namespace);
    this.undoLater(() => this.#ip('netns', 'del', namespace));
    return namespace;
  }

  async #ip(...args: string[]): Promise<void> {
    await run('ip', args);
  }
}

export class Computer {
  constructor(
    readonly network: Network,
    readonly name: string,
    readonly namespace: string,
  ) {}

  async address(action: 'add' | 'del', address: string): Promise<void> {
    await run('ip', ['-n', this.namespace, 'address', action, address, 'dev', 'eth0']);
  }

  /** Starts a program in there; it is killed, and has ended, before the network is removed. */
  start(
    program: string,
    args: string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.namespace, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    const ended = once(child, 'close');
    this.network.undoLater(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return child;
  }

  /** An sshd that answers at port 22 with this host key and lets in whoever has `allowed`. Resolves once it listens. */
  async sshd(hostKey: HostKey, allowed = ''): Promise<ChildProcess> {
    const folder = await mkdtemp(path.join(this.network.folder, `${this.name}-sshd-`));
    const file = (name: string) => path.join(folder, name);
    await writeFile(file('host_key'), hostKey.privateKey, { mode: 0o600 });
    await writeFile(file('allowed'), allowed, { mode: 0o600 });
    const settings = [
      `HostKey ${file('host_key')}`,
      `AuthorizedKeysFile ${file('allowed')}`,
      'PidFile none',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'StrictModes no',
      'PrintMotd no',
    ];
    await writeFile(file('config'), settings.map((line) => `${line}\n`).join(''));
    await mkdir('/run/sshd', { recursive: true });
    const child = this.start('/usr/sbin/sshd', ['-D', '-e', '-f', file('config')]);
    await said(child, /Server listening on 0\.0\.0\.0 port 22/);
    return child;
  }

  /**
   * Avahi, announcing this host name as the generated flake has it done. Resolves once it has.
   *
   * @param buildId null announces no service.
   */
  async avahi(hostName: string, buildId: string | null): Promise<ChildProcess> {
    const folder = await mkdtemp(path.join(this.network.folder, `${this.name}-avahi-`));
    const config = path.join(folder, 'avahi-daemon.conf');
    await writeFile(
      config,
      `[server]\nhost-name=${hostName}\nenable-dbus=no\nallow-interfaces=eth0\n[publish]\npublish-addresses=yes\npublish-hinfo=no\npublish-workstation=no\n`,
    );
    await mkdir(path.join(folder, 'services'));
    if (buildId !== null)
      await writeFile(
        path.join(folder, 'services/ssh.service'),
        `<?xml version="1.0" standalone="no"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd"><service-group><name replace-wildcards="yes">%h</name><service><type>_ssh._tcp</type><port>22</port><txt-record>nixburn=${buildId}</txt-record></service></service-group>`,
      );
    // It has one place for its socket and one for its services; in a namespace of its own these are this one's.
    const script =
      'mount -t tmpfs none /run && mount --bind "$1" /etc/avahi/services && exec /usr/sbin/avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "$2"';
    const child = this.start('unshare', [
      '-m',
      'sh',
      '-c',
      script,
      'sh',
      path.join(folder, 'services'),
      config,
    ]);
    await said(child, /Server startup complete/);
    return child;
  }
}

/** Resolves once a line of a program's stderr has it. */
export async function said(child: ChildProcess, wanted: RegExp): Promise<void> {
  const lines = createInterface({ input: child.stderr! });
  const all: string[] = [];
  for await (const line of lines) {
    all.push(line);
    if (!wanted.test(line)) continue;
    // What it says after that must not fill the pipe.
    child.stderr?.resume();
    return;
  }
  throw new Error(`ended without having said ${wanted}: ${all.join('\n')}`);
}

export async function hostKeyOf(name: string): Promise<HostKey> {
  const made = await makeHostKey(name);
  if (!made.ok) throw new Error(made.problem.title);
  return made.value;
}
