/** Lets bash and Nix read what a person wrote, without running it: a typing mistake is found now and not in the build. */
import type { TextVerdict } from '../../shared/choosing.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import { askNix } from '../build/evaluate.ts';
import { start } from '../build/process.ts';

/** ms. Reading takes a few; a bash that is really WSL may take longer, and then there is no verdict. */
const patience = 5_000;

/** bash tells the line only of a file, and Node's own pipe is a socket, which can not be opened as one. */
const reading = 'cat | bash --noprofile --norc -n /dev/stdin';

const fine: TextVerdict = { state: 'fine', problem: null };
const unknown: TextVerdict = { state: 'unknown', problem: null };
const wrong = (what: Problem): TextVerdict => ({ state: 'wrong', problem: what });

/**
 * Reads a script as bash would, by `bash -n` (bash(1)), from stdin. No verdict where there is no bash, or where it does
 * not answer.
 */
export async function checkScript(text: string): Promise<TextVerdict> {
  const deadline = AbortSignal.timeout(patience);
  const shell = start('sh', ['-c', reading], deadline, {
    // What a person's own bash does at its start has no place here.
    env: { LC_ALL: 'C', BASH_ENV: '', ENV: '', SHELLOPTS: '' },
    stdout: 'text',
    politely: ({ kill }) => {
      if (deadline.aborted) kill('SIGKILL');
    },
  });
  // A script of Windows has returns before its line ends, which the flake leaves out.
  shell.stdin.end(text.replaceAll('\r\n', '\n'));
  let said = '';
  try {
    for await (const line of shell.lines) said += `${line}\n`;
  } finally {
    await shell.finish();
  }
  const { exitCode, missing } = await shell.finish();
  if (missing || deadline.aborted || exitCode === null) return unknown;
  if (exitCode === 0) return fine;
  const [, line, words] = /^\/dev\/stdin: line (\d+): (.+)$/m.exec(said) ?? [];
  // Something else is wrong, such as a bash that knows no /dev/stdin: that says nothing about the script.
  if (line === undefined || words === undefined) return unknown;
  return wrong(
    problem('script-syntax', `There is a mistake in the script, in line ${line} or before.`, {
      detail: `bash says: ${words}.`,
      remedy: 'Correct it: often a quote, a bracket or a word such as fi or done is missing.',
      raw: said.slice(0, 2000).trim(),
    }),
  );
}

/**
 * Reads a NixOS module as Nix would, by `nix-instantiate --parse` (nix-instantiate(1)), from stdin. Nothing is evaluated:
 * an option that does not exist is not noticed. No verdict where there is no Nix.
 */
export async function checkModule(text: string): Promise<TextVerdict> {
  const signal = new AbortController().signal;
  const asked = await askNix('nix-instantiate', ['--parse', '-'], { signal, millis: patience, input: text });
  if (!asked.ok || asked.value.exitCode === null) return unknown;
  if (asked.value.exitCode === 0) return fine;
  const { stderr } = asked.value;
  // oxlint-disable-next-line no-control-regex
  const plain = stderr.replace(/\x1b\[[0-9;]*m/g, '');
  const [, words = ''] = /^error: (.+)$/m.exec(plain) ?? [];
  const [, line, column] = /\bat [^\n:]*:(\d+):(\d+)/.exec(plain) ?? [];
  if (words === '' || line === undefined) return unknown;
  return wrong(
    problem('syntax-error', `There is a mistake in the extra module, in line ${line}, column ${column}.`, {
      detail: `Nix says: ${words}.`,
      remedy: 'Correct it: often a semicolon, a quote or a bracket is missing.',
      raw: plain.slice(plain.indexOf('error:')).slice(0, 2000).trim(),
    }),
  );
}
