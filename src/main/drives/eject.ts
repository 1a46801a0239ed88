/** Lets go of a drive so that it can be pulled out: unmounts what is mounted from it, and switches it off where that can be. */
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { run, runPowerShell } from './command.ts';
import { findTarget, type Target } from './list.ts';
import { isMediaPlace } from './system-places.ts';
import { stillMounted } from './unmount.ts';

/** Rules that say nothing against pulling a drive out. */
const harmless = ['drive-read-only', 'drive-too-small', 'drive-holds-image', 'drive-holds-practice-stick'];

/**
 * Ejects the drive at `path`. Needs no rights that a person at the computer has not.
 *
 * @returns nothing; a rule where the drive is a part of the system or in use; `drive-busy` where it is not let go;
 *   `target-is-file` for a practice stick.
 */
export async function ejectDrive(path: string): Promise<Outcome<null>> {
  const target = await findTarget(path);
  if (!target.ok) return target;
  const refusal = target.value.drive.refusals.find(({ code }) => !harmless.includes(code));
  if (refusal !== undefined) return failed(refusal);
  if (target.value.drive.kind === 'file') return failed(isFile);
  switch (process.platform) {
    case 'darwin':
      return said(path, await run('diskutil', ['eject', path]));
    case 'win32':
      return said(path, await runPowerShell(ejectScript(target.value)));
    default:
      return ejectOnLinux(target.value);
  }
}

async function ejectOnLinux(target: Target): Promise<Outcome<null>> {
  const { drive, mountPoints } = target;
  for (const mountPoint of mountPoints.filter(isMediaPlace).toReversed()) {
    // udisks does it for whoever is at the computer; umount for root.
    const device =
      drive.volumes.find((volume) => volume.mountPoints.includes(mountPoint))?.path ?? drive.path;
    const asked = await run('udisksctl', ['unmount', '--no-user-interaction', '--block-device', device]);
    const unmounted = asked.ok ? asked : await run('umount', ['--', mountPoint], { timeout: 0 });
    if (!unmounted.ok) return failed(await stillMounted(target, mountPoint, unmounted.stderr));
  }
  // It has no plug.
  if (drive.kind === 'loop') return done(null);
  const off = await run('udisksctl', ['power-off', '--no-user-interaction', '--block-device', drive.path]);
  // A reader keeps its power and gives up the card; nothing is lost where neither is possible, since nothing is mounted.
  if (!off.ok) await run('eject', [drive.path]);
  return done(null);
}

/** As "Eject" in the Explorer, for each letter; a letter is all that stands in the script. */
function ejectScript({ mountPoints }: Target): string {
  const letters = mountPoints.flatMap((place) => /^[A-Za-z]:/.exec(place)?.[0] ?? []);
  const computer = '(New-Object -ComObject Shell.Application).NameSpace(17)';
  return letters.map((letter) => `${computer}.ParseName('${letter}').InvokeVerb('Eject')`).join('\n');
}

function said(path: string, { ok, stderr }: { ok: boolean; stderr: string }): Outcome<null> {
  if (ok) return done(null);
  return failed(
    problem('drive-busy', `${path} could not be ejected.`, {
      detail: 'Something on it is still in use.',
      remedy: 'Close the files and windows that are open there, then try again.',
      raw: stderr,
    }),
  );
}

const isFile = problem('target-is-file', 'A practice stick is an ordinary file, and no drive.', {
  remedy: 'There is nothing to pull out.',
});
