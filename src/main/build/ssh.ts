/** How ssh is called: the system's own, with the person's configuration, and never so that it could ask anybody. */
import { done, problem, type Outcome } from '../../shared/problem.ts';
import { parseHost } from './host.ts';
import { ask } from './process.ts';

/** A machine that ssh can reach, and how. */
export interface SshTarget {
  /** As the person wrote it. */
  name: string;
  /** Options that go in front of everything: where a test keeps its keys, a key file. */
  options: string[];
  /** The person's options for the host, and the host. */
  host: string[];
}

const defaults = ['-T', '-x', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];
// A connection that is gone is noticed in 15 s. An image is packed already.
defaults.push('-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3', '-o', 'Compression=no');
// Somebody's own shared connection is welcome, but ours must not become one: it would outlive us.
defaults.push('-o', 'ControlMaster=no', '-o', 'ForwardAgent=no', '-o', 'PermitLocalCommand=no');
// What is for sessions at a terminal: a command of its own, ports that such a session may hold now, and silence, in which
// nobody could tell why a connection failed.
defaults.push('-o', 'RemoteCommand=none', '-o', 'ClearAllForwardings=yes', '-o', 'LogLevel=INFO');

/** ssh has no terminal here; nothing else may pop up and ask either. */
export const sshEnvironment = { SSH_ASKPASS_REQUIRE: 'never' };

export function sshTarget(name: string, options: string[] = []): Outcome<SshTarget> {
  const parsed = parseHost(name);
  return parsed.ok ? done({ name, options, host: parsed.value.sshArgs }) : parsed;
}

/** The arguments that run a command there. `first` wins over the configuration and over everything else. */
export function sshArguments(target: SshTarget, command: string[], first: string[] = []): string[] {
  return [...first, ...defaults, ...target.options, ...target.host, ...command];
}

/**
 * Options that put the ciphers first for which processors have instructions of their own: they halve the work of
 * sending an image, and make up for computing its checksum on both ends. Empty where the person has chosen ciphers, or
 * where ssh does not say (`ssh -G`).
 */
export async function quickCiphers(target: SshTarget): Promise<string[]> {
  const [own, plain] = await Promise.all([
    ask('ssh', ['-G', ...sshArguments(target, [])], sshEnvironment),
    ask('ssh', ['-F', 'none', '-G', '--', 'plain'], sshEnvironment),
  ]);
  const [chosen, usual] = [ciphersIn(own.stdout), ciphersIn(plain.stdout)];
  const quick = usual.filter((name) => name.endsWith('-gcm@openssh.com'));
  if (quick.length === 0 || chosen.join() !== usual.join()) return [];
  return ['-o', `Ciphers=${[...quick, ...usual.filter((name) => !quick.includes(name))].join(',')}`];
}

function ciphersIn(said: string): string[] {
  return /^ciphers (\S+)$/m.exec(said)?.[1]?.split(',') ?? [];
}

export const noSsh = problem('ssh-missing', 'The program `ssh` is not installed on this computer.', {
  remedy: 'Install OpenSSH, then try again.',
});

/** A value for ssh's own reader of options (ssh_config(5)): in quotes it may hold spaces, and `%` stands for itself twice. */
export function sshWord(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}
