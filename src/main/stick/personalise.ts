/** The job that gives a finished stick, or an image file, other secrets: nothing is built, and nothing else is written. */
import type { Drive, Personalised, Receipt, StickEvent } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import type { PersonaliseOrder, Result } from '../../writer/order.ts';
import { targetDrive } from '../drives/list.ts';
import { keptImages } from '../image/store.ts';
import { knownHostsFile } from '../machine/known-hosts.ts';
import type { Places } from '../places.ts';
import type { RecipeWithSecrets } from '../recipe-file.ts';
import { fileAt, isSameFile } from '../same-file.ts';
import { slotFilling } from '../slot/fill.ts';
import type { WriterPrograms } from './elevate.ts';
import { runWriter } from './run-writer.ts';
import { keepReceipt, keptReceipts, receiptsFolder } from './receipts.ts';
import { driveChanged, isNotMade, toTarget } from './write.ts';

export interface PersonaliseInput {
  recipe: RecipeWithSecrets;
  /** As it was listed when the person chose it. */
  drive: Drive;
  programs: WriterPrograms;
  places: Places;
}

/**
 * Fills the slot of what is on the drive with this recipe's secrets, its name, and a new host key, and reads it back.
 *
 * @returns what is in the slot now; a rule (`drive-…`), another drive in that place (`drive-changed`), no permission
 *   (`elevation-…`), no slot (`not-an-image`, `slot-…`), `image-is-kept`, or what the writer met. Then the stick is as it
 *   was, or its slot is refused when it starts.
 */
export async function* personaliseStick(
  { recipe, drive, programs, places }: PersonaliseInput,
  signal: AbortSignal,
): AsyncGenerator<StickEvent, Outcome<Personalised>, void> {
  const now = await targetDrive(drive.path);
  if (!now.ok) return now;
  if (now.value.id !== drive.id) return failed(driveChanged(drive));
  const [refusal] = now.value.refusals;
  // The writer applies the rules too; here they save a person the password.
  if (refusal !== undefined) return failed(refusal);
  if (now.value.kind === 'file' && now.value.bytes === 0) return failed(nothingThere(drive.path));
  if (now.value.kind === 'file' && (await isKept(now.value.path, places.images)))
    return failed(imageIsKept(drive.path));
  const filling = await slotFilling({ recipe, knownHosts: knownHostsFile(places) });
  if (!filling.ok) return filling;
  const { content: payload, slot, forget } = filling.value;
  const order: PersonaliseOrder = {
    version: 2,
    action: 'personalise',
    targets: [toTarget(now.value)],
    payload,
  };
  let result: Outcome<Result> | undefined;
  const running = runWriter(programs, order, signal);
  try {
    for (;;) {
      const next = await running.next();
      if (next.done) {
        [result] = next.value;
        break;
      }
      if ('event' in next.value) yield next.value.event;
    }
  } finally {
    await running.return([]);
    // A host key that is on no stick is nobody's.
    if (isNotMade(result)) await forget();
  }
  if (!result) throw new Error('the writer said nothing of its target');
  if (!result.ok) return result;
  const written = result.value.slot;
  if (!written) throw new Error('the writer said nothing of the slot');
  const folder = receiptsFolder(places.data);
  const earlier = await receiptOf(folder, now.value, written);
  const receipt = earlier && { ...earlier, slot };
  if (receipt) {
    const lost = await keepReceipt(folder, receipt).then(
      () => null,
      (error: unknown) => `The receipt could not be kept in ${folder}: ${String(error)}`,
    );
    if (lost !== null) yield { kind: 'note', text: lost };
  }
  const { writeMillis, verifyMillis } = result.value;
  const { volumeId, id } = written;
  return done({ path: drive.path, volumeId, slotId: id, slot, writeMillis, verifyMillis, receipt });
}

/** Whether that file is an image that is kept, by whatever way it is reached: a link to the folder, another name of the file. */
async function isKept(file: string, images: string): Promise<boolean> {
  const found = await fileAt(file);
  const kept = await Promise.all((await keptImages(images)).map(({ path }) => fileAt(path)));
  return kept.some((one) => isSameFile(one, found));
}

/** The receipt of the image that is on this drive, if it was written here. */
async function receiptOf(
  folder: string,
  drive: Drive,
  { volumeId, imageBytes }: NonNullable<Result['slot']>,
): Promise<Receipt | null> {
  const all = await keptReceipts(folder);
  const found = all.find(
    ({ drive: written, image }) =>
      isSameDrive(written, drive) && image.volumeId === volumeId && image.bytes >= imageBytes,
  );
  return found ?? null;
}

/** A stick without a serial number may be any of its kind: then it must at least be where it was. */
function isSameDrive(written: Receipt['drive'], drive: Drive): boolean {
  if (written.bus !== drive.bus) return false;
  if (drive.kind === 'file') return written.path === drive.path;
  const isOfItsKind =
    written.vendor === drive.vendor && written.model === drive.model && written.bytes === drive.bytes;
  return (
    isOfItsKind && written.serial === drive.serial && (drive.serial !== '' || written.path === drive.path)
  );
}

function nothingThere(path: string) {
  return problem('target-empty', `There is nothing at ${path} to personalise.`, {
    remedy: 'Write an image to it first: nixburn write FILE.iso --to TARGET --with RECIPE.json.',
  });
}

function imageIsKept(path: string) {
  return problem('image-is-kept', `${path} is an image that Nixburn keeps.`, {
    detail: 'It stays without secrets, so that every stick that is made of it gets its own.',
    remedy: 'Personalise the stick, or a copy of the image.',
  });
}
