/** `nixburn keys`: the SSH public keys that were found on this computer, or those in the files that are named. */
import { readFile } from 'node:fs/promises';
import type { PublicKey } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { foundKeys } from '../keys/found.ts';
import { readKeys } from '../keys/parse.ts';
import { badInput, finished, type Command } from './command.ts';

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 0, most: Infinity, what: '' },
  async run({ positionals: files, terminal, json, event }) {
    if (files[0] === 'make')
      return badInput(
        problem('not-in-this-version', 'nixburn keys make is not in this version yet.', {
          remedy: 'Make a key with: ssh-keygen -t ed25519',
        }),
      );
    const keys: PublicKey[] = files.length === 0 ? await foundKeys() : [];
    for (const file of files) {
      const read = await keysIn(file);
      if (!read.ok) return badInput(read.problem);
      keys.push(...read.value);
    }
    for (const key of keys) {
      event({ kind: 'key', key });
      if (!json)
        terminal.print(`${key.bits} ${key.fingerprint} ${key.comment} (${key.type}) — ${key.note ?? 'fine'}`);
    }
    if (keys.length === 0 && !json) terminal.tell('No key was found in ~/.ssh or in the SSH agent.');
    return finished();
  },
};

async function keysIn(file: string): Promise<Outcome<PublicKey[]>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return failed(
      problem('key-unreadable', `${file} can not be read.`, {
        remedy: 'Check the name and that you may read it.',
        raw: error instanceof Error ? error.message : '',
      }),
    );
  }
  const read = readKeys(text, file);
  return read.ok ? done(read.value) : failed({ ...read.problem, title: `${file}: ${read.problem.title}` });
}
