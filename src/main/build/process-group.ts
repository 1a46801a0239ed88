/** Ends processes for good: politely first, then by force, together with everything that they started. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process may take to end politely, in ms. Stopping a build takes Nix well under a second. */
const patienceMillis = 3_000;

/** A process in a group of its own, as Node gives it. */
interface Child {
  pid?: number | undefined;
  exitCode: number | null;
  signalCode: string | null;
}

/** A process, told from a later one with the same number by when it started. */
interface Process {
  pid: number;
  parent: number;
  started: string;
}

/**
 * Sees to it that a child in a process group of its own is gone when it is not wanted any more: when `signal` aborts,
 * when `finish` is called, and when Nixburn itself ends. `politely` asks it; 3 s later it is killed, with everything
 * that it started. What it leaves behind when it ends politely is killed too. `ended` settles when it is gone;
 * `streams` are what it writes.
 */
export function guardGroup(
  child: Child,
  streams: Readable[],
  ended: Promise<unknown>,
  signal: AbortSignal,
  politely: () => void,
): { finish(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let below: Process[] = [];
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const stop = () => {
    if (timer || !isRunning()) return;
    below = descendants(child.pid);
    politely();
    timer = setTimeout(() => {
      killAll(child.pid);
      // Something else may still hold the other end.
      for (const stream of streams) stream.destroy();
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
      for (const stream of streams) stream.resume();
      // It may be gone and something that it started not: that holds the streams open.
      timer ??= setTimeout(() => streams.forEach((one) => one.destroy()), patienceMillis);
      await ended;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      process.off('exit', killNow);
      await untilGone(killLeft(below));
    },
  };
}

/** Sends a signal to a whole process group. It may be gone already. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  // Windows has no process groups.
  if (pid !== undefined) send(process.platform === 'win32' ? pid : -pid, signal);
}

/** Also what has left the group: Nix starts every build in a session of its own. */
function killAll(pid: number | undefined): void {
  const found = descendants(pid);
  signalGroup(pid, 'SIGKILL');
  killLeft(found);
}

/** Those of the processes that are still the same ones, with what they have started since: these are returned. */
function killLeft(known: Process[]): Process[] {
  if (known.length === 0) return [];
  const now = processes();
  const same = known.filter((one) => isSame(one, now));
  const left = [...same, ...same.flatMap(({ pid }) => descendants(pid, now))];
  for (const { pid } of left) send(pid, 'SIGKILL');
  return left;
}

/** Waits until they are gone: on a busy computer what was killed goes on being there for a while. */
async function untilGone(killed: Process[]): Promise<void> {
  const until = performance.now() + patienceMillis;
  const isLeft = (now = processes()) => killed.some((one) => isSame(one, now));
  while (killed.length > 0 && isLeft() && performance.now() < until) await sleep(10);
}

function isSame({ pid, started }: Process, now: Map<number, Process>): boolean {
  return now.get(pid)?.started === started;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, which is what was wanted.
  }
}

/** All processes below this one. Empty where there is no `/proc`. */
function descendants(pid: number | undefined, all = processes()): Process[] {
  if (pid === undefined) return [];
  const below: Process[] = [];
  for (let parents = new Set([pid]); parents.size > 0;) {
    const next = [...all.values()].filter((one) => parents.has(one.parent));
    below.push(...next);
    parents = new Set(next.map((one) => one.pid));
  }
  return below;
}

/**
 * All but those that have ended and wait for somebody to notice. From `/proc/PID/stat`: the state is field 3, the parent
 * field 4, the start time field 22 (proc_pid_stat(5)).
 */
function processes(): Map<number, Process> {
  const found = new Map<number, Process>();
  if (process.platform !== 'linux') return found;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name of the program, field 2, may hold spaces and brackets.
      const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') continue;
      found.set(Number(name), { pid: Number(name), parent: Number(fields[1]), started: fields[19] ?? '' });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
