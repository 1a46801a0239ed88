/** Finds the slot in an image or on a stick by the structure of its ISO 9660 volume, trusting nothing that it reads. */
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { findFile, readVolume, sectorBytes, type SectorReader } from '../image/iso9660.ts';
import { readSlotHeader, slotBytes } from './format.ts';

/** Where a slot is, and in what. */
export interface SlotPlace {
  /** Bytes from the start of the image or drive; the slot has 262,144 from there. */
  offset: number;
  /** 8 bytes that name the image. */
  id: Uint8Array;
  volumeId: string;
  /** The size of the whole image, as its volume descriptor says. */
  imageBytes: number;
}

/**
 * Finds the slot: primary volume descriptor, root directory, NIXBURN, SLOT. It must lie in one run inside the volume,
 * have exactly its size, and begin with a header of a version that is known; its payload may be damaged.
 *
 * @returns `not-an-image` where there is no ISO 9660 volume, `slot-missing` where it has no slot, `slot-unusable`
 *   where what is there can not be one.
 */
export async function findSlot(reader: SectorReader): Promise<Outcome<SlotPlace>> {
  const run = await findSlotRun(reader);
  if (!run.ok) return run;
  const header = readSlotHeader(await reader.read(run.value.offset / sectorBytes, 1));
  return header.ok ? done({ ...run.value, id: header.value.id }) : header;
}

/** As `findSlot`, from the tables alone, which lie at the beginning: what stands in the slot is not looked at. */
export async function findSlotRun(reader: SectorReader): Promise<Outcome<Omit<SlotPlace, 'id'>>> {
  const volume = await readVolume(reader);
  if (!volume) return failed(noImage());
  const extent = await findFile(reader, volume.root, ['nixburn', 'slot']);
  if (!extent) return failed(slotMissing(volume.volumeId));
  const offset = extent.sector * sectorBytes;
  if (extent.bytes !== slotBytes) return failed(misplaced(`it has ${extent.bytes} bytes, not ${slotBytes}`));
  // A volume that says it ends earlier would have its slot outside of what was checksummed.
  if (offset + slotBytes > Math.min(volume.bytes, reader.bytes))
    return failed(misplaced('it does not lie inside the image'));
  return done({ offset, volumeId: volume.volumeId, imageBytes: volume.bytes });
}

function noImage(): Problem {
  return problem('not-an-image', 'There is no NixOS image here.', {
    detail: 'It holds no ISO 9660 volume, which is what a NixOS image is.',
    remedy: 'Write an image to it first.',
  });
}

function slotMissing(volumeId: string): Problem {
  return problem('slot-missing', 'This image has no place for secrets.', {
    detail: `The volume ${JSON.stringify(volumeId)} holds no file /nixburn/slot: Nixburn did not make this image, or an older one did.`,
    remedy: 'Build the image again with Nixburn.',
  });
}

function misplaced(raw: string): Problem {
  return problem('slot-unusable', 'The place for secrets on this image is damaged.', {
    detail: 'The file /nixburn/slot is there, and it is not as Nixburn makes it.',
    remedy: 'Build the image again, or write the stick again.',
    raw,
  });
}
