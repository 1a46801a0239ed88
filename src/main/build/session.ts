/** One connection to a builder: how it is opened, kept alive, and brought to an end that the far side understands. */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, start, type Ended, type Running } from './process.ts';
import { mark, patience, remoteCommand, remoteScripts, signs } from './remote-script.ts';
import { sshArguments, sshEnvironment, type SshTarget } from './ssh.ts';

/** One connection to a builder, with a script at its far end. */
export interface Session {
  lines: Running['lines'];
  stdout: Running['stdout'];
  exited: Running['exited'];
  /** `connected`: the script there has begun to speak. */
  state: { connected: boolean };
  /**
   * Throws away what came on stdout before the script, and lets it go on: once it is ready.
   *
   * @param bytes of the image that are in the open file already.
   */
  clear(bytes: number): Promise<void>;
  /** Says that all is done, or that nobody wants it any more: the far end stops and forgets. */
  hangUp(): void;
  close(): Promise<Ended>;
}

/** How long the far end may take to hear that nobody wants it any more, before it is told in another way. Milliseconds. */
const hearing = 1_000;

/** How long that other way may take, in ms. */
const detour = 3_000;

/**
 * Opens a session that runs a script. Where it is to end and its connection is one that stands and carries nothing any
 * more (a router has forgotten it, the computer is in another network), the far end is told over a new one.
 *
 * @param token the name of the image that the script works on.
 * @param input what the script reads first.
 * @param to an open file that takes stdout, so that an image need not pass through this program; null to read it.
 */
export function openSession(
  target: SshTarget,
  command: string,
  token: string,
  signal: AbortSignal,
  input: Uint8Array,
  to: FileHandle | null,
): Session {
  const state = { connected: false };
  let beat: NodeJS.Timeout | undefined;
  let ended: Promise<Ended> | undefined;
  let told: Promise<void> | undefined;
  const hangUp = (one: Running) => {
    const { stdin, stdout, kill } = one;
    clearInterval(beat);
    if (!stdin.writableEnded) stdin.end(signs.done);
    // The script is not there yet that would understand; and no name server may hold us up.
    if (!state.connected) kill('SIGTERM');
    // What nobody reads any more would keep ssh from ending.
    stdout.resume();
    // Where it has sent its last, it is gone by itself.
    if (!stdout.readableEnded) told ??= tellAnew(target, token, one);
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
    async clear(bytes) {
      if (to === null) await throwAway(running.stdout);
      // There, a file can not be cut that is written at its end.
      else if (process.platform !== 'win32') await to.truncate(bytes);
      if (!running.stdin.writableEnded) running.stdin.write(signs.clear);
    },
    hangUp: () => hangUp(running),
    async close() {
      hangUp(running);
      ended ??= running.finish();
      const how = await ended;
      await told;
      return how;
    },
  };
}

/** Reads what is there, and what ssh has written before it wrote what is known to have come after. */
async function throwAway(stream: Readable): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await new Promise((next) => setImmediate(next));
    while (stream.read() !== null) quiet = 0;
  }
}

/** Ends the script there over a new connection, unless the old one has ended by itself in time. Never rejects. */
async function tellAnew(target: SshTarget, token: string, { exited, kill }: Running): Promise<void> {
  const patient = new AbortController();
  const hasEnded = await Promise.race([
    exited.then(() => true),
    sleep(hearing, false, { signal: patient.signal, ref: false }).catch(() => true),
  ]);
  patient.abort();
  if (hasEnded) return;
  const args = sshArguments(target, [remoteCommand(remoteScripts.stop, [token])]);
  const answer = await ask('ssh', args, sshEnvironment, detour);
  if (answer.exitCode === 0) kill('SIGTERM');
}

/** A line that is from the script and not from Nix; null for any other. */
export function readMark(line: string): { word: string; rest: string } | null {
  if (!line.startsWith(mark)) return null;
  const said = line.slice(mark.length);
  const space = said.indexOf(' ');
  return space < 0 ? { word: said, rest: '' } : { word: said.slice(0, space), rest: said.slice(space + 1) };
}
