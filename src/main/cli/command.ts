/** What a command of `nixburn` is made of, and how one is carried out from its arguments to its exit status. */
import { failed, problem, type Problem } from '../../shared/problem.ts';
import { internalError } from '../jobs.ts';
import { readArguments, usageProblem, type Arguments, type Options } from './arguments.ts';
import { exitCodeOf, type ExitCode } from './exit.ts';
import { problemText, type Terminal } from './terminal.ts';

/** How a command ended. `exit` where the problem's code alone does not say it; `value` joins the last line of JSON. */
export type Ending =
  { ok: true; value: Record<string, unknown> } | { ok: false; problem: Problem; exit?: ExitCode };

export interface Call extends Arguments {
  terminal: Terminal;
  /** Whether results are wanted as lines of JSON. */
  json: boolean;
  /** One event as a line of JSON, where JSON is wanted. */
  event(event: object): void;
  /** The value of an option that takes one. */
  value(option: string): string | undefined;
  /** The first argument that is no option; there is one where `takes.least` says so. */
  first: string;
}

export interface Command {
  options: Options;
  /** How many arguments that are no options there must and may be, and what they are. */
  takes: { least: number; most: number; what: string };
  /** Prints its own results where JSON is not wanted. */
  run(call: Call): Promise<Ending>;
}

/** A command that ended well. */
export function finished(value: Record<string, unknown> = {}): Ending {
  return { ok: true, value };
}

/** What was given does not fit: exit status 2 whatever the code. */
export function badInput(what: Problem): Ending {
  return { ok: false, problem: what, exit: 2 };
}

/** Parses, runs and reports. */
export async function carryOut(
  name: string,
  command: Command,
  args: string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const json = 'json' in command.options && args.includes('--json');
  const event = (what: object) => {
    if (json) terminal.print(JSON.stringify(what));
  };
  const ending: Ending = await run(name, command, args, { terminal, json, event }).catch((error: unknown) =>
    failed(placeTrouble(error) ?? internalError(error)),
  );
  if (ending.ok) {
    event({ kind: 'done', ...ending.value });
    return 0;
  }
  if (json) event({ kind: 'failed', problem: ending.problem });
  else terminal.tell(`nixburn: ${problemText(ending.problem)}`);
  return ending.exit ?? exitCodeOf(ending.problem);
}

/** A command is started somewhere, and by somebody; both may be missing. */
function placeTrouble(error: unknown): Problem | null {
  const raw = error instanceof Error ? error.message : '';
  if (raw.includes('uv_cwd'))
    return problem('no-working-folder', 'The folder in which you are is not there any more.', {
      remedy: 'Go to another one, then try again.',
      raw,
    });
  if (raw.includes('uv_os_homedir'))
    return problem('no-home', 'This account has no home, and so Nixburn has no place for its files.', {
      remedy: 'Set HOME to a folder of your own.',
      raw,
    });
  return null;
}

async function run(
  name: string,
  command: Command,
  args: string[],
  base: Pick<Call, 'terminal' | 'json' | 'event'>,
): Promise<Ending> {
  const read = readArguments(name, args, command.options);
  if (!read.ok) return read;
  const { positionals, values } = read.value;
  const { least, most, what } = command.takes;
  if (positionals.length < least) return failed(usageProblem(`nixburn ${name} needs ${what}.`, name));
  const surplus = positionals[most];
  if (surplus !== undefined)
    return failed(usageProblem(`nixburn ${name} does not know what to do with ${surplus}.`, name));
  const value = (option: string) => values.get(option)?.[0];
  return command.run({ ...base, ...read.value, value, first: positionals[0] ?? '' });
}
