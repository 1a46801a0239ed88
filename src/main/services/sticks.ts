/** The part of the services that has to do with drives: which there are, writing an image on one, and proving it. */
import path from 'node:path';
import type { Drive, Image, Receipt, StickEvent } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { listDrives, watchDrives, type ListOptions } from '../drives/list.ts';
import { keptImages } from '../image/store.ts';
import { makePrivate } from '../places.ts';
import { programs } from '../programs.ts';
import { readSettings } from '../settings.ts';
import { verifyStick, writeStick } from '../stick/write.ts';
import { version } from '../version.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

export function stickServices({ places }: Surroundings): {
  calls: Pick<Calls, 'receipts'>;
  jobs: Pick<Jobs, 'watchDrives' | 'writeStick' | 'verifyStick'>;
} {
  const practiceFile = path.join(places.data, 'practice', 'stick.img');

  async function listOptions(): Promise<ListOptions> {
    const { practiceDrives } = await readSettings(places.config);
    if (practiceDrives) await makePrivate(path.dirname(practiceFile));
    return { loops: practiceDrives, practiceFile: practiceDrives ? practiceFile : undefined };
  }

  /** What the page's two ids mean now. */
  async function findBoth(ids: {
    imageId: string;
    driveId: string;
  }): Promise<Outcome<{ image: Image; drive: Drive }>> {
    const image = (await keptImages(places.images)).find(({ id }) => id === ids.imageId);
    if (image === undefined) return failed(imageGone);
    const drives = await listDrives({ ...(await listOptions()), image: image.path });
    if (!drives.ok) return drives;
    const drive = drives.value.find(({ id }) => id === ids.driveId);
    return drive === undefined ? failed(driveGone) : done({ image, drive });
  }

  async function* run(
    job: typeof writeStick,
    ids: { imageId: string; driveId: string },
    signal: AbortSignal,
  ): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
    const found = await findBoth(ids);
    if (!found.ok) return found;
    return yield* job({ ...found.value, programs, version }, signal);
  }

  return {
    calls: { receipts: () => [] },
    jobs: {
      async *watchDrives(_nothing, signal) {
        return yield* watchDrives(await listOptions(), signal);
      },
      writeStick: (ids, signal) => run(writeStick, ids, signal),
      verifyStick: (ids, signal) => run(verifyStick, ids, signal),
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
