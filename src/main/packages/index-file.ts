/** How a package index is laid out, in memory and on disk alike: a few flat arrays, so that 150,000 packages take no objects. */

/** What is known of one package. */
export interface PackageEntry {
  /** Attribute path in nixpkgs, parts joined by dots: `python3Packages.requests`. */
  name: string;
  version: string;
  /** One line, as nixpkgs has it; may be empty. */
  about: string;
  /** The program it is mainly known for, where that is not the name; else empty. */
  program: string;
  unfree: boolean;
  broken: boolean;
  insecure: boolean;
  unsupported: boolean;
}

/** What an index was made from. */
export interface IndexSource {
  /** `nixos-26.05`, or a flake reference. */
  channel: string;
  /** The commit or hash of nixpkgs it stands for. */
  revision: string;
}

export interface PackageIndex extends IndexSource {
  count: number;
  /** The texts of all packages (UTF-8), in one piece; each is name, version, about, program with NUL between. */
  texts: Uint8Array;
  /** Where each package's texts begin, and the end of the last. */
  textStarts: Uint32Array;
  /** Letters of each name, at most 255. */
  nameLengths: Uint8Array;
  /** Bits 0–3: unfree, broken, insecure, unsupported. Bits 4–5: how many sets it lies in, at most 3. */
  marks: Uint8Array;
  /** All words that occur, lower case, sorted by their bytes, each followed by a line feed. */
  words: Uint8Array;
  /** Where each word begins, and the end of the last. */
  wordStarts: Uint32Array;
  /** Which letters a word has: see `letterMask`. */
  letters: Uint32Array;
  /** Where each word's places begin in `places`, and the end of the last. */
  placeStarts: Uint32Array;
  /** Package number × 4 + field: see `fields`. */
  places: Uint32Array;
}

/** Where in a package a word stands: it is the name (or the program), a part of the name, or in the description. */
export const fields = { whole: 0, part: 1, about: 2 } as const;

/** The parts of the file, in order, with the size of their elements in bytes. */
const sections = [
  ['textStarts', 4],
  ['wordStarts', 4],
  ['letters', 4],
  ['placeStarts', 4],
  ['places', 4],
  ['texts', 1],
  ['nameLengths', 1],
  ['marks', 1],
  ['words', 1],
] as const;

/** Eight bytes that the file begins with; the number goes up with every change of the layout. */
const magic = 'NBPKGS01';

/** The index as pieces of a file: magic, length of the head, the head (JSON), then the arrays, each at a multiple of 4. */
export function indexPieces(index: PackageIndex): Uint8Array[] {
  const { channel, revision, count } = index;
  const lengths = Object.fromEntries(sections.map(([name]) => [name, index[name].byteLength]));
  const json = Buffer.from(JSON.stringify({ channel, revision, count, lengths }));
  const head = Buffer.alloc(padded(json.length), ' ');
  json.copy(head);
  const start = Buffer.alloc(12);
  start.write(magic, 'latin1');
  start.writeUInt32LE(head.length, 8);
  const arrays = sections.flatMap(([name]) => {
    const { buffer, byteOffset, byteLength } = index[name];
    return [new Uint8Array(buffer, byteOffset, byteLength), Buffer.alloc(padded(byteLength) - byteLength)];
  });
  return [start, head, ...arrays];
}

/** Bytes that are enough for `readIndexHead`. */
export const headBytes = 4096;

/** What the head of an index file says, without the rest; null where it is none, or of another layout. */
export function readIndexHead(start: Uint8Array): (IndexSource & { count: number }) | null {
  const head = parseHead(start);
  return head && { channel: head.channel, revision: head.revision, count: head.count };
}

/** Takes a whole file for an index, without copying it; null where it is damaged, or of another layout. */
export function readIndex(file: Uint8Array): PackageIndex | null {
  // Node keeps small files in a pool of memory, where four-byte numbers may lie across their bounds.
  const bytes = file.byteOffset % 4 === 0 ? file : new Uint8Array(file);
  const head = parseHead(bytes);
  if (!head) return null;
  let at = head.end;
  const arrays: Record<string, Uint8Array | Uint32Array> = {};
  for (const [name, size] of sections) {
    const length = head.lengths[name] ?? -1;
    if (length < 0 || length % size !== 0 || at + length > bytes.length) return null;
    const from = bytes.byteOffset + at;
    arrays[name] =
      size === 4
        ? new Uint32Array(bytes.buffer, from, length / 4)
        : new Uint8Array(bytes.buffer, from, length);
    at += padded(length);
  }
  const { channel, revision, count } = head;
  const index = { channel, revision, count, ...arrays } as unknown as PackageIndex;
  return at === bytes.length && isConsistent(index) ? index : null;
}

/** What can be told of package number `at`. */
export function entryAt({ texts, textStarts, marks }: PackageIndex, at: number): PackageEntry {
  const text = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength).toString(
    'utf8',
    textStarts[at],
    textStarts[at + 1],
  );
  const [name = '', version = '', about = '', program = ''] = text.split('\0');
  const bits = marks[at] ?? 0;
  const has = (bit: number) => (bits & (1 << bit)) !== 0;
  return {
    name,
    version,
    about,
    program,
    unfree: has(0),
    broken: has(1),
    insecure: has(2),
    unsupported: has(3),
  };
}

/** One bit a letter, five for the digits, one for all the rest: words that differ in many bits are no misspellings. */
export function letterMask(word: Uint8Array, from = 0, to = word.length): number {
  let mask = 0;
  for (let at = from; at < to; at++) {
    const byte = word[at] ?? 0;
    if (byte >= 0x61 && byte <= 0x7a) mask |= 1 << (byte - 0x61);
    else if (byte >= 0x30 && byte <= 0x39) mask |= 1 << (26 + (byte % 5));
    else mask |= 1 << 31;
  }
  return mask >>> 0;
}

interface Head extends IndexSource {
  count: number;
  lengths: Record<string, number>;
  /** Where the arrays begin. */
  end: number;
}

function parseHead(bytes: Uint8Array): Head | null {
  if (bytes.length < 12 || Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== magic) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  const end = 12 + length;
  if (length % 4 !== 0 || end > Math.min(bytes.length, headBytes)) return null;
  try {
    const { channel, revision, count, lengths } = JSON.parse(
      new TextDecoder().decode(bytes.subarray(12, end)),
    ) as Head;
    const isWhole = typeof channel === 'string' && typeof revision === 'string' && Number.isInteger(count);
    return isWhole ? { channel, revision, count, lengths: { ...lengths }, end } : null;
  } catch {
    return null;
  }
}

/** The arrays fit each other, so that a search can not run out of one. A file that was cut or mixed up does not pass. */
function isConsistent(index: PackageIndex): boolean {
  const { count, texts, textStarts, nameLengths, marks, words, wordStarts, letters, placeStarts, places } =
    index;
  return (
    textStarts.length === count + 1 &&
    nameLengths.length === count &&
    marks.length === count &&
    textStarts[count] === texts.length &&
    wordStarts.length === letters.length + 1 &&
    placeStarts.length === wordStarts.length &&
    wordStarts.at(-1) === words.length &&
    placeStarts.at(-1) === places.length
  );
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
