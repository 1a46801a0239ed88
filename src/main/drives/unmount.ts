/** Frees a drive of what the desktop mounted from it: exactly those mount points, never by likeness of names. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drive } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { run, runPowerShell } from './command.ts';
import { findHolders } from './holders.ts';
import { findTarget, type Target } from './list.ts';
import { visible } from './names.ts';

/** Several things may be mounted over each other at one place; more layers than this are somebody's game. */
const rounds = 5;

/**
 * Unmounts everything on a drive that was just looked at, looking anew each time, so that whatever the rules forbid ends it.
 *
 * @param image path of the image, for the rules; left out where there is none
 * @param binds whether a broken rule ends it: reading breaks fewer than writing
 * @returns the drive as it is then, without mounts; the first refusal; or `drive-busy` with who holds it.
 */
export async function unmountDrive(
  seen: Target,
  image: string | undefined,
  binds: (refusal: Problem) => boolean = () => true,
): Promise<Outcome<Target>> {
  const { path, kind } = seen.drive;
  if (kind === 'file') return unmountLayers(seen, image, binds);
  switch (process.platform) {
    case 'darwin':
      return freeWhole(seen, image, binds, () => run('diskutil', ['unmountDisk', path], { timeout: 0 }));
    case 'win32':
      return freeWhole(seen, image, binds, () => runPowerShell(clearScript(seen.drive)));
    default:
      return unmountLayers(seen, image, binds);
  }
}

/** macOS and Windows free a drive as a whole, and say themselves what keeps them from it. */
async function freeWhole(
  seen: Target,
  image: string | undefined,
  binds: (refusal: Problem) => boolean,
  free: () => ReturnType<typeof run>,
): Promise<Outcome<Target>> {
  const [refusal] = seen.drive.refusals.filter(binds);
  if (refusal !== undefined) return failed(refusal);
  let freed = await free();
  // Windows may refuse the first time, while it is still looking at what was just plugged in.
  for (let tries = 1; !freed.ok && tries < rounds; tries += 1) {
    await sleep(1000);
    freed = await free();
  }
  if (!freed.ok) {
    return failed(
      problem('drive-busy', `${seen.drive.path} could not be unmounted.`, {
        detail: 'The system did not let go of it.',
        remedy: 'Close the files and windows that are open there, then try again.',
        raw: freed.stderr,
      }),
    );
  }
  const target = await findTarget(seen.drive.path, image);
  if (!target.ok) return target;
  const [since] = target.value.drive.refusals.filter(binds);
  return since === undefined ? target : failed(since);
}

/**
 * Takes all volumes off a disk of Windows: it lets nobody write where a volume is. A disk without a partition table has
 * none, and is refused with "not initialized". The number may be another disk's by now: that is looked at right before, and
 * what was looked at is what is cleared.
 */
export function clearScript({ path, bytes, serial }: Pick<Drive, 'path' | 'bytes' | 'serial'>): string {
  const number = Number(/\d+$/.exec(path)?.[0]);
  // Only what needs no quoting is compared; most are letters and digits.
  const isPlain = /^[\w.-]+$/.test(serial);
  const others = [
    `$disk.Size -ne ${bytes}`,
    '$disk.IsBoot',
    '$disk.IsSystem',
    ...(isPlain ? [`"$($disk.SerialNumber)".Trim() -ne '${serial}'`] : []),
  ];
  return `
$ErrorActionPreference = 'Stop'
$disk = Get-Disk -Number ${number}
if (${others.join(' -or ')}) {
  throw 'Another disk has this number now.'
}
if ($disk.PartitionStyle -ne 'RAW') {
  $disk | Clear-Disk -RemoveData -RemoveOEM -Confirm:$false
}
`;
}

async function unmountLayers(
  seen: Target,
  image: string | undefined,
  binds: (refusal: Problem) => boolean,
): Promise<Outcome<Target>> {
  const { path } = seen.drive;
  for (let round = 0; round < rounds; round += 1) {
    const target = round === 0 ? done(seen) : await findTarget(path, image);
    if (!target.ok) return target;
    const [refusal] = target.value.drive.refusals.filter(binds);
    if (refusal !== undefined) return failed(refusal);
    if (target.value.mountPoints.length === 0) return target;
    // What is mounted inside another mount goes first.
    const deepestFirst = target.value.mountPoints.toSorted((one, other) => other.length - one.length);
    for (const mountPoint of deepestFirst) {
      const unmounted = await run('umount', ['--', mountPoint], { timeout: 0 });
      if (!unmounted.ok) return failed(await stillMounted(target.value, mountPoint, unmounted.stderr));
    }
  }
  return failed(
    problem('drive-busy', `${path} is mounted again and again.`, {
      remedy: 'Close whatever opens the drive by itself, then try again.',
    }),
  );
}

/** Makes the kernel look at the new partition table. Best effort; plugging in anew does the same. */
export async function rereadPartitions(path: string): Promise<void> {
  // The others look by themselves as soon as the drive is closed.
  if (process.platform === 'linux') await run('blockdev', ['--rereadpt', path]);
}

/** That something keeps a place of a drive from being unmounted, with who it is. */
export async function stillMounted(target: Target, mountPoint: string, raw: string): Promise<Problem> {
  const holders = await findHolders(target.numbers, [mountPoint]);
  return problem('drive-busy', `${visible(mountPoint)} could not be unmounted.`, {
    detail:
      holders.length > 0
        ? `It is held by ${holders.map(visible).join(', ')}.`
        : 'The system does not say which program holds it.',
    remedy: 'Close the files and windows that are open there, then try again.',
    raw,
  });
}
