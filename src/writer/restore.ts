/** Makes an ordinary stick again: an empty file system goes on the drive as an image would, under the same rules and checks. */
import { createHash, randomBytes } from 'node:crypto';
import { done, failed, problem, type Outcome } from '../shared/problem.ts';
import { checkTarget } from './check.ts';
import { alignedBuffer, chunkBytes, lengthOf, roundUp } from './chunks.ts';
import { layOutFat32, type Fat32 } from './fat32.ts';
import { withTarget, type Switches } from './hold.ts';
import type { ImageSource } from './image.ts';
import type { RestoreOrder, Result, Task } from './order.ts';
import { writeAll } from './perform.ts';
import type { Progress } from './progress.ts';

/** @returns what was proved of the beginning of the drive, which is all that an empty file system has; otherwise as `perform`. */
export async function restore(
  { targets, label }: RestoreOrder,
  progress: Progress,
  switches: Switches,
): Promise<Outcome<Result>> {
  const [target] = targets;
  if (target === undefined) throw new Error('an order without a target');
  const task: Task = { action: 'restore', image: null, target };
  progress.begin('check', 0);
  const checked = await checkTarget(task);
  if (!checked.ok) return checked;
  return withTarget(task, checked.value, progress, switches, async (end, held) => {
    const id = randomBytes(4).readUInt32LE();
    const { bytes, path } = held.drive;
    const layout = layOutFat32({ bytes, blockSize: end.blockSize, label, id });
    if (layout === null) return failed(tooSmall(path));
    const plan = { image: asImage(layout), target: end };
    return writeAll(plan, held, { holdsSecrets: false, mayKeep: false }, progress, switches);
  });
}

/** What is never in one piece anywhere: zeros, and here and there a few bytes. */
function asImage({ bytes, parts }: Fat32): ImageSource {
  const chunk = (index: number) => {
    const content = alignedBuffer(roundUp(lengthOf({ bytes }, index), 4096)).fill(0);
    const position = index * chunkBytes;
    for (const part of parts) {
      const from = Math.max(position, part.offset);
      const to = Math.min(position + content.length, part.offset + part.bytes.length);
      if (from < to) part.bytes.copy(content, from - position, from - part.offset, to - part.offset);
    }
    return content.subarray(0, lengthOf({ bytes }, index));
  };
  return {
    path: '',
    bytes,
    async read(index) {
      const content = chunk(index);
      // A whole number of MiB leaves nothing to be padded.
      return done({ content, padded: () => content, release: () => undefined });
    },
    startHashing: () => undefined,
    async sha256() {
      const hash = createHash('sha256');
      for (let index = 0; index * chunkBytes < bytes; index += 1) hash.update(chunk(index));
      return done(hash.digest('hex'));
    },
  };
}

function tooSmall(path: string) {
  return problem('drive-too-small', `${path} is too small for the file system that fits all computers.`, {
    detail: 'FAT32 needs about 35 MB, and 300 MB on a drive with blocks of 4 KiB.',
    remedy: 'Format it with a tool of your system.',
  });
}
