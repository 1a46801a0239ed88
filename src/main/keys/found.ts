/** Finds the public keys that a person has already: in their .ssh folder and in their agent. */
import { execa } from 'execa';
import { readFile, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { PublicKey } from '../../shared/contract.ts';
import { readEachKey, withoutDoubles } from './parse.ts';

/** Milliseconds. An agent that hangs (a forwarded one whose connection is gone) must not hold up the window. */
const agentPatience = 2000;
/** Bytes. A .pub file holds one line. */
const largestFile = 100_000;

/**
 * The keys in `~/.ssh/*.pub`, by name, then those of the SSH agent; each once. What is no key, or one that would be
 * refused, is left out. Never fails: whoever has none gets an empty list.
 */
export async function foundKeys(
  home: string = homedir(),
  env: Record<string, string | undefined> = process.env,
): Promise<PublicKey[]> {
  const [inFiles, inAgent] = await Promise.all([keysInFolder(path.join(home, '.ssh')), keysInAgent(env)]);
  return withoutDoubles([...inFiles, ...inAgent]);
}

async function keysInFolder(folder: string): Promise<PublicKey[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.pub')).sort();
  const keys = await Promise.all(files.map((name) => keysInFile(path.join(folder, name))));
  return keys.flat();
}

async function keysInFile(file: string): Promise<PublicKey[]> {
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > largestFile) return [];
    const changedAt = found.mtime.toISOString();
    return goodKeys(await readFile(file, 'utf8'), file).map((key) => ({ ...key, changedAt }));
  } catch {
    return [];
  }
}

/** `ssh-add -L` (ssh-add(1)) prints one public key a line, and fails where there is no agent or no key in it. */
async function keysInAgent(env: Record<string, string | undefined>): Promise<PublicKey[]> {
  const { stdout, failed } = await execa('ssh-add', ['-L'], {
    env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: agentPatience,
    killSignal: 'SIGKILL',
  });
  return failed ? [] : goodKeys(stdout, 'agent');
}

function goodKeys(text: string, source: string): PublicKey[] {
  const read = readEachKey(text, source);
  return read.ok ? read.value.keys : [];
}
