/** Looks whether the slot of a written stick was filled since: then it is no longer the image's, and right all the same. */
import { decodeSlot, encodeSlot, slotBytes } from '../main/slot/format.ts';
import { findSlot } from '../main/slot/locate.ts';
import type { Plan } from './body.ts';
import type { PatchBytes } from './image.ts';
import { imageSectors, readBlocks } from './sectors.ts';

/**
 * The slot as it is on the target, to be laid over the image before the two are compared. Nothing where the image has no
 * slot, or where what is in its place is damaged or of another image: that is to be found.
 *
 * @throws TransferError
 */
export async function filledSlot({ image, target }: Plan): Promise<PatchBytes[]> {
  const place = await findSlot(imageSectors(image));
  if (!place.ok) return [];
  const { offset, id } = place.value;
  const bytes = await readBlocks(target, offset, slotBytes);
  const slot = decodeSlot(bytes);
  const isFilled =
    slot.ok && slot.value.payload.length > 0 && Buffer.from(slot.value.id).equals(Buffer.from(id));
  if (!isFilled) return [];
  // The checksum is of the payload alone; what stands around it is known to the last byte as well.
  const whole = encodeSlot(slot.value);
  return whole.ok ? [{ offset, bytes: whole.value }] : [];
}
