/** Prepares what is put into the slots of sticks: secrets of the recipe, and for each stick a name and a host key of its own. */
import { open } from 'node:fs/promises';
import type { StickSlot } from '../../shared/contract.ts';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { readerOf } from '../image/iso.ts';
import { pinHostKey, unpinHostKey } from '../machine/known-hosts.ts';
import type { RecipeWithSecrets } from '../recipe-file.ts';
import { slotContents } from './contents.ts';
import { slotPayload, writeSlot } from './entries.ts';
import { makeHostKey } from './host-key.ts';
import { findSlot, type SlotPlace } from './locate.ts';

export interface FillInput {
  recipe: RecipeWithSecrets;
  /** Path of the known hosts, in which the host keys are pinned. */
  knownHosts: string;
}

/** What is ready to be written into one slot. Its host key is pinned already: a stick must never be out before that. */
interface Prepared<T> {
  content: T;
  slot: StickSlot;
  /** Takes the pin back: the stick was not made. */
  forget(): Promise<void>;
}

/** The slot of one stick, as what takes the place of the image's own bytes. */
export type SlotFill = Prepared<{ offset: number; base64: string }[]>;

/**
 * Fills the slots of sticks that are still to be written; the image file stays as it is.
 *
 * @param image path of the image
 * @param names host names of the sticks, see `stickNames`
 * @returns one for each, in order; `slot-…` where the image has none or something does not fit, `missing-…` where the recipe lacks a
 *   secret, `host-key-not-made`, `host-key-not-kept`, `ssh-keygen-missing`.
 */
export async function slotPatches(
  image: string,
  input: FillInput,
  names: string[],
): Promise<Outcome<SlotFill[]>> {
  const place = await placeIn(image);
  return place.ok ? slotPatchesAt(place.value, input, names) : place;
}

/** As `slotPatches`, where it is known already which slot it is and where. */
export async function slotPatchesAt(
  { offset, id }: Pick<SlotPlace, 'offset' | 'id'>,
  input: FillInput,
  names: string[],
): Promise<Outcome<SlotFill[]>> {
  return prepareAll(input, names, (entries) => {
    const slot = writeSlot(id, entries);
    return slot.ok ? done([{ offset, base64: slot.value.toString('base64') }]) : slot;
  });
}

/**
 * Fills the slot of a stick that is there already, or of an image: which one it is and where, whoever writes it finds out.
 *
 * @returns the payload in base64; problems as `slotPatches`.
 */
export async function slotFilling(input: FillInput): Promise<Outcome<Prepared<string>>> {
  const prepared = await prepareAll(input, [input.recipe.name], (entries) => {
    const payload = slotPayload(entries);
    return payload.ok ? done(payload.value.toString('base64')) : payload;
  });
  if (!prepared.ok) return prepared;
  const [only] = prepared.value;
  if (!only) throw new Error('nothing was prepared');
  return done(only);
}

async function placeIn(image: string) {
  let handle;
  try {
    handle = await open(image, 'r');
  } catch (error) {
    return failed(unreadable(image, error));
  }
  try {
    return await findSlot(readerOf(handle, (await handle.stat()).size));
  } finally {
    await handle.close();
  }
}

/** All or none: where one fails, the pins of the others are taken back. */
async function prepareAll<T>(
  { recipe, knownHosts }: FillInput,
  names: string[],
  encode: (entries: ReadonlyMap<string, string>) => Outcome<T>,
): Promise<Outcome<Prepared<T>[]>> {
  const prepared: Prepared<T>[] = [];
  for (const name of names) {
    const one = await prepare(recipe, name, knownHosts, encode);
    if (!one.ok) {
      await Promise.all(prepared.map((other) => other.forget()));
      return one;
    }
    prepared.push(one.value);
  }
  return done(prepared);
}

async function prepare<T>(
  recipe: RecipeWithSecrets,
  name: string,
  knownHosts: string,
  encode: (entries: ReadonlyMap<string, string>) => Outcome<T>,
): Promise<Outcome<Prepared<T>>> {
  const hostKey = await makeHostKey(name);
  if (!hostKey.ok) return hostKey;
  const { publicKey, fingerprint } = hostKey.value;
  const entries = slotContents(recipe, { name, hostKey: hostKey.value });
  if (!entries.ok) return entries;
  const content = encode(entries.value);
  if (!content.ok) return content;
  const lost = await pinHostKey(knownHosts, name, publicKey).catch((error: unknown) =>
    notPinned(knownHosts, error),
  );
  if (lost) return failed(lost);
  return done({
    content: content.value,
    slot: {
      name,
      hostKey: fingerprint,
      entries: [...entries.value.keys()],
      filledAt: new Date().toISOString(),
    },
    // A key too many does no harm, and must not hide why the stick was not made.
    forget: () => unpinHostKey(knownHosts, name, publicKey).catch(() => undefined),
  });
}

/** The folder is somebody else's, as after a write with sudo, or the disk is full. */
function notPinned(file: string, error: unknown): Problem {
  return problem('host-key-not-kept', `${file} can not be changed.`, {
    remedy: 'Check that the disk is not full and that you may write your own folders.',
    raw: error instanceof Error ? error.message : String(error),
  });
}

function unreadable(image: string, error: unknown): Problem {
  return problem('image-unreadable', 'The image could not be read.', {
    detail: image,
    remedy: 'Check that it is still there.',
    raw: error instanceof Error ? error.message : String(error),
  });
}
