/** A real sshd on this computer alone, with keys, users' files and settings of its own: nobody's ~/.ssh is read or changed. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';

const sshd = '/usr/sbin/sshd';

export class SshServer {
  readonly folder: string;
  readonly port: number;
  #daemon: ChildProcess;

  private constructor(folder: string, port: number, daemon: ChildProcess) {
    this.folder = folder;
    this.port = port;
    this.#daemon = daemon;
  }

  /** `environment`: what a session finds set, as the account's own settings would. */
  static async start(folder: string, environment: Record<string, string>): Promise<SshServer> {
    mkdirSync(folder, { recursive: true });
    // sshd insists on this folder where it was compiled to separate privileges.
    mkdirSync('/run/sshd', { recursive: true });
    const at = (name: string) => path.join(folder, name);
    for (const name of ['host', 'other-host', 'me', 'stranger'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
    writeFileSync(at('authorized_keys'), readFileSync(at('me.pub')));
    mkdirSync(at('home'));
    const port = await freePort();
    // Values may hold spaces and line ends: only a shell can set those.
    const exports = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
    writeFileSync(at('session'), `#!/bin/sh\n${exports.join('\n')}\neval "$SSH_ORIGINAL_COMMAND"\n`);
    chmodSync(at('session'), 0o755);
    writeFileSync(
      at('sshd_config'),
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${at('host')}`,
        `AuthorizedKeysFile ${at('authorized_keys')}`,
        `PidFile ${at('pid')}`,
        `ForceCommand exec ${at('session')}`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin yes',
        '',
      ].join('\n'),
    );
    const daemon = spawn(sshd, ['-D', '-e', '-f', at('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      daemon.stderr.on('data', (chunk: Buffer) => chunk.includes('Server listening') && resolve());
      daemon.once('exit', (code) => reject(new Error(`sshd ended with ${code}`)));
    });
    const server = new SshServer(folder, port, daemon);
    server.know('host');
    return server;
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** Options for ssh: this server's files in place of the person's. */
  options({ key = 'me', port = this.port }: { key?: string; port?: number } = {}): string[] {
    const config = [
      'Host builder',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      '  HostKeyAlias builder',
      'Host *',
      '  User root',
      `  IdentityFile ${this.at(key)}`,
      '  IdentityAgent none',
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${this.at('known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '  HashKnownHosts no',
      '',
    ].join('\n');
    const file = this.at(`config-${key}-${port}`);
    writeFileSync(file, config);
    return ['-F', file];
  }

  /** Makes the client know the server by one of the host keys; the wrong one is a machine that was replaced. */
  know(key: 'host' | 'other-host' | null): void {
    const line =
      key &&
      readFileSync(this.at(`${key}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' ');
    writeFileSync(this.at('known_hosts'), line ? `builder ${line}\n` : '');
  }

  /** The processes of sshd that serve a session now. */
  sessions(): number[] {
    const pid = this.#daemon.pid!;
    try {
      return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .map(Number);
    } catch {
      return [];
    }
  }

  async stop(): Promise<void> {
    for (const pid of this.sessions()) process.kill(pid, 'SIGKILL');
    this.#daemon.kill('SIGKILL');
    if (this.#daemon.exitCode === null && this.#daemon.signalCode === null) await once(this.#daemon, 'exit');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A cable between client and server that can be pulled. `after` bytes from the server it breaks by itself, once for
 * each number.
 */
export class Cable {
  readonly port: number;
  #server: ReturnType<typeof createServer>;
  #sockets = new Set<Socket>();
  connections = 0;

  private constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async to(port: number, after: number[] = []): Promise<Cable> {
    const server = createServer();
    const cuts = [...after];
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cable = new Cable(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => {
      cable.connections += 1;
      const far = connect(port, '127.0.0.1');
      const cut = cuts.shift() ?? Infinity;
      let bytes = 0;
      const both = [client, far];
      const end = () => both.forEach((socket) => socket.destroy());
      for (const socket of both) {
        cable.#sockets.add(socket);
        socket.on('error', end).on('close', end);
      }
      client.pipe(far);
      far.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > cut) return end();
        if (!client.write(chunk)) {
          far.pause();
          client.once('drain', () => far.resume());
        }
      });
    });
    return cable;
  }

  /** Carries nothing any more on the connections that stand now, without a word to either end: a router that forgot them. */
  silence(): void {
    for (const socket of this.#sockets) socket.unpipe().removeAllListeners('data').pause();
  }

  /** Breaks every connection that stands now. */
  pull(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.pull();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
