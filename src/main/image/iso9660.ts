/**
 * Understands an ISO 9660 image by its sectors: label, files, ways to boot. Pure: it is given a reader and trusts
 * nothing that it reads. ECMA-119; El Torito 1.0; the UEFI specification for platform 0xEF.
 */

export const sectorBytes = 2048;

/** Reads whole sectors. Beyond the end it gives fewer bytes than asked for; it never throws for that. */
export interface SectorReader {
  /** The size of the image in bytes. */
  bytes: number;
  read(firstSector: number, count: number): Promise<Uint8Array>;
}

/** What the volume descriptors say. */
export interface Volume9660 {
  volumeId: string;
  /** The size that the image says it has, in bytes. A download that broke off is smaller. */
  bytes: number;
  root: Extent;
}

/** A run of bytes in the image. */
export interface Extent {
  sector: number;
  bytes: number;
}

export interface BootModes {
  bootModes: ('bios' | 'uefi')[];
  /** It has a partition table, so it boots from a drive that it was written on byte for byte. */
  hybrid: boolean;
}

/** Volume descriptors begin at sector 16 (ECMA-119, 8.1) and are few; garbage must not make us read on for ever. */
const firstDescriptor = 16;
const mostDescriptors = 32;

/** Directories of installer images are small; a larger one is garbage. */
const largestDirectory = 1024 * 1024;

/** The primary volume descriptor (ECMA-119, 8.4). Null where there is none: this is no ISO 9660 image. */
export async function readVolume(reader: SectorReader): Promise<Volume9660 | null> {
  for (const sector of await descriptors(reader)) {
    if (sector[0] !== 1) continue;
    const view = viewOf(sector);
    if (view.getUint16(128, true) !== sectorBytes || sector[881] !== 1) return null;
    const root = { sector: view.getUint32(156 + 2, true), bytes: view.getUint32(156 + 10, true) };
    const bytes = view.getUint32(80, true) * sectorBytes;
    if (bytes === 0) return null;
    return { volumeId: ascii(sector.subarray(40, 72)).trimEnd(), bytes, root };
  }
  return null;
}

/**
 * Finds a file by its names from the root on, e.g. `['nixburn', 'recipe.json']`. Names are compared as ISO 9660 keeps
 * them: without case, without version, and cut to eight and three characters by a strict mastering program.
 * Null where it is not there, where the directories are damaged, or where its bytes do not lie in one run.
 */
export async function findFile(reader: SectorReader, root: Extent, names: string[]): Promise<Extent | null> {
  let at = root;
  for (const [depth, name] of names.entries()) {
    const wantFolder = depth < names.length - 1;
    const found = (await entriesOf(reader, at)).find(
      (entry) => entry.folder === wantFolder && sameName(entry.name, name),
    );
    if (!found?.isOneRun) return null;
    at = found.extent;
  }
  return at.sector * sectorBytes + at.bytes <= reader.bytes ? at : null;
}

/** Reads a whole file that `findFile` found. The caller has checked that it is not too large. */
export async function readExtent(reader: SectorReader, extent: Extent): Promise<Uint8Array> {
  const sectors = await reader.read(extent.sector, Math.ceil(extent.bytes / sectorBytes));
  return sectors.subarray(0, extent.bytes);
}

/** How the image boots: from its El Torito catalogue as a disc, and from its partition table as a drive. */
export async function readBootModes(reader: SectorReader): Promise<BootModes> {
  const table = readPartitions(await reader.read(0, 1));
  const platforms = await readBootCatalogue(reader);
  const bootModes: ('bios' | 'uefi')[] = [];
  if (platforms.has(0x00) || table.bootCode) bootModes.push('bios');
  if (platforms.has(0xef) || table.efi) bootModes.push('uefi');
  return { bootModes, hybrid: table.partitions };
}

async function descriptors(reader: SectorReader): Promise<Uint8Array[]> {
  const area = await reader.read(firstDescriptor, mostDescriptors);
  const found: Uint8Array[] = [];
  for (let at = 0; at + sectorBytes <= area.length; at += sectorBytes) {
    const sector = area.subarray(at, at + sectorBytes);
    if (ascii(sector.subarray(1, 6)) !== 'CD001') break;
    if (sector[0] === 255) break;
    found.push(sector);
  }
  return found;
}

