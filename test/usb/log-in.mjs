/** Logs in to a booted stick as a person would: with the ssh of this computer and a key, and nothing of the person's own settings. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Runs one command on the machine whose port 22 is reached through `port`, and gives what ssh printed: the answer, or
 * why it was not let in.
 *
 * @param {import('./log-in.mjs').Login} login
 * @returns {Promise<string>}
 */
export async function logIn({ port, user, key, command, hostKey, known: given }) {
  const known = hostKey
    ? // Printed for ssh instead of kept in a file; the name is only to find it by.
      ['HostKeyAlias=stick', `KnownHostsCommand=/bin/echo stick ${hostKey}`, 'StrictHostKeyChecking=yes']
    : ['StrictHostKeyChecking=no'];
  const own = ['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'LogLevel=ERROR'];
  const nobodys = ['UserKnownHostsFile=/dev/null', 'GlobalKnownHostsFile=/dev/null'];
  const { stdout, stderr } = await promisify(execFile)('ssh', [
    '-F',
    'none',
    // What ssh is told first counts.
    ...(given ?? []),
    '-i',
    key,
    '-p',
    `${port}`,
    ...[...own, ...nobodys, ...known].flatMap((option) => ['-o', option]),
    `${user}@127.0.0.1`,
    command,
  ]).catch((error) => error);
  return `${stdout}${stderr}`.trim();
}
