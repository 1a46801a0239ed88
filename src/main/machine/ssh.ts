/** Asks with ssh itself whether a machine is the one that it should be: only whoever has the pinned key can pass. */
import { execa } from 'execa';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { explainSsh } from './explain.ts';
import { pinnedKeys, pinnedOptions } from './known-hosts.ts';

/** Where a machine might be. */
export interface Address {
  /** The machine's name. */
  name: string;
  /** An IP address, with its zone where it is link-local (`fe80::1%eth0`), or a host name. */
  host: string;
  port: number;
}

/** s. */
const connectSeconds = 5;

/**
 * Lets ssh exchange keys with whatever answers at an address, and gives up before it logs in. That it asks for a login
 * at all proves that the other side holds the private half of a pinned host key: ssh checks its signature before.
 *
 * @param knownHosts path of the file
 * @returns nothing where it is the machine; otherwise `ssh-…` with the reason, `ssh-missing`, `cancelled`.
 */
export async function proveHost(
  { name, host, port }: Address,
  knownHosts: string,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  if (signal.aborted) return failed(cancelled);
  const settings = [
    'BatchMode=yes',
    'PreferredAuthentications=none',
    `ConnectTimeout=${connectSeconds}`,
    'ConnectionAttempts=1',
    'LogLevel=ERROR',
  ].flatMap((setting) => ['-o', setting]);
  // The person's own settings could send ssh somewhere else.
  const args = ['-F', 'none', ...pinnedOptions(knownHosts, name), ...settings];
  args.push('-p', String(port), '-l', 'root', '--', host, 'true');
  const ran = await execa('ssh', args, {
    stdin: 'ignore',
    reject: false,
    // A greeting that never ends is somebody's game.
    timeout: 3 * connectSeconds * 1000,
    maxBuffer: 200_000,
    cancelSignal: signal,
    // Its messages are read.
    env: { LC_ALL: 'C' },
  });
  if (signal.aborted) return failed(cancelled);
  if (ran.code === 'ENOENT') return failed(noSsh);
  if (ran.exitCode === 0 || isAskedToLogIn(ran.stderr)) return done(null);
  const isPinned = (await pinnedKeys(knownHosts, name)).length > 0;
  return failed(explainSsh({ name, host, stderr: ran.stderr, isPinned }));
}

/**
 * The ed25519 host keys that these addresses claim to have (ssh-keyscan(1)), type and base64. Proves nothing: anybody can
 * show anybody's public key. It only says whom to ask for a proof.
 */
export async function claimedKeys(
  hosts: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  if (hosts.length === 0 || signal.aborted) return new Map();
  const args = ['-t', 'ed25519', '-T', String(connectSeconds), '-p', String(port), '--', ...hosts];
  const { stdout } = await execa('ssh-keyscan', args, {
    stdin: 'ignore',
    reject: false,
    timeout: 6 * connectSeconds * 1000,
    maxBuffer: 1_000_000,
    cancelSignal: signal,
  });
  const lines = (stdout ?? '').matchAll(/^(\[?[^\s\]]+)(?:\]:\d+)? (ssh-ed25519 [A-Za-z0-9+/=]+)$/gm);
  return new Map([...lines].map(([, host = '', key = '']) => [host.replace('[', ''), key]));
}

/**
 * Whether ssh was refused the login, and that is all it has to say. Whoever answers can send texts that ssh prints before
 * it has checked the host key (a reason for hanging up, a list of algorithms), and they may have line feeds in them: so
 * nothing may stand before this line.
 */
function isAskedToLogIn(stderr: string): boolean {
  return (
    /^root@\S+: Permission denied \([a-z,-]+\)\.\s*$/.test(stderr) && stderr.trim().split('\n').length === 1
  );
}

export const noSsh: Problem = problem('ssh-missing', 'The program `ssh` is not installed on this computer.', {
  remedy: 'Install OpenSSH, then try again.',
});
