/** What the writer is told and what it answers: one line of JSON in, lines of JSON out. Both ends check with this. */
import { z } from 'zod';

const bytes = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
/** On Windows also `C:\\…` and `\\\\.\\PhysicalDrive1`. */
const absolutePath = z
  .string()
  .regex(/^(\/|[A-Za-z]:\\|\\\\)/)
  .max(4096);

const base64 = z.base64();
/** Bytes that take the place of the image's own, at their offset; read back like all others. */
const patches = z.array(z.strictObject({ offset: bytes, base64 }));

/** A whole drive, with all that tells it from another one that took its place in the meantime. */
const blockTarget = z.strictObject({
  kind: z.literal('block'),
  path: absolutePath,
  serial: z.string(),
  bytes,
  diskSequence: z.string().nullable(),
  /** What is this stick's own, on top of the order's patches. */
  patches: patches.optional(),
});
/** An ordinary file as a practice stick; the path has no symbolic links left in it. */
const fileTarget = z.strictObject({
  kind: z.literal('file'),
  path: absolutePath,
  patches: patches.optional(),
});
const target = z.discriminatedUnion('kind', [blockTarget, fileTarget]);

/** As many as anybody has ports for. */
const mostTargets = 32;

const orderSchema = z.strictObject({
  version: z.literal(2),
  action: z.enum(['write', 'verify']),
  image: z.strictObject({
    path: absolutePath,
    bytes: bytes.positive(),
    /** What the build said; null for an image of somebody else, of which nothing is known. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
  }),
  /** All are written at once, and none waits for another. */
  targets: z
    .array(target)
    .min(1)
    .max(mostTargets)
    .refine((all) => new Set(all.map(({ path }) => path)).size === all.length, 'a target is named twice'),
  /** The same for all targets. */
  patches: patches.default([]),
});
export type Order = z.infer<typeof orderSchema>;
export type Patch = Order['patches'][number];

/**
 * Fills the slot of a finished stick, and touches nothing else. Where the slot is and what its id is the writer finds out
 * itself, on the stick: nobody else may read a drive.
 */
const personaliseSchema = z.strictObject({
  version: z.literal(2),
  action: z.literal('personalise'),
  targets: z.array(target).length(1),
  /** The payload of the slot: an archive of at most 262,080 bytes. */
  payload: base64.max(349_440),
});
export type PersonaliseOrder = z.infer<typeof personaliseSchema>;

/** Makes an ordinary stick again of what was a stick to install from: one empty partition (FAT32). */
const restoreSchema = z.strictObject({
  version: z.literal(2),
  action: z.literal('restore'),
  targets: z.array(blockTarget).length(1),
  label: z.string().regex(/^[A-Z0-9][A-Z0-9_-]{0,10}$/),
});
export type RestoreOrder = z.infer<typeof restoreSchema>;

/** Copies a whole drive into a file. */
const saveSchema = z.strictObject({
  version: z.literal(2),
  action: z.literal('save'),
  targets: z.array(blockTarget).length(1),
  /** An empty file that whoever gives the order has made, so that nothing is written where they may not write. */
  file: absolutePath,
});
export type SaveOrder = z.infer<typeof saveSchema>;

/**
 * Writes an image that follows the order on the same channel: so many bytes, then their SHA-256 as a line of 64 hex digits.
 * The end of the channel before or after that cancels, as it does with every order.
 */
const receiveSchema = z.strictObject({
  version: z.literal(2),
  action: z.literal('receive'),
  bytes: bytes.positive(),
  /** One: it comes only once, at the pace of whoever takes it. */
  targets: z.array(target).length(1),
});
export type ReceiveOrder = z.infer<typeof receiveSchema>;

/** What the writer takes. */
export const anyOrderSchema = z.discriminatedUnion('action', [
  orderSchema,
  personaliseSchema,
  restoreSchema,
  saveSchema,
  receiveSchema,
]);
export type AnyOrder = z.infer<typeof anyOrderSchema>;

/** The part of an order that concerns one target. */
export interface Task {
  action: AnyOrder['action'];
  image: { path: string } | null;
  target: Order['targets'][number];
}

const phase = z.enum(['check', 'unmount', 'write', 'flush', 'verify', 'finish']);

/**
 * What the writer can prove when it is done. Times in ms; `sha256` is the image's own, without patches, or that of what was
 * saved.
 */
const result = z.object({
  bytesWritten: bytes,
  /** Found on the drive already, and therefore not written. */
  bytesKept: bytes,
  bytesVerified: bytes,
  writeMillis: z.number(),
  verifyMillis: z.number(),
  repairs: z.number().int(),
  sha256: z.string(),
  /** The image whose slot was filled: `id` is 16 hex digits. Left out where none was. */
  slot: z.object({ id: z.string(), volumeId: z.string(), imageBytes: bytes }).optional(),
});
export type Result = z.infer<typeof result>;

/** Which of the order's targets an answer is about, from 0. */
const about = { target: z.number().int().nonnegative() };
const problem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  remedy: z.string(),
  raw: z.string(),
});

export const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phase'), ...about, phase }),
  z.object({
    kind: z.literal('progress'),
    ...about,
    phase,
    bytes,
    total: bytes,
    bytesPerSecond: z.number(),
    remainingMillis: z.number().nullable(),
  }),
  z.object({ kind: z.literal('note'), ...about, text: z.string() }),
  z.object({ kind: z.literal('done'), ...about, result }),
  z.object({ kind: z.literal('failed'), ...about, problem }),
  /** The order as a whole: no target was looked at. */
  z.object({ kind: z.literal('refused'), problem }),
]);
/** One line of the writer's output. */
export type Answer = z.infer<typeof answerSchema>;
