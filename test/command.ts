/** Carries out a command of `nixburn` in this process, for tests that need no streams and no exit of their own. */
import { carryOut, type Command } from '../src/main/cli/command.ts';
import type { Terminal } from '../src/main/cli/terminal.ts';

/** The exit status, and what was said on stdout (`printed`) and on stderr (`told`), a line an entry. */
export async function carryOutHere(name: string, command: Command, args: string[]) {
  const printed: string[] = [];
  const told: string[] = [];
  const terminal: Terminal = {
    signal: new AbortController().signal,
    canAsk: false,
    isLive: false,
    print: (line) => printed.push(line),
    tell: (line) => told.push(line),
    status: () => {},
    ask: async () => undefined,
  };
  const exit = await carryOut(name, command, args, terminal);
  return { exit, printed, told };
}
