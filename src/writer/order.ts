/** What the writer is told and what it answers: one line of JSON in, lines of JSON out. Both ends check with this. */
import { z } from 'zod';

const bytes = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const absolutePath = z.string().startsWith('/').max(4096);

/** A whole drive, with all that tells it from another one that took its place in the meantime. */
const blockTarget = z.strictObject({
  kind: z.literal('block'),
  path: absolutePath,
  serial: z.string(),
  bytes,
  diskSequence: z.string().nullable(),
});
/** An ordinary file as a practice stick; the path has no symbolic links left in it. */
const fileTarget = z.strictObject({ kind: z.literal('file'), path: absolutePath });

export const orderSchema = z.strictObject({
  version: z.literal(1),
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
  target: z.discriminatedUnion('kind', [blockTarget, fileTarget]),
  /** Bytes that take the place of the image's own, at their offset; read back like all others. */
  patches: z.array(z.strictObject({ offset: bytes, base64: z.base64() })).default([]),
});
export type Order = z.infer<typeof orderSchema>;
export type Patch = Order['patches'][number];

const phase = z.enum(['check', 'unmount', 'write', 'flush', 'verify', 'finish']);

/** What the writer can prove when it is done. Times in ms; `sha256` is the image's own, without patches. */
const result = z.object({
  bytesWritten: bytes,
  bytesVerified: bytes,
  writeMillis: z.number(),
  verifyMillis: z.number(),
  repairs: z.number().int(),
  sha256: z.string(),
});
export type Result = z.infer<typeof result>;

export const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phase'), phase }),
  z.object({
    kind: z.literal('progress'),
    phase,
    bytes,
    total: bytes,
    bytesPerSecond: z.number(),
    remainingMillis: z.number().nullable(),
  }),
  z.object({ kind: z.literal('note'), text: z.string() }),
  z.object({ kind: z.literal('done'), result }),
  z.object({
    kind: z.literal('failed'),
    problem: z.object({
      code: z.string(),
      title: z.string(),
      detail: z.string(),
      remedy: z.string(),
      raw: z.string(),
    }),
  }),
]);
/** One line of the writer's output. */
export type Answer = z.infer<typeof answerSchema>;
