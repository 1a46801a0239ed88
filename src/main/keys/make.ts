/** Makes a new key pair with ssh-keygen: the passphrase goes through a pipe, and no file is ever written over. */
import { chmod, copyFile, constants, link, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { MadeKey } from '../../shared/choosing.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { readKeys } from './parse.ts';

export interface NewKey {
  /** The private half; the public one gets `.pub` behind its name. */
  file: string;
  type: 'ed25519' | 'rsa';
  /** Undefined leaves it to ssh-keygen: user@host. */
  comment?: string | undefined;
  /** Empty: the key is not protected. */
  passphrase: string;
}

/** ms. RSA with 4,096 bits takes seconds, on a slow machine many. */
const patience = 180_000;
/** Bytes. OpenSSH reads a passphrase into a buffer of 1,024 (readpass.c). */
const longestPassphrase = 1000;

/**
 * Makes a key pair: `file` with mode 0600 and `file.pub`. The pair is made in a private folder beside and then linked
 * into place, which fails where a file of that name is there, also one that came in between.
 *
 * ssh-keygen(1) reads the passphrase from stdin where askpass is forbidden (`SSH_ASKPASS_REQUIRE=never`, or no display
 * before OpenSSH 8.4) and where there is no terminal to open (readpassphrase(3)): hence a session of its own. So the
 * passphrase is in no command line and no environment.
 * Whether the key really is encrypted is looked up afterwards.
 *
 * @returns the public half, and a warning where there is no passphrase; or `key-exists`, `key-folder`,
 *   `bad-key-passphrase`, `bad-key-comment`, `ssh-keygen-missing`, `key-not-made`, `cancelled`.
 */
export async function makeKey(
  { file, type, comment, passphrase }: NewKey,
  signal: AbortSignal = new AbortController().signal,
  env: Record<string, string | undefined> = process.env,
): Promise<Outcome<MadeKey>> {
  const refused = passphraseRefused(passphrase) ?? commentRefused(comment) ?? (await fileRefused(file));
  if (refused) return failed(refused);
  let folder: string;
  try {
    folder = await mkdtemp(path.join(path.dirname(file), '.nixburn-key-'));
  } catch (error) {
    return failed(folderRefused(file, error));
  }
  try {
    const fresh = path.join(folder, 'key');
    const size = type === 'rsa' ? ['-b', '4096'] : [];
    const named = comment === undefined ? [] : ['-C', comment];
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, SSH_ASKPASS: _askpass, ...rest } = env;
    const ran = await execa('ssh-keygen', ['-q', '-t', type, ...size, ...named, '-f', fresh], {
      env: { ...rest, SSH_ASKPASS_REQUIRE: 'never' },
      extendEnv: false,
      detached: true,
      input: `${passphrase}\n${passphrase}\n`,
      reject: false,
      timeout: patience,
      cancelSignal: signal,
    });
    if (signal.aborted) return failed(cancelled);
    if (ran.code === 'ENOENT') return failed(noKeygen);
    if (ran.failed) return failed(notMade(ran.stderr));
    if ((await isEncrypted(fresh)) !== (passphrase !== ''))
      return failed(notMade('The passphrase did not reach ssh-keygen.'));
    const made = readKeys(await readFile(`${fresh}.pub`, 'utf8'), file);
    const [key] = made.ok ? made.value : [];
    if (key === undefined) return failed(notMade(''));
    await chmod(fresh, 0o600);
    const placed = await place(fresh, file);
    if (!placed.ok) return placed;
    return done({ key, file, warning: passphrase === '' ? unprotected(file) : null });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the folder for keys where there is none yet, as ssh itself wants it: the person's alone. */
export async function makeKeyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Both halves or none: where the second can not be placed, the first is taken back. */
async function place(fresh: string, file: string): Promise<Outcome<null>> {
  let isPlaced = false;
  try {
    await putInPlace(fresh, file);
    isPlaced = true;
    await putInPlace(`${fresh}.pub`, `${file}.pub`);
    return done(null);
  } catch (error) {
    if (isPlaced) await rm(file, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    return failed(code === 'EEXIST' ? exists(isPlaced ? `${file}.pub` : file) : folderRefused(file, error));
  }
}

async function putInPlace(fresh: string, file: string): Promise<void> {
  try {
    await link(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // FAT and exFAT know no links.
    await copyFile(fresh, file, constants.COPYFILE_EXCL);
  }
}

/** OpenSSH's PROTOCOL.key: after the magic word comes the name of the cipher, `none` where there is no passphrase. */
async function isEncrypted(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8');
  const blob = Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64');
  const magic = 'openssh-key-v1\0';
  if (blob.toString('latin1', 0, magic.length) !== magic) return false;
  const length = blob.readUInt32BE(magic.length);
  return blob.toString('latin1', magic.length + 4, magic.length + 4 + length) !== 'none';
}

function passphraseRefused(passphrase: string): Problem | null {
  if (/\p{Cc}|\p{Surrogate}/u.test(passphrase)) {
    return problem('bad-key-passphrase', 'The passphrase has an invisible control character in it.', {
      remedy: 'Type it instead of pasting it.',
    });
  }
  if (Buffer.byteLength(passphrase) <= longestPassphrase) return null;
  return problem('bad-key-passphrase', 'The passphrase is too long.', {
    detail: `At most ${longestPassphrase} bytes are possible.`,
    remedy: 'Choose a shorter one.',
  });
}

function commentRefused(comment = ''): Problem | null {
  if (!/\p{Cc}|\p{Surrogate}/u.test(comment) && comment.length <= 200) return null;
  return problem('bad-key-comment', 'This can not be the comment of a key.', {
    detail: 'A comment is one line of up to 200 characters.',
    remedy: 'Choose one such as me@laptop.',
  });
}

async function fileRefused(file: string): Promise<Problem | null> {
  for (const one of [file, `${file}.pub`]) if (await isThere(one)) return exists(one);
  return null;
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

const exists = (file: string): Problem =>
  problem('key-exists', `There is a file ${file} already.`, {
    detail: 'A key is never written over: whoever needed the old one could not log in any more.',
    remedy: 'Choose another name.',
  });

function folderRefused(file: string, error: unknown): Problem {
  const { code, message } = error as NodeJS.ErrnoException;
  const folder = path.dirname(file);
  return problem('key-folder', `The key can not be written into ${folder}.`, {
    detail: code === 'ENOENT' ? 'There is no such folder.' : '',
    remedy: 'Choose a folder that is there and that you may write.',
    raw: message,
  });
}

const noKeygen = problem(
  'ssh-keygen-missing',
  'The program `ssh-keygen` is not installed on this computer.',
  {
    remedy: 'Install OpenSSH, then try again.',
  },
);

const notMade = (raw: string): Problem =>
  problem('key-not-made', 'ssh-keygen could not make the key.', {
    remedy: 'Read the technical details, then try again.',
    raw: raw.slice(0, 2000),
  });

const unprotected = (file: string): Problem =>
  problem('key-unprotected', 'This key has no passphrase.', {
    detail: `Whoever gets hold of ${file} can log in with it.`,
    remedy: `Give it one at any time with: ssh-keygen -p -f ${file}`,
  });
