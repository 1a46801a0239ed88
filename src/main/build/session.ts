/** One connection to a builder: how it is opened, kept alive, and brought to an end that the far side understands. */
import type { FileHandle } from 'node:fs/promises';
import { start, type Ended, type Running } from './process.ts';
import { mark, patience, signs } from './remote-script.ts';
import { sshArguments, sshEnvironment, type SshTarget } from './ssh.ts';

/** One connection to a builder, with a script at its far end. */
export interface Session {
  lines: Running['lines'];
  stdout: Running['stdout'];
  exited: Running['exited'];
  /** `connected`: the script there has begun to speak. */
  state: { connected: boolean };
  /** Says that all is done, or that nobody wants it any more: the far end stops and forgets. */
  hangUp(): void;
  close(): Promise<Ended>;
}

/**
 * Opens a session that runs a script.
 *
 * @param input what the script reads first.
 * @param to an open file that takes stdout, so that an image need not pass through this program; null to read it.
 */
export function openSession(
  target: SshTarget,
  command: string,
  signal: AbortSignal,
  input: Uint8Array,
  to: FileHandle | null,
): Session {
  const state = { connected: false };
  let beat: NodeJS.Timeout | undefined;
  let ended: Promise<Ended> | undefined;
  const hangUp = ({ stdin, stdout, kill }: Running) => {
    clearInterval(beat);
    if (!stdin.writableEnded) stdin.end(signs.done);
    // The script is not there yet that would understand; and no name server may hold us up.
    if (!state.connected) kill('SIGTERM');
    // What nobody reads any more would keep ssh from ending.
    stdout.resume();
  };
  const running = start('ssh', sshArguments(target, [command]), signal, {
    env: sshEnvironment,
    stdout: to === null ? 'stream' : { fd: to.fd },
    politely: hangUp,
  });
  running.stdin.write(input);
  beat = setInterval(() => running.stdin.write(signs.alive), patience.beat);
  beat.unref();
  return {
    lines: running.lines,
    stdout: running.stdout,
    exited: running.exited,
    state,
    hangUp: () => hangUp(running),
    close() {
      hangUp(running);
      ended ??= running.finish();
      return ended;
    },
  };
}

/** A line that is from the script and not from Nix; null for any other. */
export function readMark(line: string): { word: string; rest: string } | null {
  if (!line.startsWith(mark)) return null;
  const said = line.slice(mark.length);
  const space = said.indexOf(' ');
  return space < 0 ? { word: said, rest: '' } : { word: said.slice(0, space), rest: said.slice(space + 1) };
}
