/** Frees a drive of what the desktop mounted from it: exactly those mount points, never by likeness of names. */
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { run } from './command.ts';
import { findHolders } from './holders.ts';
import { findTarget, type Target } from './list.ts';
import { visible } from './names.ts';

/** Several things may be mounted over each other at one place; more layers than this are somebody's game. */
const rounds = 5;

/**
 * Unmounts everything on a drive that was just looked at, looking anew each time, so that whatever the rules forbid ends it.
 *
 * @param image path of the image, for the rules; left out where there is none
 * @returns the drive as it is then, without mounts; the first refusal; or `drive-busy` with who holds it.
 */
export async function unmountDrive(seen: Target, image?: string): Promise<Outcome<Target>> {
  const { path } = seen.drive;
  for (let round = 0; round < rounds; round += 1) {
    const target = round === 0 ? done(seen) : await findTarget(path, image);
    if (!target.ok) return target;
    const [refusal] = target.value.drive.refusals;
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
  await run('blockdev', ['--rereadpt', path]);
}

async function stillMounted(target: Target, mountPoint: string, raw: string) {
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
