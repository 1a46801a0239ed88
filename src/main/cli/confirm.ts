/** The question before a drive is erased: whoever asks for it types the drive's name, or nothing is done. */
import type { Drive } from '../../shared/contract.ts';
import { cancelled, problem, type Problem } from '../../shared/problem.ts';
import { formatBytes } from '../../shared/units.ts';
import type { Terminal } from './terminal.ts';

/**
 * Tells what would be lost and has the person type what the drive is called.
 *
 * @param act what erases it, as the beginning of a sentence: `Writing`
 * @returns `write-not-confirmed`, `cancelled`; undefined where it is the drive they mean.
 */
export async function confirmErasing(
  drive: Drive,
  act: string,
  terminal: Terminal,
): Promise<Problem | undefined> {
  const model = [drive.vendor, drive.model].filter(Boolean).join(' ');
  const names = drive.kind === 'file' ? [drive.path] : [model, drive.model, drive.path].filter(Boolean);
  if (!terminal.canAsk) {
    return problem('write-not-confirmed', `${act} would erase ${drive.path}, and nobody can be asked here.`, {
      detail: 'Nothing was written.',
      remedy: 'Run it in a terminal, or add --yes if you are sure.',
    });
  }
  terminal.tell(`This erases everything on ${describe(drive)}.`);
  for (const { path, label, fileSystem, bytes, mountPoints } of drive.volumes) {
    const where = mountPoints.length > 0 ? `in use at ${mountPoints.join(', ')}` : '';
    terminal.tell(
      `  ${[path, label && `“${label}”`, fileSystem, formatBytes(bytes), where].filter(Boolean).join('  ')}`,
    );
  }
  const answer = await terminal.ask(`Type ${[...new Set(names)].slice(-2).join(' or ')} to go on: `);
  if (terminal.signal.aborted) return cancelled;
  if (answer !== undefined && names.some((name) => name.toLowerCase() === answer.trim().toLowerCase()))
    return undefined;
  return problem('write-not-confirmed', 'That is not the name of this drive.', {
    detail: 'Nothing was written.',
    remedy: 'Start again if it is the drive you mean.',
  });
}

function describe({ kind, path, vendor, model, serial, bytes, bus }: Drive): string {
  if (kind === 'file') return `the practice stick ${path} (${formatBytes(bytes)})`;
  const name = [vendor, model].filter(Boolean).join(' ') || 'the drive';
  return `${name} at ${path} (${[formatBytes(bytes), bus, serial].filter(Boolean).join(', ')})`;
}
