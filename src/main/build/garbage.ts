/** Makes room in a Nix store: removes what nothing needs any more, which is all that `nix-collect-garbage` ever does. */
import path from 'node:path';
import { cancelled, done, failed, type Outcome } from '../../shared/problem.ts';
import { noNix } from './builder.ts';
import { explainFailure } from './explain.ts';
import { nixFolders } from './here.ts';
import { NixLog } from './nix-log.ts';
import { start } from './process.ts';
import { remoteCommand, remoteScripts } from './remote-script.ts';
import { noSsh, sshArguments, sshEnvironment, type SshTarget } from './ssh.ts';

/**
 * Removes garbage, here (`target` null) or there. Old generations of profiles are left alone.
 *
 * @returns what was freed, in the words of Nix: `1234 store paths deleted, 5678.90 MiB freed`.
 */
export async function* collectGarbage(
  target: SshTarget | null,
  signal: AbortSignal,
): AsyncGenerator<{ kind: 'log'; line: string }, Outcome<{ freed: string }>, void> {
  if (signal.aborted) return failed(cancelled);
  const PATH = [process.env['PATH'] ?? '', ...nixFolders].join(path.delimiter);
  const running = target
    ? start('ssh', sshArguments(target, [remoteCommand(remoteScripts.garbage, [])]), signal, {
        env: sshEnvironment,
        stdout: 'text',
        // The far end takes the end of its stdin for "stop".
        politely: ({ stdin, kill }) => (stdin.end(), kill('SIGTERM')),
      })
    : start('nix-collect-garbage', [], signal, {
        env: { PATH },
        stdout: 'text',
        politely: ({ kill }) => kill('SIGINT'),
      });
  if (!target) running.stdin.end();
  const log = new NixLog();
  let freed = '';
  try {
    for await (const line of running.lines) {
      for (const event of log.read(line)) if (event.kind === 'log') yield event;
      if (line.endsWith(' freed')) freed = line;
    }
  } finally {
    await running.finish();
  }
  const ended = await running.finish();
  if (signal.aborted) return failed(cancelled);
  if (ended.missing) return failed(target ? noSsh : noNix('this computer'));
  if (ended.exitCode === 127 && target) return failed(noNix(target.name));
  if (ended.exitCode !== 0) return failed(explainFailure(log.failure(), ended));
  // On stdout since Nix 2.4, on stderr before.
  return done({ freed: freed || (ended.stdout.trim().split('\n').at(-1) ?? '') });
}
