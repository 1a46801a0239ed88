/**
 * Adds a machine to the person's own ssh configuration, so that a plain `ssh attic` believes the pinned key too. Touches
 * nothing of what is there: one block, between two lines that say whose it is.
 */
import { constants } from 'node:fs';
import { access, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { replaceFile } from '../replace-file.ts';

/** One machine for the configuration. */
export interface HostEntry {
  /** In lower case. */
  name: string;
  /** Path of the known hosts. */
  knownHosts: string;
}

const beginOf = (name: string) => `# Nixburn: ${name} (this block is written by Nixburn)`;
const endOf = (name: string) => `# Nixburn: end of ${name}`;

/** The block, in the language of ssh_config(5), with `\n` at the end of each line. */
function hostBlock({ name, knownHosts }: HostEntry): string {
  return [
    beginOf(name),
    `Host ${name} ${name}.local`,
    `  HostName ${name}.local`,
    '  User root',
    `  HostKeyAlias ${name}`,
    // Only here does ssh look for its placeholders, such as %h.
    `  UserKnownHostsFile "${knownHosts.replaceAll('%', '%%')}"`,
    '  StrictHostKeyChecking yes',
    '  HostKeyAlgorithms ssh-ed25519',
    '  CheckHostIP no',
    '  UpdateHostKeys no',
    endOf(name),
    '',
  ].join('\n');
}

/**
 * The configuration with the block of this machine in it, once. It stands before the first `Host` or `Match`, since ssh
 * takes the first value that it meets and what a person wrote for `Host *` must not weaken it; and after what holds for
 * all, which would otherwise become a part of it. Line ends stay as they are.
 */
export function withHostBlock(text: string, entry: HostEntry): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const block = hostBlock(entry).replaceAll('\n', end);
  const rest = withoutHostBlock(text, entry.name);
  const lines = rest.split(/(?<=\n)/);
  const first = lines.findIndex((line) => /^\s*(host|match)[\s=]|^# Nixburn: /i.test(line));
  const at = first < 0 ? lines.length : first - remarksAbove(lines.slice(0, first));
  const before = lines.slice(0, at).join('');
  const gap = before === '' || before.endsWith('\n') ? '' : end;
  return before + gap + block + lines.slice(at).join('');
}

/** How many of the last lines are remarks on what follows; those that begin or end a block of ours are not. */
function remarksAbove(lines: string[]): number {
  const other = lines.findLastIndex((line) => !/^\s*#(?! Nixburn: )/.test(line));
  return lines.length - 1 - other;
}

/** The configuration without the block of this machine. */
export function withoutHostBlock(text: string, name: string): string {
  const lines = text.split(/(?<=\n)/);
  const from = lines.findIndex((line) => line.trimEnd() === beginOf(name));
  const to = lines.findIndex((line, at) => at > from && line.trimEnd() === endOf(name));
  return from < 0 || to < 0 ? text : [...lines.slice(0, from), ...lines.slice(to + 1)].join('');
}

/** Whether the person has an entry of their own for this name, which would be mixed with ours. */
export function hasOwnEntry(text: string, name: string): boolean {
  const names = [name, `${name}.local`];
  return withoutHostBlock(text, name)
    .split('\n')
    .some((line) => {
      const [, patterns] = /^\s*host(?:\s+|\s*=\s*)(.*)$/i.exec(line) ?? [];
      return (patterns ?? '')
        .split(/\s+/)
        .some((pattern) => names.includes(pattern.replaceAll('"', '').toLowerCase()));
    });
}

/**
 * Writes the block into `~/.ssh/config`, or renews it. The file keeps its mode, a link stays a link, and whoever reads it
 * meanwhile sees the old text or the new one.
 *
 * @returns the file; `ssh-config-taken` where the name is the person's own already, `ssh-config-unwritable` where the
 *   file can not be changed: its remedy then is the block to paste.
 */
export async function addToSshConfig(
  entry: HostEntry,
  home: string,
): Promise<Outcome<{ file: string; block: string }>> {
  const asked = path.join(home, '.ssh/config');
  const block = hostBlock(entry);
  try {
    await mkdir(path.dirname(asked), { recursive: true, mode: 0o700 });
    const file = await realpath(asked).catch(() => asked);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    if (hasOwnEntry(text, entry.name)) return failed(taken(entry.name, block));
    const mode = await stat(file).then(
      (found) => found.mode & 0o777,
      () => 0o600,
    );
    const changed = withHostBlock(text, entry);
    if (changed !== text) {
      // Renaming over it would not ask: a file that its owner made read-only is meant to stay as it is.
      if (text !== '') await access(file, constants.W_OK);
      await replaceFile(file, changed, mode);
    }
    return done({ file: asked, block });
  } catch (error) {
    return failed(unwritable(asked, block, error));
  }
}

function taken(name: string, block: string): Problem {
  return problem('ssh-config-taken', `Your ssh configuration has a host ${name} already.`, {
    detail: 'Two entries of one name would be mixed.',
    remedy: 'Rename yours, or use nixburn connect, which needs no entry.',
    raw: block,
  });
}

function unwritable(file: string, block: string, error: unknown): Problem {
  return problem('ssh-config-unwritable', `${file} can not be changed.`, {
    detail: `It may be made by another program, such as home-manager. ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'Add the lines below to it yourself, before its first Host.',
    raw: block,
  });
}
