/** The entry of the command line: finds the command, and loads no more of the program than that command needs. */
import { problem, type Problem } from '../shared/problem.ts';
import { nearest, usageProblem } from './cli/arguments.ts';
import type { ExitCode } from './cli/exit.ts';
import { help, helpOn, overview } from './cli/help.ts';
import { openTerminal, problemText } from './cli/terminal.ts';
import { version } from './version.ts';

const commands = {
  check: () => import('./cli/check.ts'),
  schema: () => import('./cli/schema.ts'),
  flake: () => import('./cli/flake.ts'),
  build: () => import('./cli/build.ts'),
  image: () => import('./cli/image.ts'),
  drives: () => import('./cli/drives.ts'),
  write: () => import('./cli/write.ts'),
  verify: () => import('./cli/verify.ts'),
  restore: () => import('./cli/restore.ts'),
  save: () => import('./cli/save.ts'),
  eject: () => import('./cli/eject.ts'),
  personalise: () => import('./cli/personalise.ts'),
  find: () => import('./cli/find.ts'),
  connect: () => import('./cli/connect.ts'),
  keys: () => import('./cli/keys.ts'),
  packages: () => import('./cli/packages.ts'),
  recipes: () => import('./cli/recipes.ts'),
  doctor: () => import('./cli/doctor.ts'),
  diagnostics: () => import('./cli/diagnostics.ts'),
  builders: () => import('./cli/builders.ts'),
  images: () => import('./cli/images.ts'),
  serve: () => import('./cli/serve.ts'),
};

/** Carries out one command and sets the exit status of the process. */
export async function run(args: string[]): Promise<void> {
  const exit = await start(args);
  // What a library left running must not keep a finished command from ending; what was printed goes out first.
  process.stdout.write('', (error: NodeJS.ErrnoException | null | undefined) => {
    // Whoever has read enough lacks nothing.
    const isLost = error && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED';
    if (isLost) process.stderr.write(`nixburn: ${problemText(notPrinted(error))}\n`);
    process.stderr.write('', () => process.exit(isLost ? 1 : exit));
  });
}

async function start([name = '', ...rest]: string[]): Promise<ExitCode> {
  const terminal = openTerminal();
  const refuse = (what: Problem): ExitCode => {
    terminal.tell(`nixburn: ${problemText(what)}`);
    return 2;
  };
  if (isHelp(name) || name === 'help') {
    const [topic] = rest;
    if (topic !== undefined && !Object.hasOwn(help, topic)) return refuse(unknown(topic));
    terminal.print(topic === undefined ? overview() : helpOn(topic));
    return 0;
  }
  if (name === '--version') {
    terminal.print(version);
    return 0;
  }
  if (name === '') return refuse(usageProblem('Say what nixburn should do.'));
  if (!isCommand(name)) return refuse(unknown(name));
  if (rest.some(isHelp)) {
    terminal.print(helpOn(name));
    return 0;
  }
  const [{ carryOut }, { command }] = await Promise.all([import('./cli/command.ts'), commands[name]()]);
  return carryOut(name, command, rest, terminal);
}

function notPrinted({ message }: Error): Problem {
  return problem('not-printed', 'The results could not be written to where they were sent.', {
    detail: 'What is there is not whole.',
    remedy: 'Make room there, or send them somewhere else.',
    raw: message,
  });
}

function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

function isHelp(arg: string): boolean {
  return arg === '--help' || arg === '-h';
}

function unknown(name: string): Problem {
  const near = nearest(name, Object.keys(help));
  return usageProblem(`There is no command ${name}.${near ? ` Did you mean ${near}?` : ''}`);
}
