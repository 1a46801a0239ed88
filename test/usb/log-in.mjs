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
export async function logIn({ port, user, key, command }) {
  // The miniature makes its host key when it boots: nobody can know it.
  const strangers = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'LogLevel=ERROR',
    ...strangers,
  ];
  const { stdout, stderr } = await promisify(execFile)('ssh', [
    '-F',
    'none',
    '-i',
    key,
    '-p',
    `${port}`,
    ...options.flatMap((option) => ['-o', option]),
    `${user}@127.0.0.1`,
    command,
  ]).catch((error) => error);
  return `${stdout}${stderr}`.trim();
}
