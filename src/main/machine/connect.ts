/** Opens ssh to a machine in this terminal, with the pinned host key and no question asked about it. */
import { execa } from 'execa';
import { done, failed, type Outcome } from '../../shared/problem.ts';
import { explainSsh } from './explain.ts';
import { pinnedOptions } from './known-hosts.ts';
import { noSsh, type Address } from './ssh.ts';

/**
 * The arguments for ssh, without `ssh` itself. The person's own configuration holds for everything but the host key.
 *
 * @param knownHosts path of the file
 */
export function sshArguments({ name, host, port }: Address, user: string, knownHosts: string): string[] {
  const away = port === 22 ? [] : ['-p', String(port)];
  return [...pinnedOptions(knownHosts, name), ...away, '-l', user, '--', host];
}

/** Characters; what ssh itself says is a few hundred. */
const mostKept = 10_000;

/**
 * Runs ssh and gives it the terminal until it ends.
 *
 * @returns the exit status of what was run there; `ssh-…` where it did not get in or was cut off, which ssh tells by 255.
 */
export async function connect(
  address: Address,
  user: string,
  knownHosts: string,
): Promise<Outcome<{ exitCode: number }>> {
  const child = execa('ssh', sshArguments(address, user, knownHosts), {
    stdin: 'inherit',
    stdout: 'inherit',
    // Shown as it comes, and the last of it kept: it says why, where it fails.
    stderr: ['inherit', 'pipe'],
    // Past any bound the session would be cut off: what is done there may say as much as it likes.
    buffer: false,
    reject: false,
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr = (stderr + data.toString()).slice(-mostKept)));
  const ran = await child;
  if (ran.code === 'ENOENT') return failed(noSsh);
  if (ran.exitCode !== 255) return done({ exitCode: ran.exitCode ?? 1 });
  return failed(explainSsh({ ...address, stderr, isPinned: true }));
}
