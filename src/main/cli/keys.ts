/** `nixburn keys`: SSH public keys, found on this computer, in files, or published under a name; and `keys make`. */
import { open } from 'node:fs/promises';
import type { FetchedKeys, KeyList } from '../../shared/choosing.ts';
import type { PublicKey } from '../../shared/contract.ts';
import { cancelled, done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { fetchKeys } from '../keys/fetch.ts';
import { foundKeys } from '../keys/found.ts';
import { makeKey } from '../keys/make.ts';
import { readKeys, withoutDoubles } from '../keys/parse.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Call, type Command, type Ending } from './command.ts';
import { askSecret } from './secret.ts';
import { problemText } from './terminal.ts';

export const command: Command = {
  options: {
    json: 'boolean',
    github: 'string',
    gitlab: 'string',
    codeberg: 'string',
    url: 'string',
    type: 'string',
    comment: 'string',
    'no-passphrase': 'boolean',
  },
  takes: { least: 0, most: Infinity, what: '' },
  run: (call) => (call.first === 'make' ? make(call) : list(call)),
};

async function list(call: Call): Promise<Ending> {
  const { positionals: files, terminal, json, event } = call;
  for (const option of ['type', 'comment', 'no-passphrase'])
    if (call.value(option) !== undefined || call.flags.has(option))
      return refuse(`The option --${option} belongs to nixburn keys make.`);
  const lists = keyLists(call);
  const keys: PublicKey[] = files.length === 0 && lists.length === 0 ? await foundKeys() : [];
  for (const file of files) {
    const read = await keysIn(file);
    if (!read.ok) return badInput(read.problem);
    keys.push(...read.value);
  }
  for (const one of lists) {
    const fetched = await fetchKeys(one, { signal: terminal.signal });
    if (!fetched.ok) return fetched;
    for (const { line, problem: why } of fetched.value.leftOut) {
      event({ kind: 'left-out', address: fetched.value.address, line, problem: why });
      if (!json) terminal.tell(leftOutText(fetched.value, line, problemText(why)));
    }
    keys.push(...fetched.value.keys);
  }
  const once = withoutDoubles(keys);
  for (const key of once) {
    event({ kind: 'key', key });
    if (!json) terminal.print(keyText(key));
  }
  if (once.length === 0 && lists.length > 0)
    return failed(
      problem('no-keys-there', 'There is no key that can be used.', { remedy: 'Give another one.' }),
    );
  if (once.length === 0 && !json) terminal.tell('No key was found in ~/.ssh or in the SSH agent.');
  return finished();
}

function keyLists({ value }: Call): KeyList[] {
  const lists: KeyList[] = [];
  for (const service of ['github', 'gitlab', 'codeberg'] as const) {
    const user = value(service);
    if (user !== undefined) lists.push({ service, user });
  }
  const url = value('url');
  if (url !== undefined) lists.push({ url });
  return lists;
}

function keyText({ bits, fingerprint, comment, type, note }: PublicKey): string {
  return `${bits} ${fingerprint} ${comment || 'no comment'} (${type}) — ${note ?? 'fine'}`;
}

function leftOutText({ address }: FetchedKeys, line: number, why: string): string {
  return `Left out: line ${line} of ${address}. ${why.replaceAll('\n', ' ')}`;
}

/** Bytes. As many as the window takes. */
const largestFile = 1_000_000;

async function keysIn(file: string): Promise<Outcome<PublicKey[]>> {
  let text: string;
  try {
    text = await readStart(file);
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

/** A key file is small; whoever names a disk image gets an answer, too. */
async function readStart(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(largestFile), 0, largestFile, null);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

const refuse = (title: string) => failed(usageProblem(title, 'keys'));

async function make(call: Call): Promise<Ending> {
  const { positionals, value, flags, terminal, json, event } = call;
  const [, file, surplus] = positionals;
  if (file === undefined) return refuse('nixburn keys make needs the name of a file.');
  if (surplus !== undefined) return refuse(`nixburn keys make does not know what to do with ${surplus}.`);
  for (const option of ['github', 'gitlab', 'codeberg', 'url'])
    if (value(option) !== undefined) return refuse(`nixburn keys make has no option --${option}.`);
  const type = value('type') ?? 'ed25519';
  if (type !== 'ed25519' && type !== 'rsa') return refuse(`${type} is no type of key: use ed25519 or rsa.`);
  const passphrase = flags.has('no-passphrase') ? done('') : await askPassphrase(call, file);
  if (!passphrase.ok) return passphrase;
  const wanted = { file, type, comment: value('comment'), passphrase: passphrase.value } as const;
  const made = await makeKey(wanted, terminal.signal);
  if (!made.ok) return made;
  const { key, warning } = made.value;
  if (warning) terminal.tell(problemText(warning));
  event({ kind: 'key', key });
  if (!json) {
    terminal.print(keyText(key));
    terminal.print(key.line);
  }
  return finished({ file, warning });
}

async function askPassphrase({ terminal }: Call, file: string): Promise<Outcome<string>> {
  if (!terminal.canAsk) {
    return failed(
      problem('no-terminal', 'There is no terminal to ask for a passphrase on.', {
        remedy: 'Run this in a terminal, or say --no-passphrase if the key shall have none.',
      }),
    );
  }
  const first = await askSecret(`Passphrase for ${file} (empty for none): `, terminal.signal);
  if (first === undefined) return failed(cancelled);
  const second = await askSecret('The same passphrase again: ', terminal.signal);
  if (second === undefined) return failed(cancelled);
  if (first === second) return done(first);
  return failed(
    problem('passphrases-differ', 'The two passphrases are not the same.', {
      detail: 'Nothing was made.',
      remedy: 'Try again.',
    }),
  );
}
