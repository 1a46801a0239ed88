/** Checks an order against what this process sees itself: whoever gave it may be mistaken, or somebody else. */
import { stat } from 'node:fs/promises';
import { findTarget, type Target } from '../main/drives/list.ts';
import { failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import { driveChanged, imageTruncated } from './explain.ts';
import type { Order, Task } from './order.ts';

/**
 * The drive that a task means, as it is now.
 *
 * @returns the first reason not to go on: another drive in the place of the chosen one, a broken rule.
 */
export async function checkTarget(task: Task): Promise<Outcome<Target>> {
  const target = await findTarget(task.target.path, task.image?.path);
  if (!target.ok) return target;
  const { drive } = target.value;
  const other = otherDrive(task, target.value);
  if (other !== null) return failed(driveChanged(task.target.path, other));
  const [refusal] = drive.refusals.filter(({ code }) => binds(task.action, code));
  return refusal === undefined ? target : failed(refusal);
}

/** Whether a broken rule keeps that from being done. */
export function binds(action: Task['action'], code: string): boolean {
  switch (action) {
    // Reading breaks nothing, so that a stick can be verified wherever it is mounted. A part of a drive is not a stick.
    case 'verify':
      return ['drive-is-partition', 'drive-empty', 'drive-too-small'].includes(code);
    // A lock keeps nobody from reading; but what the system keeps on its disks is not for everybody.
    case 'save':
      return code !== 'drive-read-only';
    default:
      return true;
  }
}

/** Why the image can not be the one that was ordered; null where it may be. */
export async function checkImage({ image, patches, targets }: Order): Promise<Problem | null> {
  const found = await stat(image.path).catch((error: unknown) => String(error));
  if (typeof found === 'string') {
    return problem('image-unreadable', 'The image could not be read.', {
      detail: `${image.path} can not be opened.`,
      remedy: 'Check that it is still there, in a folder that the whole system can read.',
      raw: found,
    });
  }
  if (!found.isFile()) {
    return problem('image-not-a-file', `${image.path} is not an ordinary file.`, {
      remedy: 'Choose an image that is stored in a file.',
    });
  }
  if (found.size < image.bytes) return imageTruncated(image.path, found.size, image.bytes);
  if (found.size > image.bytes) {
    return problem('image-changed', 'The image is not the one that was chosen.', {
      detail: `${image.path} has ${found.size} bytes; it had ${image.bytes}.`,
      remedy: 'Choose the image again.',
    });
  }
  const all = [...patches, ...targets.flatMap((target) => target.patches ?? [])];
  const isOutside = all.some(
    ({ offset, base64 }) => offset + Buffer.byteLength(base64, 'base64') > image.bytes,
  );
  return isOutside ? problem('order-unusable', 'A change reaches beyond the end of the image.') : null;
}

/** What tells the drive from the one in the order; null where nothing does. */
function otherDrive({ target }: Task, { drive }: Target): string | null {
  if (target.kind === 'file')
    return drive.kind === 'file' && drive.path === target.path ? null : 'It is not a file.';
  if (drive.kind === 'file') return 'It is an ordinary file now.';
  if (drive.path !== target.path) return `It is ${drive.path} now.`;
  if (drive.serial !== target.serial) return 'Its serial number is another one.';
  if (drive.bytes !== target.bytes)
    return `It holds ${drive.bytes} bytes; the chosen one held ${target.bytes}.`;
  if (drive.diskSequence !== target.diskSequence) return 'It was plugged in after you chose.';
  return null;
}
