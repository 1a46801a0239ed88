/**
 * The slot's bytes, version 1: what stands in its header, and how a payload gets in and out. Pure; it says nothing of
 * what the payload means.
 *
 * Header of 64 bytes, little endian: magic `NIXBURN` and a zero byte (8), version, flags, payload length and a reserved
 * number (4 each), the slot's id (8), SHA-256 of the payload (32). Then the payload, and zeros up to 262,144 bytes.
 */
import { createHash } from 'node:crypto';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';

/** Bytes of a slot, header included. */
export const slotBytes = 262_144;
const headerBytes = 64;
/** The most bytes that a payload can have. */
export const mostPayload = slotBytes - headerBytes;

const magic = Buffer.from('NIXBURN\0', 'latin1');
const version = 1;
/** Bytes of the id that tells one image's slot from another's. */
const idBytes = 8;

export interface Slot {
  /** 8 bytes, made with the image. */
  id: Uint8Array;
  payload: Uint8Array;
}

/**
 * Lays a payload out as a whole slot of 262,144 bytes.
 *
 * @param id the one that the image's slot has already.
 * @returns a problem `slot-too-large` where the payload does not fit.
 */
export function encodeSlot({ id, payload }: Slot): Outcome<Buffer> {
  if (id.length !== idBytes) throw new Error(`a slot id has ${idBytes} bytes`);
  if (payload.length > mostPayload) return failed(tooLarge(payload.length));
  const bytes = Buffer.alloc(slotBytes);
  magic.copy(bytes, 0);
  bytes.writeUInt32LE(version, 8);
  bytes.writeUInt32LE(payload.length, 16);
  bytes.set(id, 24);
  sha256(payload).copy(bytes, 32);
  bytes.set(payload, headerBytes);
  return done(bytes);
}

/**
 * Reads a whole slot.
 *
 * @returns a problem `slot-unusable` for what is no slot, one of another version, or one whose checksum is wrong.
 */
export function decodeSlot(bytes: Uint8Array): Outcome<Slot> {
  if (bytes.length !== slotBytes) return failed(unusable(`it has ${bytes.length} bytes, not ${slotBytes}`));
  const header = readSlotHeader(bytes);
  if (!header.ok) return header;
  const { length, sha256: wanted } = header.value;
  if (length > mostPayload) return failed(unusable('its payload is longer than the slot'));
  const payload = bytes.subarray(headerBytes, headerBytes + length);
  if (!sha256(payload).equals(wanted)) return failed(unusable('its checksum is wrong'));
  return done({ id: header.value.id, payload });
}

/**
 * Reads what identifies a slot, whatever its payload has become: one that was written only in part can be filled anew.
 *
 * @param bytes at least the first 64.
 */
export function readSlotHeader(
  bytes: Uint8Array,
): Outcome<{ id: Uint8Array; length: number; sha256: Uint8Array }> {
  const header = Buffer.from(bytes.subarray(0, headerBytes));
  if (header.length < headerBytes || !header.subarray(0, magic.length).equals(magic))
    return failed(unusable('it does not begin as a slot'));
  const found = header.readUInt32LE(8);
  if (found !== version) return failed(otherVersion(found));
  return done({
    id: header.subarray(24, 24 + idBytes),
    length: header.readUInt32LE(16),
    sha256: header.subarray(32, headerBytes),
  });
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The payload has so many bytes, which are too many. */
export function tooLarge(bytes: number): Problem {
  return problem('slot-too-large', 'What is to be put on the stick does not fit.', {
    detail: `It takes ${bytes} bytes, and there is room for ${mostPayload}.`,
    remedy: 'Leave out WiFi networks or keys that this machine does not need.',
  });
}

function unusable(raw: string): Problem {
  return problem('slot-unusable', 'The place for secrets on this image is damaged.', {
    detail: 'It is there, and it is not as Nixburn leaves it.',
    remedy: 'Build the image again, or write the stick again.',
    raw,
  });
}

function otherVersion(found: number): Problem {
  return problem('slot-unusable', 'The place for secrets on this image is of another version.', {
    detail: `It is of version ${found}; this Nixburn knows version ${version}.`,
    remedy: found > version ? 'Use a newer Nixburn.' : 'Build the image again.',
  });
}
