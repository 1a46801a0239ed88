/** Makes small images with a slot, as the mastering program of nixpkgs makes large ones. */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { emptySlot } from '../../src/main/flake/slot.ts';
import { sectorBytes, type SectorReader } from '../../src/main/image/iso9660.ts';

export const slotId = Uint8Array.of(0xa1, 2, 3, 4, 5, 6, 7, 0xf8);

/**
 * Writes `name`.iso into a folder.
 *
 * @param slot what /nixburn/slot holds; null leaves it out.
 * @param options for xorriso's mkisofs mode; nixpkgs has Rock Ridge and Joliet, and a partition table.
 */
export async function makeIso(
  folder: string,
  name: string,
  slot: Uint8Array | null = emptySlot(slotId),
  options: string[] = ['-R', '-J'],
): Promise<string> {
  const contents = path.join(folder, `${name}-contents`);
  await mkdir(path.join(contents, 'nixburn'), { recursive: true });
  await mkdir(path.join(contents, 'boot'));
  // So long that the slot begins in the middle of a block of 4 KiB.
  await writeFile(path.join(contents, 'boot/before'), Buffer.alloc(3000, 'before the slot'));
  await writeFile(path.join(contents, 'zz-after'), Buffer.alloc(70_001, 'after the slot'));
  if (slot) await writeFile(path.join(contents, 'nixburn/slot'), slot);
  const file = path.join(folder, `${name}.iso`);
  const args = ['-as', 'mkisofs', '-quiet', '-V', 'NIXOS_ATTIC', ...options, '-o', file, contents];
  await promisify(execFile)('xorriso', args);
  await rm(contents, { recursive: true });
  return file;
}

/** Reads sectors of bytes in memory. */
export function memoryReader(bytes: Uint8Array): SectorReader {
  return {
    bytes: bytes.length,
    read: async (first, count) => bytes.subarray(first * sectorBytes, (first + count) * sectorBytes),
  };
}
