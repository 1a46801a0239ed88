/** Opens the person's own terminal with a command in it: each system's way, the command as separate arguments throughout. */
import { delimiter } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { findProgram } from '../find-program.ts';

/** A terminal and how it is told to run a command. */
export interface TerminalCommand {
  program: string;
  args: string[];
}

/** Terminals of Linux, each with what stands between its name and the command (their manual pages). */
const linuxTerminals: [program: string, before: string[]][] = [
  ['xdg-terminal-exec', []],
  ['ptyxis', ['--']],
  ['kgx', ['--']],
  ['gnome-terminal', ['--']],
  ['konsole', ['-e']],
  ['xfce4-terminal', ['-x']],
  ['mate-terminal', ['-x']],
  ['ghostty', ['-e']],
  ['kitty', []],
  ['alacritty', ['-e']],
  ['foot', []],
  ['wezterm', ['start', '--']],
  ['x-terminal-emulator', ['-e']],
  ['xterm', ['-e']],
];

/** Keeps a window open in which something went wrong: what is to be read would be gone with it. */
const keepOpen =
  '"$@" && exit; status=$?; printf "\\nEnded with status %s. Press Enter to close this window." "$status"; read -r _; exit "$status"';

/** Terminal has no other way than AppleScript; each argument is quoted there, by its own `quoted form`. */
const appleScript = [
  'on run argv',
  'set line to ""',
  'repeat with one in argv',
  'set line to line & quoted form of (contents of one) & " "',
  'end repeat',
  'tell application "Terminal"',
  'activate',
  'do script line',
  'end tell',
  'end run',
];

/**
 * The ways to open a terminal with this command, the best first. Pure.
 *
 * @param command program and arguments
 */
export function terminalCommands(
  platform: NodeJS.Platform,
  title: string,
  command: string[],
): TerminalCommand[] {
  switch (platform) {
    case 'darwin':
      return [{ program: 'osascript', args: [...appleScript.flatMap((line) => ['-e', line]), ...command] }];
    case 'win32':
      return [
        // Windows Terminal takes a semicolon for the beginning of its next command.
        {
          program: 'wt.exe',
          args: ['new-tab', '--title', title, '--', ...command.map((word) => word.replaceAll(';', '\\;'))],
        },
        { program: 'conhost.exe', args: command },
      ];
    default:
      return linuxTerminals.map(([program, before]) => ({
        program,
        args: [...before, 'sh', '-c', keepOpen, 'sh', ...command],
      }));
  }
}

/** ms. A terminal that can not open its window ends sooner. */
const patience = 1000;

/**
 * Opens a terminal with this command. It goes on when Nixburn ends.
 *
 * @returns `terminal-missing` where none could be opened; its `raw` is what each said.
 */
export async function openTerminalWindow(
  title: string,
  command: string[],
  platform: NodeJS.Platform = process.platform,
  env: Record<string, string | undefined> = process.env,
): Promise<Outcome<{ program: string }>> {
  const complaints: string[] = [];
  const folders = (env['PATH'] ?? '').split(delimiter);
  for (const { program, args } of terminalCommands(platform, title, command)) {
    if (platform === 'linux' && (await findProgram(program, folders)) === null) continue;
    const complaint = await tryTerminal(program, args, env);
    if (complaint === null) return done({ program });
    complaints.push(`${program}: ${complaint}`);
  }
  return failed(noTerminal(complaints.join('\n')));
}

/** What it complained about; null where it opened. */
async function tryTerminal(
  program: string,
  args: string[],
  env: Record<string, string | undefined>,
): Promise<string | null> {
  const child = execa(program, args, {
    env,
    detached: true,
    cleanup: false,
    stdin: 'ignore',
    stdout: 'ignore',
    // A file of its own would have to be cleaned up; a pipe would break the terminal when Nixburn ends.
    stderr: 'ignore',
    reject: false,
  });
  child.unref();
  // Some only tell a terminal that is open already, and end at once and well.
  const ended = await Promise.race([child, sleep(patience, undefined, { ref: false })]);
  if (!ended || ended.exitCode === 0) return null;
  return ended.code ?? `ended with status ${ended.exitCode}`;
}

function noTerminal(raw: string): Problem {
  return problem('terminal-missing', 'No terminal could be opened.', {
    detail: 'Nixburn knows a dozen of them and could start none.',
    remedy: 'Open one yourself and paste the command.',
    raw,
  });
}
