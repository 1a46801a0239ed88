/** The part of the services that has to do with drives: which there are, writing an image on one, and proving it. */
import path from 'node:path';
import type { Drive, Image, Receipt, StickEvent } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { builderFor, readChoices } from '../build/choices.ts';
import { ejectDrive } from '../drives/eject.ts';
import { listDrives, type ListOptions } from '../drives/list.ts';
import { watchDrives } from '../drives/watch.ts';
import { keptImages } from '../image/store.ts';
import { knownHostsFile } from '../machine/known-hosts.ts';
import { makePrivate } from '../places.ts';
import { programs } from '../programs.ts';
import { readSettings } from '../settings.ts';
import { keptReceipts, receiptsFolder } from '../stick/receipts.ts';
import { pageRecipe } from '../recipe-flake.ts';
import { makeStick } from '../recipe-stick.ts';
import { stickNames } from '../slot/contents.ts';
import { slotPatches, type SlotFill } from '../slot/fill.ts';
import { personaliseStick } from '../stick/personalise.ts';
import { restoreStick, saveStick } from '../stick/restore.ts';
import { verifyStick, writeStick, writeSticks } from '../stick/write.ts';
import { version } from '../version.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

export function stickServices({ places, nixpkgs, opened }: Surroundings): {
  calls: Pick<Calls, 'receipts' | 'ejectDrive'>;
  jobs: Pick<
    Jobs,
    | 'watchDrives'
    | 'writeStick'
    | 'writeSticks'
    | 'makeStick'
    | 'verifyStick'
    | 'personaliseStick'
    | 'restoreStick'
    | 'saveStick'
  >;
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
    const images = [...(await opened.list()), ...(await keptImages(places.images))];
    const image = images.find(({ id }) => id === imageId);
    if (image === undefined) return failed(imageGone);
    const listed = await listDrives({ ...(await listOptions()), image: image.path });
    if (!listed.ok) return listed;
    const drives = driveIds.flatMap((wanted) => listed.value.find(({ id }) => id === wanted) ?? []);
    return drives.length < driveIds.length ? failed(driveGone) : done({ image, drives });
  }

  async function findDrive(driveId: string): Promise<Outcome<Drive>> {
    const listed = await listDrives(await listOptions());
    if (!listed.ok) return listed;
    const drive = listed.value.find(({ id }) => id === driveId);
    return drive === undefined ? failed(driveGone) : done(drive);
  }

  /** What goes into the slots, where the page gave a recipe along. */
  async function fillsFor(value: unknown, image: Image, count: number): Promise<Outcome<SlotFill[]>> {
    if (value === undefined) return done([]);
    const recipe = pageRecipe(value);
    if (!recipe.ok) return recipe;
    const names = stickNames(recipe.value.name, count);
    return slotPatches(image.path, { recipe: recipe.value, knownHosts: knownHostsFile(places) }, names);
  }

  async function* run(
    job: typeof writeStick,
    ids: { imageId: string; driveId: string },
    recipe: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<StickEvent, Outcome<Receipt>, void> {
    const found = await find(ids.imageId, [ids.driveId]);
    if (!found.ok) return found;
    const { image, drives } = found.value;
    const [drive] = drives;
    if (drive === undefined) return failed(driveGone);
    const fills = await fillsFor(recipe, image, 1);
    if (!fills.ok) return fills;
    return yield* job({ image, drive, fill: fills.value[0], programs, version, receipts }, signal);
  }

  return {
    calls: {
      receipts: () => keptReceipts(receipts),
      async ejectDrive({ driveId }) {
        const drive = await findDrive(driveId);
        return drive.ok ? ejectDrive(drive.value.path) : drive;
      },
    },
    jobs: {
      async *watchDrives(_nothing, signal) {
        return yield* watchDrives(await listOptions(), signal);
      },
      writeStick: ({ recipe, ...ids }, signal) => run(writeStick, ids, recipe, signal),
      verifyStick: (ids, signal) => run(verifyStick, ids, undefined, signal),
      async *writeSticks({ imageId, driveIds, recipe }, signal) {
        const found = await find(imageId, driveIds);
        if (!found.ok) return found;
        const fills = await fillsFor(recipe, found.value.image, driveIds.length);
        if (!fills.ok) return fills;
        return yield* writeSticks(
          { ...found.value, fills: fills.value, programs, version, receipts },
          signal,
        );
      },
      async *makeStick({ driveId, recipe: value }, signal) {
        const recipe = pageRecipe(value);
        if (!recipe.ok) return recipe;
        const drive = await findDrive(driveId);
        if (!drive.ok) return drive;
        const builder = builderFor(await readChoices(places.config), recipe.value.system);
        if (!builder.ok) return builder;
        const common = { recipe: recipe.value, nixpkgs, places, programs, version, receipts };
        return yield* makeStick({ ...common, builder: builder.value, drive: drive.value }, signal);
      },
      async *personaliseStick({ driveId, recipe: value }, signal) {
        const recipe = pageRecipe(value);
        if (!recipe.ok) return recipe;
        const drive = await findDrive(driveId);
        if (!drive.ok) return drive;
        return yield* personaliseStick(
          { recipe: recipe.value, drive: drive.value, programs, places },
          signal,
        );
      },
      async *restoreStick({ driveId, label }, signal) {
        const drive = await findDrive(driveId);
        if (!drive.ok) return drive;
        return yield* restoreStick({ drive: drive.value, label, programs }, signal);
      },
      async *saveStick({ driveId }, signal) {
        const drive = await findDrive(driveId);
        if (!drive.ok) return drive;
        const file = path.join(await makePrivate(path.join(places.data, 'saved')), savedName(drive.value));
        return yield* saveStick({ drive: drive.value, file, programs }, signal);
      },
    },
  };
}

/** `SanDisk-Ultra-2026-11-25T10-00-00.img`: what it was, and when, in letters that every file system takes. */
function savedName({ vendor, model }: Drive): string {
  const name = `${vendor} ${model}`.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'drive';
  return `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.img`;
}

const imageGone = problem('image-gone', 'This image is not there any more.', {
  detail: 'It was removed or changed since it was built.',
  remedy: 'Build the image again.',
});

const driveGone = problem('drive-changed', 'The drive that you chose is not there any more.', {
  detail: 'It was unplugged or changed, and another drive may have its name now.',
  remedy: 'Look at the list of drives and choose again.',
});
