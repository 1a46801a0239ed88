/** Runs the system's own small programs for disks: to the end, without a shell, in English. */
import { execa } from 'execa';

/** Where they live, NixOS included; pkexec leaves no PATH worth the name. What is not there is sought on PATH. */
const systemPath = [
  '/run/wrappers/bin',
  '/run/current-system/sw/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/**
 * Runs `name` and waits for it.
 *
 * @param limits `timeout` in ms; 0: as long as it takes, as unmounting does that must write out first
 * @returns what it printed. `ok` is false where it could not be started, ended with an error, or took too long;
 *   `stderr` then says why.
 */
export async function run(
  name: string,
  args: string[],
  limits: { timeout: number } = { timeout: 20_000 },
): Promise<{ ok: boolean; stdout: string; stderr: string }> {
  const path = [...systemPath, process.env['PATH'] ?? ''].join(':');
  const ended = await execa(name, args, {
    env: { PATH: path, LC_ALL: 'C.UTF-8' },
    reject: false,
    stdin: 'ignore',
    timeout: limits.timeout,
  });
  const ok = !ended.failed;
  return { ok, stdout: ended.stdout, stderr: ok ? '' : ended.stderr || (ended.shortMessage ?? '') };
}

/**
 * Runs a script that is a part of this program in Windows' own PowerShell. As an argument and not as a file, since running
 * script files may be forbidden, and encoded, so that no quoting comes in between.
 */
export function runPowerShell(script: string): ReturnType<typeof run> {
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  const options = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'];
  return run('powershell.exe', [...options, '-EncodedCommand', encoded]);
}
