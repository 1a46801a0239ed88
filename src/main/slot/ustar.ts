/**
 * Writes and reads the archive inside the slot: POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"), regular
 * files only, so that every tar there is can read it. The bytes depend on the entries alone.
 */

export interface ArchiveEntry {
  /** At most 100 bytes of printable ASCII. */
  name: string;
  /** Permission bits. */
  mode: number;
  bytes: Uint8Array;
}

const blockBytes = 512;
/** Offsets and lengths of the header's fields that are used here. */
const field = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  devMajor: [329, 8],
  devMinor: [337, 8],
  prefix: [345, 155],
} as const;
const magic = 'ustar\u000000';

/** The archive of these files, in this order, and its end: two empty blocks. */
export function writeArchive(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, mode, bytes }) => [
    header(name, mode, bytes.length),
    bytes,
    Buffer.alloc(padding(bytes.length)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

/**
 * The regular files of an archive, in order; null where it is none. What is no regular file (a link, a folder) comes
 * without bytes.
 */
export function readArchive(archive: Uint8Array): { name: string; bytes: Uint8Array | null }[] | null {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const entries: { name: string; bytes: Uint8Array | null }[] = [];
  for (let at = 0; ;) {
    if (at + blockBytes > bytes.length) return null;
    const block = bytes.subarray(at, at + blockBytes);
    // Two blocks of zeros end an archive; one is enough for every tar.
    if (block.every((byte) => byte === 0)) return entries;
    const size = octal(block, field.size);
    if (text(block, field.magic) !== 'ustar' || octal(block, field.checksum) !== checksumOf(block))
      return null;
    if (size === null || at + blockBytes + size > bytes.length) return null;
    const prefix = text(block, field.prefix);
    const name = text(block, field.name);
    const isFile = ['', '0'].includes(text(block, field.type));
    const content = bytes.subarray(at + blockBytes, at + blockBytes + size);
    entries.push({ name: prefix === '' ? name : `${prefix}/${name}`, bytes: isFile ? content : null });
    at += blockBytes + size + padding(size);
  }
}

function header(name: string, mode: number, bytes: number): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new Error(`no name for an archive: ${JSON.stringify(name)}`);
  const block = Buffer.alloc(blockBytes);
  block.write(name, field.name[0], 'latin1');
  block.write(magic, field.magic[0], 'latin1');
  block.write('0', field.type[0], 'latin1');
  const numbers = { mode, uid: 0, gid: 0, size: bytes, mtime: 0, devMajor: 0, devMinor: 0 };
  for (const [key, value] of Object.entries(numbers)) {
    const [at, length] = field[key as keyof typeof numbers];
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  }
  block.write(`${checksumOf(block).toString(8).padStart(6, '0')}\0 `, field.checksum[0], 'latin1');
  return block;
}

/** The sum of all bytes of a header, its own field taken as spaces. */
function checksumOf(block: Buffer): number {
  const [at, length] = field.checksum;
  return block.reduce((sum, byte, index) => sum + (index >= at && index < at + length ? 0x20 : byte), 0);
}

function text(block: Buffer, [at, length]: readonly [number, number]): string {
  const bytes = block.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? length : end);
}

/** A number as tar writes it: octal digits, ended by a space or a zero byte. Null for anything else. */
function octal(block: Buffer, place: readonly [number, number]): number | null {
  const digits = text(block, place).trim();
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

function padding(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes;
}
