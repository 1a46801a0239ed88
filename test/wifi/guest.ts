/** Starts the guest and talks to it: a line to guest.sh calls one of its functions, and lines come back. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Line {
  text: string;
  /** Seconds since the guest began, as it counts them itself. */
  at: number;
}

export interface Guest {
  /** Calls a function of guest.sh, with its arguments. */
  say: (line: string) => void;
  /** The next line that begins so, from now on; rejects where the guest ends, or is silent for longer than it can be. */
  next: (beginning: string) => Promise<Line>;
  /** Hands over every line, until the function that it gives back is called. */
  listen: (listener: (line: Line) => void) => () => void;
  /** Takes the power away. */
  end: () => Promise<void>;
}

/** Seconds of this computer, however busy, after which a guest hangs that has said nothing. */
const patience = 600;

/**
 * The guest counts time by the instructions that it has executed, and where it has nothing to do the next timer is due
 * at once (QEMU's -icount). So waiting costs nothing, and how busy this computer is decides how long a run takes, but
 * not what comes of it: nothing in the guest is ever too slow for the patience of the programs in it.
 */
const machine = '-machine q35 -cpu Nehalem -smp 1 -m 768 -accel tcg,tb-size=256 -icount shift=1,sleep=off';

/**
 * @param kernel what is booted, with `initrd` as all that there is.
 * @param folder where what the kernel and the guest say is kept.
 */
export function startGuest(kernel: string, initrd: string, folder: string): Guest {
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', ...machine.split(' ')],
      ['-kernel', kernel, '-initrd', initrd],
      ['-append', 'console=ttyS0,115200 quiet panic=-1 mitigations=off tsc=reliable'],
      ['-serial', `file:${path.join(folder, 'console.log')}`, '-serial', 'stdio'],
    ].flat(),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const kill = () => qemu.kill('SIGKILL');
  process.on('exit', kill);
  const ended = new Promise<void>((resolve) => {
    qemu.once('close', () => resolve());
    qemu.once('error', () => resolve());
  });
  void ended.then(() => process.off('exit', kill));
  qemu.stdin.on('error', () => undefined);

  const log = createWriteStream(path.join(folder, 'guest.log'));
  const listeners = new Set<(line: Line) => void>();
  createInterface({ input: qemu.stdout }).on('line', (line) => {
    log.write(`${line}\n`);
    const [, at, text] = /^(\d+\.\d+) (.*)$/.exec(line) ?? [];
    if (text === undefined) return;
    for (const listener of listeners) listener({ text, at: Number(at) });
  });
  const listen: Guest['listen'] = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  const next: Guest['next'] = (beginning) =>
    new Promise((resolve, reject) => {
      const fail = (what: string) => {
        clearTimeout(silence);
        stop();
        reject(new Error(`${what}, and has not said “${beginning}”.`));
      };
      const silence = setTimeout(() => fail(`The guest was silent for ${patience} s`), patience * 1000);
      const stop = listen((line) => {
        silence.refresh();
        if (!line.text.startsWith(beginning)) return;
        clearTimeout(silence);
        stop();
        resolve(line);
      });
      void ended.then(() => fail('The guest has ended'));
    });

  return {
    say: (line) => void qemu.stdin.write(`${line}\n`),
    listen,
    next,
    end: async () => {
      kill();
      await ended;
      log.end();
    },
  };
}
