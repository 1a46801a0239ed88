/**
 * Writes the questions of multicast DNS and reads its answers: the few kinds of records that tell where a machine is.
 * Pure, and wary: anybody on the network can send anything. RFC 1035 section 4; RFC 6762; RFC 6763 section 6.
 */

/** Kinds of records, by their numbers (RFC 1035, 3596, 2782). */
const kinds = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33 } as const;
type Kind = keyof typeof kinds;

export interface Question {
  /** e.g. `attic.local`; a dot inside a label is written `\.` (RFC 6763 section 4.3). */
  name: string;
  kind: Kind;
}

/** One record of an answer; names as in `Question`. */
export type DnsRecord = { name: string } & (
  | { kind: 'A' | 'AAAA'; address: string }
  | { kind: 'PTR'; target: string }
  | { kind: 'SRV'; target: string; port: number }
  | { kind: 'TXT'; texts: string[] }
);

const internet = 1;
/** Set in a record's class: forget what you knew of this name before (RFC 6762 section 10.2). */
const topBit = 0x8000;
const headerBytes = 12;
const longestName = 255;

/**
 * A query. Whoever sends it from another port than 5353 is answered alone (RFC 6762 section 6.7). Names that can not be
 * sent are left out: some were heard on the network, where anybody can say anything.
 */
export function encodeQuery(questions: readonly Question[]): Buffer {
  const parts = questions.flatMap(({ name, kind }) => {
    const encoded = encodeName(name);
    if (encoded === null) return [];
    const tail = Buffer.alloc(4);
    tail.writeUInt16BE(kinds[kind], 0);
    tail.writeUInt16BE(internet, 2);
    return [Buffer.concat([encoded, tail])];
  });
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(parts.length, 4);
  return Buffer.concat([header, ...parts]);
}

/**
 * The records of a response that say where something is; others are left out. Null for what is no response or makes no
 * sense: half a message is not worth believing.
 */
export function decodeResponse(message: Uint8Array): DnsRecord[] | null {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (bytes.length < headerBytes) return null;
  const flags = bytes.readUInt16BE(2);
  // QR says that it answers; opcode and response code must be zero (RFC 6762 sections 18.3 and 18.11).
  if ((flags & 0x8000) === 0 || (flags & 0x7800) !== 0 || (flags & 0x000f) !== 0) return null;
  const questions = bytes.readUInt16BE(4);
  const count = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
  let at = headerBytes;
  for (let seen = 0; seen < questions; seen += 1) {
    const name = decodeName(bytes, at);
    if (!name) return null;
    at = name.next + 4;
  }
  const records: DnsRecord[] = [];
  for (let seen = 0; seen < count; seen += 1) {
    const name = decodeName(bytes, at);
    if (!name || name.next + 10 > bytes.length) return null;
    const kind = bytes.readUInt16BE(name.next);
    const place = bytes.readUInt16BE(name.next + 2) & ~topBit;
    const lifetime = bytes.readUInt32BE(name.next + 4);
    const from = name.next + 10;
    const to = from + bytes.readUInt16BE(name.next + 8);
    if (to > bytes.length) return null;
    at = to;
    // A lifetime of zero says goodbye (RFC 6762 section 10.1).
    if (place !== internet || lifetime === 0) continue;
    const record = decodeRecord(bytes, kind, name.text, from, to);
    if (record) records.push(record);
  }
  return records;
}

function decodeRecord(bytes: Buffer, kind: number, name: string, from: number, to: number): DnsRecord | null {
  switch (kind) {
    case kinds.A:
      return to - from === 4 ? { kind: 'A', name, address: [...bytes.subarray(from, to)].join('.') } : null;
    case kinds.AAAA:
      return to - from === 16 ? { kind: 'AAAA', name, address: ipv6Text(bytes.subarray(from, to)) } : null;
    case kinds.PTR: {
      const target = decodeName(bytes, from);
      return target?.next === to ? { kind: 'PTR', name, target: target.text } : null;
    }
    case kinds.SRV: {
      const target = to - from > 6 ? decodeName(bytes, from + 6) : null;
      if (target?.next !== to) return null;
      return { kind: 'SRV', name, target: target.text, port: bytes.readUInt16BE(from + 4) };
    }
    case kinds.TXT:
      return { kind: 'TXT', name, texts: decodeTexts(bytes.subarray(from, to)) };
    default:
      return null;
  }
}

/** Strings with their length before each; one that leads out ends them. */
function decodeTexts(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + (bytes[at] ?? 0);
    if (end > bytes.length) break;
    if (end > at + 1) texts.push(bytes.toString('utf8', at + 1, end));
    at = end;
  }
  return texts;
}

/** Null where a label or the name is too long. */
function encodeName(name: string): Buffer | null {
  const labels = name.match(/(?:\\.|[^.\\])+/gsu) ?? [];
  const texts = labels.map((label) => Buffer.from(label.replaceAll(/\\(.)/gsu, '$1'), 'utf8'));
  const encoded = Buffer.concat([
    ...texts.flatMap((bytes) => [Buffer.of(bytes.length), bytes]),
    Buffer.of(0),
  ]);
  return texts.some(({ length }) => length > 63) || encoded.length > longestName ? null : encoded;
}

/** A name, and where what follows it begins. A pointer may only lead backwards, so that this ends. */
function decodeName(bytes: Buffer, start: number): { text: string; next: number } | null {
  const labels: string[] = [];
  let next: number | null = null;
  let at = start;
  let limit = start;
  for (let length = 0; length <= longestName;) {
    const byte = bytes[at];
    if (byte === undefined) return null;
    if (byte === 0) return { text: labels.join('.'), next: next ?? at + 1 };
    if (byte >= 0xc0) {
      const low = bytes[at + 1];
      if (low === undefined) return null;
      const to = ((byte & 0x3f) << 8) | low;
      if (to >= limit) return null;
      next ??= at + 2;
      at = to;
      limit = to;
      continue;
    }
    if (byte > 63 || at + 1 + byte > bytes.length) return null;
    labels.push(bytes.toString('utf8', at + 1, at + 1 + byte).replaceAll(/[.\\]/g, '\\$&'));
    at += 1 + byte;
    length += 1 + byte;
  }
  return null;
}

/** As RFC 5952 writes addresses, which is how the URL standard does. */
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
