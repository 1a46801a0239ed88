/** The part of the services that has to do with drives: which there are, writing an image on one, and proving it. */
import path from 'node:path';
import type { Drive, Image, Receipt, StickEvent } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { listDrives, watchDrives, type ListOptions } from '../drives/list.ts';
import { keptImages } from '../image/store.ts';
import { makePrivate } from '../places.ts';
import { programs } from '../programs.ts';
import { readSettings } from '../settings.ts';
import { keptReceipts, receiptsFolder } from '../stick/receipts.ts';
import { verifyStick, writeStick, writeSticks } from '../stick/write.ts';
import { version } from '../version.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

export function stickServices({ places }: Surroundings): {
  calls: Pick<Calls, 'receipts'>;
  jobs: Pick<Jobs, 'watchDrives' | 'writeStick' | 'writeSticks' | 'verifyStick'>;
} {
  const practiceFile = path.join(places.data, 'practice', 'stick.img');
  const receipts = receiptsFolder(places.data);

  async function listOptions(): Promise<ListOptions> {
    const { practiceDrives } = await readSettings(places.config);
    if (practiceDrives) await makePrivate(path.dirname(practiceFile));
    return { loops: practiceDrives, practiceFile: practiceDrives ? practiceFile : undefined };
  }

  /** What the page's ids mean now. */
  async function find(
    imageId: string,
    driveIds: string[],
  ): Promise<Outcome<{ image: Image; drives: Drive[] }>> {
    const image = (await keptImages(places.images)).find(({ id }) => id === imageId);
    if (image === undefined) return failed(imageGone);
    const listed = await listDrives({ ...(await listOptions()), image: image.path });
    if (!listed.ok) return listed;
    const drives = driveIds.flatMap((wanted) => listed.value.find(({ id }) => id === wanted) ?? []);
    return drives.length < driveIds.length ? failed(driveGone) : done({ image, drives });
  }

  async function* run(
    job: typeof writeStick,
    ids: { imageId: string; driveId: string },
    signal: AbortSignal,
  ): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
    const found = await find(ids.imageId, [ids.driveId]);
    if (!found.ok) return found;
    const [drive] = found.value.drives;
    if (drive === undefined) return failed(driveGone);
    return yield* job({ image: found.value.image, drive, programs, version, receipts }, signal);
  }

  return {
    calls: { receipts: () => keptReceipts(receipts) },
    jobs: {
      async *watchDrives(_nothing, signal) {
        return yield* watchDrives(await listOptions(), signal);
      },
      writeStick: (ids, signal) => run(writeStick, ids, signal),
      verifyStick: (ids, signal) => run(verifyStick, ids, signal),
      async *writeSticks({ imageId, driveIds }, signal) {
        const found = await find(imageId, driveIds);
        if (!found.ok) return found;
        return yield* writeSticks({ ...found.value, programs, version, receipts }, signal);
      },
    },
  };
}

const imageGone = problem('image-gone', 'This image is not there any more.', {
  detail: 'It was removed or changed since it was built.',
  remedy: 'Build the image again.',
});

const driveGone = problem('drive-changed', 'The drive that you chose is not there any more.', {
  detail: 'It was unplugged or changed, and another drive may have its name now.',
  remedy: 'Look at the list of drives and choose again.',
});
