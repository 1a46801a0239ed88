/**
 * Lays out an empty FAT32 file system in one partition: what every computer, camera and firmware reads.
 * Source: "Microsoft Extensible Firmware Initiative FAT32 File System Specification" 1.03.
 */

export interface Fat32Options {
  /** The size of the drive. */
  bytes: number;
  /** 512 or 4096: FAT and the partition table count in blocks of the drive. */
  blockSize: number;
  /** At most 11 of A–Z 0–9 _ - and blanks. */
  label: string;
  /** 32 bits that tell this one from others. */
  id: number;
}

/** The beginning of the drive, zeros but for its parts; what comes after it is free space and may hold anything. */
export interface Fat32 {
  /** A whole number of MiB. */
  bytes: number;
  parts: { offset: number; bytes: Buffer }[];
}

const mebi = 1024 * 1024;
/** With fewer clusters it is a FAT16 by definition, whatever it says; with more the entries are too narrow. */
const clusters = { least: 65_525, most: 0x0f_ff_ff_f4 };

/** Bytes. Larger ones are not understood everywhere. */
const largestCluster = 32_768;

/** @returns null where the drive is too small for a FAT32 (some 35 MB). */
export function layOutFat32({ bytes, blockSize, label, id }: Fat32Options): Fat32 | null {
  const start = mebi / blockSize;
  // The partition table has 32 bits for a number of blocks, and so has FAT; and there are only so many clusters.
  const total = Math.min(
    Math.floor(bytes / mebi) * start - start,
    0xff_ff_ff_ff - start,
    clusters.most * (largestCluster / blockSize),
  );
  const perCluster = blocksPerCluster(total * blockSize, blockSize);
  const entries = blockSize / 4;
  const least = 32;
  const fat = Math.ceil((total - least + 2 * perCluster) / (entries * perCluster + 2));
  // Data begin at a multiple of a MiB: flash is erased in large pieces.
  const data = roundUp(least + 2 * fat, start);
  const reserved = data - 2 * fat;
  const count = Math.floor((total - data) / perCluster);
  if (total <= data || count < clusters.least || count > clusters.most) return null;

  const partition = start * blockSize;
  const at = (block: number) => partition + block * blockSize;
  const boot = bootSector({ blockSize, perCluster, reserved, start, total, fat, id, label });
  const info = infoSector(blockSize, count - 1);
  const table = Buffer.alloc(12);
  // The medium (0xf8) and the end of chain that stands for a clean volume; then the root, which is one cluster.
  table.writeUInt32LE(0x0f_ff_ff_f8, 0);
  table.writeUInt32LE(0x0f_ff_ff_ff, 4);
  table.writeUInt32LE(0x0f_ff_ff_ff, 8);
  return {
    bytes: roundUp(at(data + perCluster), mebi),
    parts: [
      { offset: 0, bytes: partitionTable(start, total, id) },
      { offset: at(0), bytes: boot },
      { offset: at(1), bytes: info },
      { offset: at(6), bytes: boot },
      { offset: at(7), bytes: info },
      { offset: at(reserved), bytes: table },
      { offset: at(reserved + fat), bytes: table },
      { offset: at(data), bytes: labelEntry(label) },
    ],
  };
}

/** As Microsoft's own table has it, and small clusters where there are few blocks. */
function blocksPerCluster(bytes: number, blockSize: number): number {
  const gibi = 1024 * mebi;
  const sizes: [number, number][] = [
    [64 * mebi, 512],
    [128 * mebi, 1024],
    [256 * mebi, 2048],
    [8 * gibi, 4096],
    [16 * gibi, 8192],
    [32 * gibi, 16_384],
  ];
  const size = sizes.find(([most]) => bytes <= most)?.[1] ?? largestCluster;
  return Math.max(1, size / blockSize);
}

interface Geometry {
  blockSize: number;
  perCluster: number;
  reserved: number;
  start: number;
  total: number;
  fat: number;
  id: number;
  label: string;
}

function bootSector(geometry: Geometry): Buffer {
  const sector = Buffer.alloc(geometry.blockSize);
  // Jumps behind the table to what asks the firmware for the next drive: INT 18h.
  sector.write('eb5890', 0, 'hex');
  sector.write('MSWIN4.1', 3, 'latin1');
  sector.writeUInt16LE(geometry.blockSize, 11);
  sector.writeUInt8(geometry.perCluster, 13);
  sector.writeUInt16LE(geometry.reserved, 14);
  sector.writeUInt8(2, 16);
  sector.writeUInt8(0xf8, 21);
  sector.writeUInt16LE(63, 24);
  sector.writeUInt16LE(255, 26);
  sector.writeUInt32LE(geometry.start, 28);
  sector.writeUInt32LE(geometry.total, 32);
  sector.writeUInt32LE(geometry.fat, 36);
  // The root's first cluster, the info sector, the copy of this one.
  sector.writeUInt32LE(2, 44);
  sector.writeUInt16LE(1, 48);
  sector.writeUInt16LE(6, 50);
  sector.writeUInt8(0x80, 64);
  sector.writeUInt8(0x29, 66);
  sector.writeUInt32LE(geometry.id, 67);
  sector.write(geometry.label.padEnd(11), 71, 11, 'latin1');
  sector.write('FAT32   ', 82, 'latin1');
  sector.write('cd18f4ebfd', 90, 'hex');
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function infoSector(blockSize: number, free: number): Buffer {
  const sector = Buffer.alloc(blockSize);
  sector.writeUInt32LE(0x41615252, 0);
  sector.writeUInt32LE(0x61417272, 484);
  sector.writeUInt32LE(free, 488);
  sector.writeUInt32LE(3, 492);
  sector.writeUInt32LE(0xaa550000, 508);
  return sector;
}

/** The volume's name as an entry of the root: attribute 0x08. Its date is the first that FAT knows. */
function labelEntry(label: string): Buffer {
  const entry = Buffer.alloc(32);
  entry.write(label.padEnd(11), 0, 11, 'latin1');
  entry.writeUInt8(0x08, 11);
  entry.writeUInt16LE(0x21, 24);
  return entry;
}

/** One partition, type 0x0c (FAT32 by LBA); cylinders, heads and sectors say that they can not say it. */
function partitionTable(start: number, total: number, id: number): Buffer {
  const sector = Buffer.alloc(512);
  sector.write('cd18f4ebfd', 0, 'hex');
  sector.writeUInt32LE(id, 440);
  sector.write('00feffff0cfeffff', 446, 'hex');
  sector.writeUInt32LE(start, 454);
  sector.writeUInt32LE(total, 458);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
