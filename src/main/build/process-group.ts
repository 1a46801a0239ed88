/** Ends processes for good: politely first, then by force, together with everything that they started. */
import { readdirSync, readFileSync } from 'node:fs';

/** How long a process may take to end politely, in ms. Stopping a build takes Nix well under a second. */
const patienceMillis = 10_000;

/** A process in a group of its own, as execa gives it. */
type Child = PromiseLike<unknown> & {
  pid?: number | undefined;
  stderr: NodeJS.ReadableStream & { destroy(): unknown };
  exitCode: number | null;
  signalCode: string | null;
};

/**
 * Sees to it that a child in a process group of its own is gone when it is not wanted any more: when `signal` aborts,
 * when `finish` is called, and when Nixburn itself ends. `politely` asks it; 10 s later it is killed, with everything
 * that it started.
 */
export function guardGroup(
  child: Child,
  signal: AbortSignal,
  politely: () => void,
): { finish(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const stop = () => {
    if (timer || !isRunning()) return;
    politely();
    timer = setTimeout(() => {
      killAll(child.pid);
      child.stderr.destroy();
    }, patienceMillis);
  };
  const killNow = () => killAll(child.pid);
  signal.addEventListener('abort', stop, { once: true });
  process.once('exit', killNow);
  if (signal.aborted) stop();
  return {
    async finish() {
      stop();
      // Nobody reads any more, and a child that can not write would never end.
      child.stderr.resume();
      await child;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      process.off('exit', killNow);
    },
  };
}

/** Sends a signal to a whole process group. It may be gone already. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    // Windows has no process groups.
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It is gone already, which is what was wanted.
  }
}

/** Also what has left the group: Nix starts every build in a session of its own. */
function killAll(pid: number | undefined): void {
  if (pid === undefined) return;
  const found = process.platform === 'linux' ? descendants(pid) : [];
  signalGroup(pid, 'SIGKILL');
  for (const one of found) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}

/** All processes below this one, by the parent in `/proc/PID/stat` (proc_pid_stat(5), field 4). */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const below = [pid];
  for (const one of below) for (const [child, parent] of parents) if (parent === one) below.push(child);
  return below.slice(1);
}
