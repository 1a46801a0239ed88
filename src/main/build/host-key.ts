/**
 * The question that ssh asks when it meets a machine for the first time. ssh itself fetches the key, through the person's
 * own jump hosts and ports, into a file that nothing ever trusts; a person compares the fingerprint; only then the key
 * goes where ssh would have put it.
 */
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { appendLine } from '../append-line.ts';
import { ask } from './process.ts';
import { scratchFolder } from './scratch.ts';
import { noSsh, sshArguments, sshEnvironment, sshWord, type SshTarget } from './ssh.ts';

/** A host key that is not known yet. */
export interface HostKey {
  /** The name of the machine as ssh knows it: `[builder.example]:2222`. */
  host: string;
  /** `SHA256:` and 43 characters, as `ssh-keygen -lf` prints it. */
  fingerprint: string;
  /** e.g. `ED25519`. */
  type: string;
  /** The line of known_hosts, without its end. */
  line: string;
}

/** Nothing of the person's is offered to a machine that nobody knows: no key, no password. */
const offerNothing = ['PreferredAuthentications=none', 'PubkeyAuthentication=no', 'ControlPath=none'].flatMap(
  (option) => ['-o', option],
);

/** Fetches the key that a machine shows. Trusts nothing and changes nothing. */
export async function readHostKey(target: SshTarget): Promise<Outcome<HostKey>> {
  const made = await scratchFolder('nixburn-hostkey-');
  if (!made.ok) return made;
  const folder = made.value;
  try {
    const scratch = path.join(folder, 'known_hosts');
    const options = ['-o', `UserKnownHostsFile=${sshWord(scratch)}`, '-o', 'GlobalKnownHostsFile=/dev/null'];
    options.push('-o', 'StrictHostKeyChecking=accept-new', ...offerNothing);
    const answer = await ask('ssh', sshArguments(target, ['true'], options), sshEnvironment, 30_000);
    if (answer.missing) return failed(noSsh);
    // With hashed names, ssh writes a second line for the address alone where it checks that, too (CheckHostIP).
    const [line = ''] = (await readFile(scratch, 'utf8').catch(() => '')).trim().split('\n');
    if (line === '') return failed(noHostKey(target, answer.stderr));
    const printed = await ask('ssh-keygen', ['-lf', scratch]);
    const found = /^\d+ (SHA256:\S{43}) (\S+) .*\((\S+)\)$/m.exec(printed.stdout);
    if (!found) return failed(noHostKey(target, printed.stderr));
    const [, fingerprint, host, type] = found as unknown as [string, string, string, string];
    return done({ host: line.startsWith('|') ? target.name : host, fingerprint, type, line });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Adds the key of a machine to the file where ssh itself would have put it, after a person has compared the
 * fingerprint. The machine is asked again: a key that changed meanwhile is refused. `host-key-not-kept` where that file
 * can not be written.
 */
export async function trustHostKey(target: SshTarget, fingerprint: string): Promise<Outcome<HostKey>> {
  const key = await readHostKey(target);
  if (!key.ok) return key;
  if (key.value.fingerprint !== fingerprint)
    return failed(
      problem('host-key-other', 'The machine now shows another key than the one you saw.', {
        detail: `You confirmed ${fingerprint}; it shows ${key.value.fingerprint}.`,
        remedy: 'Do not trust it before you know why; ask whoever runs the machine.',
        raw: key.value.line,
      }),
    );
  const file = await knownHostsFile(target);
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await appendLine(file, key.value.line);
    return key;
  } catch (error) {
    return failed(notKept(file, error));
  }
}

/**
 * The first file that ssh would write to, by its own account (`ssh -G`), which names several without quotes: a name with
 * spaces is known by the file that is there, and ssh's own two by their likeness (ssh_config(5)).
 */
async function knownHostsFile(target: SshTarget): Promise<string> {
  const printed = await ask('ssh', ['-G', ...sshArguments(target, [])], sshEnvironment);
  const named = /^userknownhostsfile (.+)$/m.exec(printed.stdout)?.[1]?.trim() ?? '~/.ssh/known_hosts';
  const own = /^(?<first>.+) \k<first>2$/.exec(named)?.groups?.['first'];
  const words = named.split(' ');
  const possible = words.map((_, at) => homely(words.slice(0, at + 1).join(' ')));
  if (own !== undefined) return homely(own);
  for (const file of possible) if (await isFile(file)) return file;
  return possible[0] ?? named;
}

function homely(file: string): string {
  return file.replace(/^~(?=\/)/, os.homedir());
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** What a person must see to decide. */
export function unknownHostKey({ host, fingerprint, type, line }: HostKey): Problem {
  return problem('host-key-unknown', `You never connected to ${host} before.`, {
    detail: `It shows this ${type} key: ${fingerprint}`,
    remedy: 'Compare the fingerprint with the one that whoever runs the machine tells you, then trust it.',
    raw: line,
  });
}

/** Whoever keeps their configuration elsewhere often has a file of known hosts that nobody may write. */
function notKept(file: string, error: unknown): Problem {
  const { code, message } = error as NodeJS.ErrnoException;
  return problem('host-key-not-kept', `${file} could not be written.`, {
    detail:
      code === 'ENOSPC'
        ? 'The disk is full.'
        : 'You have no right to write there, or the disk it is on is read-only.',
    remedy: 'Connect once with `ssh` in a terminal, compare the fingerprints, then try again.',
    raw: message,
  });
}

function noHostKey(target: SshTarget, raw: string): Problem {
  return problem('host-key-unreadable', `${target.name} did not show its host key.`, {
    detail: 'Another machine on the way to it (a jump host) may be unknown too.',
    remedy: 'Connect once with `ssh` in a terminal, compare the fingerprints, then try again.',
    raw: raw.slice(0, 2000),
  });
}
