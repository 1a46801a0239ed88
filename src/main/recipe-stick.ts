/** The job from a recipe to a stick with no image in between: it is written while it comes from where it was built. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Drive, MakingEvent, Receipt } from '../shared/contract.ts';
import type { Outcome } from '../shared/problem.ts';
import { buildAndBring } from './build/build.ts';
import { knownHostsFile } from './machine/known-hosts.ts';
import { withFlake, type RecipeMaking } from './recipe-image.ts';
import { slotPatches } from './slot/fill.ts';
import { writeArriving } from './stick/arriving.ts';
import { writeStick, type SticksInput } from './stick/write.ts';

export interface StickMaking extends RecipeMaking, Pick<SticksInput, 'programs' | 'version' | 'receipts'> {
  /** As it was listed when the person chose it. */
  drive: Drive;
}

type Told = Extract<MakingEvent, { kind: 'stick' }>;

/**
 * Builds the image of a recipe and writes it while it arrives. Its slot is filled: what the recipe leaves to it, the name, and
 * a host key of its own. Where just this image is kept from before, it is written from there.
 *
 * @returns the receipt; problems as those of a build and of a write. Nothing of the image is left on this computer.
 */
export async function* makeStick(
  { drive, programs, version, receipts, ...input }: StickMaking,
  signal: AbortSignal,
): AsyncGenerator<MakingEvent, Outcome<Receipt>, void> {
  const { recipe, places } = input;
  const common = { drive, programs, version, ...(receipts !== undefined && { receipts }) };
  const fillInput = { recipe, knownHosts: knownHostsFile(places) };
  return yield* withFlake<Told, Receipt>(input, signal, async function* ({ flakeDir, before, making, keep }) {
    if (before) {
      yield { kind: 'note', text: 'Just this image was built before, so nothing had to be built.' };
      const fills = await slotPatches(before.path, fillInput, [recipe.name]);
      if (!fills.ok) return fills;
      return yield* asStick(writeStick({ ...common, image: before, fill: fills.value[0] }, signal));
    }
    const header = await slotHeader(flakeDir);
    const outcome = yield* buildAndBring<Told, Receipt>(
      making,
      (built, stop) =>
        asStick(
          writeArriving(
            {
              ...common,
              image: { fileName: making.fileName, bytes: built.bytes, name: recipe.name },
              stream: (until, say) => built.stream(until, say),
              fill: { input: fillInput, header },
            },
            stop,
          ),
        ),
      signal,
    );
    if (outcome.ok) yield* keep();
    return outcome;
  });
}

/** The beginning of the slot that is built in; it names the image. */
async function slotHeader(flakeDir: string): Promise<Uint8Array> {
  return (await readFile(path.join(flakeDir, 'slot/slot'))).subarray(0, 64);
}

async function* asStick<Result>(
  job: AsyncGenerator<Told['event'], Result, void>,
): AsyncGenerator<Told, Result, void> {
  let next = await job.next();
  try {
    for (; !next.done; next = await job.next()) yield { kind: 'stick', event: next.value };
  } finally {
    if (!next.done) await job.return(undefined as never);
  }
  return next.value;
}
