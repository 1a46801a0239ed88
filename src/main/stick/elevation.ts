/** Says how a program is started with an administrator's rights on each system, and what it means where that fails. */
import { problem, type Problem } from '../../shared/problem.ts';

/** A command as it is started: a program and its arguments, never a line for a shell. */
export interface Command {
  file: string;
  args: string[];
  env: Record<string, string>;
}

/** What is to be started. Paths are absolute. */
export interface Wanted {
  /** What runs the writer, and the writer. */
  node: string;
  writer: string;
  /** What the writer's environment must say. */
  settings: Record<string, string>;
}

/**
 * Linux. pkexec drops the environment, and env(1) is at this place on every Linux, NixOS included.
 *
 * @param launcher what polkit knows by a name of its own, with what it is told; null where there is none
 */
export function linuxCommand(
  pkexec: string,
  { node, writer, settings }: Wanted,
  launcher: string[] | null,
): Command {
  const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return { file: pkexec, args: launcher ?? ['/usr/bin/env', ...pairs, node, writer], env: {} };
}

/**
 * macOS. sudo leaves stdin and stdout as they are, and has the password asked by a program of ours (-A), since there is no
 * terminal: sudo(8).
 *
 * @param askpass absolute path of an executable file with `askpassScript` in it
 */
export function macCommand(sudo: string, { node, writer, settings }: Wanted, askpass: string): Command {
  const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return {
    file: sudo,
    args: ['-A', '--', '/usr/bin/env', ...pairs, node, writer],
    env: { SUDO_ASKPASS: askpass },
  };
}

/** What asks for the password on macOS, in a window of the system; it prints it for sudo, and for nobody else. */
export const askpassScript = `#!/usr/bin/osascript -l JavaScript
ObjC.import('stdlib')
const app = Application.currentApplication()
app.includeStandardAdditions = true
let password
try {
  password = app.displayDialog('To write a drive, Nixburn needs the password of an administrator.', {
    withTitle: 'Nixburn',
    withIcon: 'caution',
    defaultAnswer: '',
    hiddenAnswer: true,
    buttons: ['Cancel', 'OK'],
    defaultButton: 'OK',
    cancelButton: 'Cancel',
  }).textReturned
} catch (error) {
  $.exit(1)
}
password
`;

/**
 * Windows. What is started with other rights gets none of our streams and nothing of our environment: the writer is told the
 * name of a pipe. The script is the same always; what differs it finds in its environment.
 */
export function windowsCommand(powershell: string, { node, writer }: Wanted, pipe: string): Command {
  const encoded = Buffer.from(elevationScript, 'utf16le').toString('base64');
  return {
    file: powershell,
    args: ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', encoded],
    env: {
      NIXBURN_NODE: node,
      // No name of a file or of a pipe has a quotation mark in it.
      NIXBURN_ARGUMENTS: `"${writer}" --pipe "${pipe}"`,
    },
  };
}

/** ERROR_CANCELLED: what Windows answers where the question was closed. */
const errorCancelled = 1223;

const elevationScript = `
try {
  $writer = Start-Process -FilePath $env:NIXBURN_NODE -ArgumentList $env:NIXBURN_ARGUMENTS -Verb RunAs -WindowStyle Hidden -PassThru
  $writer.WaitForExit()
  exit $writer.ExitCode
} catch {
  [Console]::Error.WriteLine($_.Exception.Message)
  exit ${errorCancelled}
}
`;

/**
 * Why the writer ended without a word, by how the program ended that was to give it the rights.
 *
 * @returns null where that does not tell, and the writer itself must have died.
 */
export function refusalOf(
  system: NodeJS.Platform,
  exitCode: number | undefined,
  stderr: string,
): Problem | null {
  const raw = stderr.slice(-2000);
  switch (system) {
    // pkexec(1), "RETURN VALUE".
    case 'linux':
      if (exitCode === 126) return dismissed(raw);
      return exitCode === 127 ? refusedByPolkit(raw) : null;
    // sudo(8) ends with 1 for all that has to do with the password, and says what on stderr.
    case 'darwin':
      if (/no password was provided|password is required/.test(stderr)) return dismissed(raw);
      return /incorrect password|not in the sudoers|not allowed/.test(stderr) ? refusedBySudo(raw) : null;
    case 'win32':
      return exitCode === errorCancelled ? dismissed(raw) : null;
    default:
      return null;
  }
}

function dismissed(raw: string): Problem {
  return problem('elevation-dismissed', 'The question for the password was closed.', {
    detail: 'Writing a drive needs the rights of an administrator. Nothing was changed.',
    remedy: 'Start again and type the password of an administrator.',
    raw,
  });
}

function refusedByPolkit(raw: string): Problem {
  return problem('elevation-refused', 'You were not given the rights to write a drive.', {
    detail:
      'Either the system refused, or no program is running that could ask for the password (a polkit agent); ' +
      'many tiling desktops start none. Nothing was changed.',
    remedy: 'Start a polkit agent, or write from a terminal with sudo nixburn write.',
    raw,
  });
}

function refusedBySudo(raw: string): Problem {
  return problem('elevation-refused', 'You were not given the rights to write a drive.', {
    detail: 'The password was wrong, or you are not an administrator of this Mac. Nothing was changed.',
    remedy: 'Log in as an administrator, and start again.',
    raw,
  });
}

/** There is no program on this system that could ask. */
export function elevationMissing(system: NodeJS.Platform): Problem {
  if (system === 'linux') {
    return problem('elevation-missing', 'Nixburn can not ask for the rights to write a drive.', {
      detail: 'The program pkexec, which asks for the password, is not installed.',
      remedy: 'Install polkit, or write from a terminal with sudo nixburn write.',
    });
  }
  return problem('elevation-not-offered', 'Nixburn does not write drives on this system.', {
    detail: 'Asking for the rights to do so works on Linux, macOS and Windows.',
    remedy: 'Write to a file instead, and copy that to the drive with a tool of your system.',
  });
}
