/** What may stand in a slot: the fixed table of names that the program on the stick looks for, and no other. */
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { decodeSlot, encodeSlot, mostPayload, tooLarge } from './format.ts';
import { readArchive, writeArchive } from './ustar.ts';

/** The names, as `read-slot.sh` on the stick knows them; `mode` is what tar shows, the stick sets its own. */
const table: { name: RegExp; mode: number }[] = [
  { name: /^wifi\/[1-9][0-9]?\.nmconnection$/, mode: 0o600 },
  { name: /^wifi\/wpa_supplicant\.conf$/, mode: 0o600 },
  { name: /^wifi\/[1-9][0-9]?-(?:ca|client)\.pem$/, mode: 0o644 },
  { name: /^wifi\/[1-9][0-9]?-key\.pem$/, mode: 0o600 },
  { name: /^ssh\/authorized_keys$/, mode: 0o644 },
  { name: /^ssh\/ssh_host_ed25519_key$/, mode: 0o600 },
  { name: /^ssh\/ssh_host_ed25519_key\.pub$/, mode: 0o644 },
  { name: /^hostname$/, mode: 0o644 },
  { name: /^root\.hash$/, mode: 0o600 },
];

/** Bytes. The stick reads no more of an entry than this. */
export const largestEntry = 65_536;

/** What is in a slot, by name; text is UTF-8. */
export type SlotEntries = ReadonlyMap<string, string>;

/**
 * A whole slot of 262,144 bytes with these entries, in this order.
 *
 * @param id the one that the image's slot has already.
 * @returns `slot-too-large` or `slot-entry-too-large` where something does not fit.
 */
export function writeSlot(id: Uint8Array, entries: SlotEntries): Outcome<Buffer> {
  const payload = slotPayload(entries);
  return payload.ok ? encodeSlot({ id, payload: payload.value }) : payload;
}

/**
 * The payload of a slot with these entries; those without a byte are left out, since the stick takes an empty entry for a
 * mistake. No entry at all is no payload: the stick then says `empty`, and not that it read nothing.
 *
 * @returns problems as `writeSlot`.
 */
export function slotPayload(entries: SlotEntries): Outcome<Buffer> {
  const files = [...entries]
    .map(([name, text]) => ({ name, mode: modeOf(name), bytes: Buffer.from(text, 'utf8') }))
    .filter(({ bytes }) => bytes.length > 0);
  const large = files.find(({ bytes }) => bytes.length > largestEntry);
  if (large) return failed(entryTooLarge(large.name, large.bytes.length));
  const payload = files.length === 0 ? Buffer.alloc(0) : writeArchive(files);
  return payload.length > mostPayload ? failed(tooLarge(payload.length)) : done(payload);
}

/**
 * Reads a whole slot back.
 *
 * @returns the entries of the table, and the names of what the stick would ignore; `slot-unusable` for a slot that it
 *   would refuse.
 */
export function readSlot(
  bytes: Uint8Array,
): Outcome<{ id: Uint8Array; entries: SlotEntries; ignored: string[] }> {
  const slot = decodeSlot(bytes);
  if (!slot.ok) return slot;
  const { id, payload } = slot.value;
  const files = payload.length === 0 ? [] : readArchive(payload);
  if (files === null) return failed(refused('its payload is no archive'));
  if (new Set(files.map(({ name }) => name)).size < files.length)
    return failed(refused('a name is in it twice'));
  const entries = new Map<string, string>();
  const ignored: string[] = [];
  for (const { name, bytes: content } of files) {
    const isKnown = table.some((row) => row.name.test(name));
    if (isKnown && content !== null && content.length > 0)
      entries.set(name, Buffer.from(content.subarray(0, largestEntry)).toString('utf8'));
    else ignored.push(name);
  }
  return done({ id, entries, ignored });
}

function modeOf(name: string): number {
  const row = table.find((one) => one.name.test(name));
  if (!row) throw new Error(`not in the table of the slot: ${JSON.stringify(name)}`);
  return row.mode;
}

function entryTooLarge(name: string, bytes: number): Problem {
  return problem('slot-entry-too-large', 'What is to be put on the stick does not fit.', {
    detail: `${name} would have ${bytes} bytes, and the stick reads ${largestEntry} of it at most.`,
    remedy: 'Leave out keys that this machine does not need.',
  });
}

function refused(raw: string): Problem {
  return problem('slot-unusable', 'What is in the place for secrets makes no sense.', {
    detail: 'The stick would refuse it and start without.',
    remedy: 'Fill it again: nixburn personalise TARGET --with RECIPE.json.',
    raw,
  });
}
