/** Lets the reader of ISO 9660 look at an image or a stick that is open here. */
import { sectorBytes, type SectorReader } from '../main/image/iso9660.ts';
import { alignedBuffer, chunkBytes, lengthOf, roundUp } from './chunks.ts';
import { readFully, type End } from './ends.ts';
import type { ImageSource } from './image.ts';

/**
 * The sectors of the image, without what its last chunk misses.
 *
 * @throws TransferError when read; a problem of the image ends it early, as its end would.
 */
export function imageSectors(image: ImageSource): SectorReader {
  return {
    bytes: image.bytes,
    async read(firstSector, count) {
      const from = firstSector * sectorBytes;
      const to = Math.min(from + count * sectorBytes, image.bytes);
      const parts: Buffer[] = [];
      for (let at = from; at < to;) {
        const index = Math.floor(at / chunkBytes);
        const chunk = await image.read(index);
        if (!chunk.ok) break;
        const end = Math.min(to, index * chunkBytes + lengthOf(image, index));
        parts.push(
          Buffer.from(chunk.value.content.subarray(at - index * chunkBytes, end - index * chunkBytes)),
        );
        chunk.value.release();
        at = end;
      }
      return Buffer.concat(parts);
    },
  };
}

/**
 * The sectors of a target that is so large.
 *
 * @throws TransferError when read
 */
export function targetSectors(target: End, bytes: number): SectorReader {
  return {
    bytes,
    async read(firstSector, count) {
      const from = firstSector * sectorBytes;
      return readBlocks(target, from, Math.max(0, Math.min(count * sectorBytes, bytes - from)));
    },
  };
}

/**
 * Reads any bytes of a target in whole blocks.
 *
 * @returns fewer where it ends before.
 * @throws TransferError
 */
export async function readBlocks(target: End, position: number, length: number): Promise<Buffer> {
  if (length <= 0) return Buffer.alloc(0);
  const from = Math.floor(position / target.blockSize) * target.blockSize;
  const buffer = alignedBuffer(roundUp(position + length - from, target.blockSize));
  const have = await readFully(target, buffer, buffer.length, from);
  return Buffer.from(buffer.subarray(position - from, Math.min(have, position - from + length)));
}
