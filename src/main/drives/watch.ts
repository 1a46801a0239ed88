/** Notices within a second when a drive is plugged in or pulled out, or is mounted, without asking for all of them all the time. */
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drive } from '../../shared/contract.ts';
import { done, type Outcome } from '../../shared/problem.ts';
import { listDrives, type ListOptions } from './list.ts';

/** How often it is asked whether anything has changed: the kernel answers from memory, in less than a millisecond. */
const glanceMillis = 200;
/** How often all is looked at anyway: a few things change no table, such as a switch on a card. */
const lookMillis = { linux: 5000, other: 1500 };

/**
 * Watches what is plugged in until aborted; yields at once, and then at every change.
 *
 * @returns nothing when aborted; a problem where the drives can not be listed.
 */
export async function* watchDrives(
  options: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<{ kind: 'drives'; drives: Drive[] }, Outcome<null>, void> {
  let before = '';
  while (!signal.aborted) {
    // Asked before looking: what changes while we look is looked at again.
    const seen = await glance();
    const drives = await listDrives(options);
    if (!drives.ok) return drives;
    const now = JSON.stringify(drives.value);
    if (now !== before && !signal.aborted) yield { kind: 'drives', drives: drives.value };
    before = now;
    await change(seen, signal);
  }
  return done(null);
}

/** Returns when something has changed since, when it is time to look anyway, or when aborted. */
async function change(seen: string | null, signal: AbortSignal): Promise<void> {
  const until = performance.now() + (seen === null ? lookMillis.other : lookMillis.linux);
  while (performance.now() < until && !signal.aborted) {
    await sleep(glanceMillis, undefined, { signal }).catch(() => undefined);
    if (seen !== null && (await glance()) !== seen) return;
  }
}

/**
 * A text that changes with the drives: Linux's tables of block devices (with their sizes, so that a card in a reader shows),
 * mounts and swaps, and the time at which udev last wrote down what it found out about a device, which it does a moment
 * after that appeared. Null where there are no such tables.
 */
async function glance(): Promise<string | null> {
  const [partitions, mounts, swaps, udev] = await Promise.all([
    read('/proc/partitions'),
    read('/proc/self/mountinfo'),
    read('/proc/swaps'),
    stat('/run/udev/data', { bigint: true }).catch(() => null),
  ]);
  return partitions === null ? null : [partitions, mounts, swaps, udev?.mtimeNs].join('\n');
}

function read(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