/** The classic partition table in the first sector, as isohybrid and xorriso write it. */
function readPartitions(sector: Uint8Array): { partitions: boolean; bootCode: boolean; efi: boolean } {
  const none = { partitions: false, bootCode: false, efi: false };
  if (sector.length < 512 || sector[510] !== 0x55 || sector[511] !== 0xaa) return none;
  const view = viewOf(sector);
  const types: number[] = [];
  for (let at = 446; at < 510; at += 16)
    if (view.getUint32(at + 12, true) > 0) types.push(sector[at + 4] ?? 0);
  const partitions = types.some((type) => type !== 0);
  // An image for UEFI alone carries a table without any program in front of it.
  const bootCode = partitions && sector.subarray(0, 440).some((byte) => byte !== 0);
  return { partitions, bootCode, efi: types.includes(0xef) };
}

/** Platforms with a bootable entry: 0 is BIOS, 0xEF is UEFI (El Torito 1.0, section 2; UEFI 2.10, 13.3.2.1). */
async function readBootCatalogue(reader: SectorReader): Promise<Set<number>> {
  const platforms = new Set<number>();
  const record = (await descriptors(reader)).find(
    (sector) => sector[0] === 0 && ascii(sector.subarray(7, 39)).startsWith('EL TORITO SPECIFICATION'),
  );
  if (!record) return platforms;
  const catalogue = await reader.read(viewOf(record).getUint32(0x47, true), 1);
  if (
    catalogue.length < sectorBytes ||
    catalogue[0] !== 1 ||
    catalogue[30] !== 0x55 ||
    catalogue[31] !== 0xaa
  )
    return platforms;
  let platform = catalogue[1] ?? 0;
  for (let at = 32; at + 32 <= catalogue.length; at += 32) {
    const kind = catalogue[at];
    // 0x90 and 0x91 head a section of another platform; 0x88 is a bootable entry, 0 the end or one that is not.
    if (kind === 0x90 || kind === 0x91) platform = catalogue[at + 1] ?? 0;
    else if (kind === 0x88) platforms.add(platform);
    else if (at > 32 && kind === 0) break;
  }
  return platforms;
}

interface Entry {
  name: string;
  folder: boolean;
  extent: Extent;
  /** The extent alone is all of it: neither one of several, nor interleaved, nor behind an attribute record. */
  isOneRun: boolean;
}

/** The records of a directory (ECMA-119, 9.1). Stops quietly at the first that makes no sense. */
async function entriesOf(reader: SectorReader, directory: Extent): Promise<Entry[]> {
  const entries: Entry[] = [];
  if (directory.bytes > largestDirectory || directory.sector * sectorBytes >= reader.bytes) return entries;
  const area = await readExtent(reader, directory);
  for (let at = 0; at < area.length;) {
    const length = area[at] ?? 0;
    if (length === 0) {
      // Records do not cross sectors: the rest of this one is empty.
      at = (Math.floor(at / sectorBytes) + 1) * sectorBytes;
      continue;
    }
    const nameLength = area[at + 32] ?? 0;
    if (length < 34 || at + length > area.length || 33 + nameLength > length) break;
    const view = viewOf(area.subarray(at, at + length));
    entries.push({
      name: ascii(area.subarray(at + 33, at + 33 + nameLength)),
      folder: ((area[at + 25] ?? 0) & 2) !== 0,
      extent: { sector: view.getUint32(2, true), bytes: view.getUint32(10, true) },
      // ECMA-119, 9.1: length of the attribute record, flag "multi-extent", file unit size and interleave gap size.
      isOneRun: [area[at + 1], (area[at + 25] ?? 0) & 0x80, area[at + 26], area[at + 27]].every(
        (byte) => byte === 0,
      ),
    });
    at += length;
  }
  return entries;
}

function sameName(kept: string, wanted: string): boolean {
  const [stem = '', extension = ''] = wanted.toUpperCase().split('.');
  const [keptStem = '', keptExtension = ''] = kept.replace(/;\d+$/, '').toUpperCase().split('.');
  if (keptStem === stem && keptExtension === extension) return true;
  return keptStem === stem.slice(0, 8) && keptExtension === extension.slice(0, 3);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function ascii(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ' ';
  return text;
}
