/**
 * Makes the host key of one stick before it ever starts, so that it is known from the first moment. The private half
 * goes into the slot and stays nowhere else.
 */
import { lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { PublicKey } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { readKeys } from '../keys/parse.ts';

export interface HostKey {
  /** As OpenSSH keeps it, without a passphrase: sshd could not ask for one. */
  privateKey: string;
  /** One line and its end. */
  publicKey: string;
  /** `SHA256:` and 43 characters. */
  fingerprint: string;
}

/** ms. It takes some 10; a computer that has just started may have to wait for randomness. */
const patience = 30_000;

/**
 * Makes an ed25519 key pair with ssh-keygen(1), in a folder of mode 0700 that is removed before this returns: in memory
 * where the system has such a place, so that no disk ever holds the private half.
 *
 * @returns the pair; `ssh-keygen-missing` or `host-key-not-made`.
 */
export async function makeHostKey(
  name: string,
  env: Record<string, string | undefined> = process.env,
): Promise<Outcome<HostKey>> {
  const folder = await mkdtemp(path.join(await memoryFolder(env), 'nixburn-host-key-'));
  try {
    const file = path.join(folder, 'key');
    const args = ['-q', '-t', 'ed25519', '-N', '', '-C', `root@${name}`, '-f', file];
    const ran = await execa('ssh-keygen', args, { stdin: 'ignore', reject: false, timeout: patience, env });
    if (ran.code === 'ENOENT') return failed(noKeygen);
    if (ran.failed) return failed(notMade(ran.stderr));
    const privateKey = await readFile(file, 'utf8');
    const read = readKeys(await readFile(`${file}.pub`, 'utf8'), 'made');
    const [key]: PublicKey[] = read.ok ? read.value : [];
    if (!key) return failed(notMade(''));
    return done({ privateKey, publicKey: `${key.line}\n`, fingerprint: key.fingerprint });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The person's own folder in memory (XDG Base Directory Specification), else that of all, else the usual one. */
async function memoryFolder(env: Record<string, string | undefined>): Promise<string> {
  for (const folder of [env['XDG_RUNTIME_DIR'] ?? '', '/dev/shm']) {
    if (process.platform !== 'linux' || !path.isAbsolute(folder)) continue;
    const found = await lstat(folder).catch(() => null);
    const isMine = found?.uid === process.getuid?.() && ((found?.mode ?? 0) & 0o077) === 0;
    // A folder of everybody's is only good where nobody can take away what others put there.
    if (found?.isDirectory() && (isMine || (found.uid === 0 && (found.mode & 0o1000) !== 0))) return folder;
  }
  return tmpdir();
}

const noKeygen = problem(
  'ssh-keygen-missing',
  'The program `ssh-keygen` is not installed on this computer.',
  {
    detail: 'Nixburn makes the host key of a stick with it.',
    remedy: 'Install OpenSSH, then try again.',
  },
);

const notMade = (raw: string) =>
  problem('host-key-not-made', 'ssh-keygen could not make the host key.', {
    remedy: 'Read the technical details, then try again.',
    raw: raw.slice(0, 2000),
  });
