/** Runs the real Nix for tests: no daemon, no sandbox, no network, and nobody's settings. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What every program of Nix needs here. Nix 2.8 of Debian 12 crashes in its garbage collector without the last one. */
export const nixVariables = {
  NIX_CONFIG: [
    'experimental-features = nix-command flakes',
    'sandbox = false',
    'build-users-group =',
    'substituters =',
    'flake-registry =',
  ].join('\n'),
  GC_DONT_GC: '1',
};
const nixEnv: NodeJS.ProcessEnv = { ...process.env, ...nixVariables };

/** What the program said on both streams; rejects where it fails, with its own words. */
export async function nix(
  program: string,
  args: string[],
  cwd?: string,
): Promise<{ stdout: string; stderr: string }> {
  return run(program, args, { env: nixEnv, cwd, maxBuffer: 100_000_000 });
}

/** The value of an expression in a file, through JSON. */
export async function evaluateFile(file: string): Promise<unknown> {
  const { stdout } = await nix('nix-instantiate', ['--eval', '--strict', '--json', file]);
  return JSON.parse(stdout) as unknown;
}
