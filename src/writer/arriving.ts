/**
 * An image that comes in on the writer's own channel, and is nowhere else: each byte is there once. What is needed of it
 * afterwards is kept: the first chunk, which is written last, and the sum of each other one, by which they are read back.
 */
import { createHash } from 'node:crypto';
import { done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import {
  alignedBuffer,
  chunkBytes,
  countOf,
  inLanes,
  laneBuffers,
  lengthOf,
  pageBytes,
  roundUp,
} from './chunks.ts';
import { readFully, type End } from './ends.ts';
import { overlay, type Chunk, type ImageSource, type PatchBytes } from './image.ts';
import type { Intake } from './intake.ts';

interface Arrival {
  bytes: number;
  /** Laid over what comes. */
  patches: PatchBytes[];
  intake: Intake;
  /** Is called where the channel ends: whoever sends has given up. It must abort whatever is done with the image. */
  giveUp(): void;
  /** Is told whom everybody waits for. */
  waitFor(whom: 'drive' | 'image'): void;
}

export class ArrivingImage implements ImageSource {
  readonly path = 'the image';
  readonly bytes: number;
  readonly #arrival: Arrival;
  readonly #hash = createHash('sha256');
  readonly #sums: Buffer[] = [];
  readonly #free: Buffer[] = [];
  readonly #head: Promise<Buffer>;
  /** One after the other, in the order of the bytes. */
  #turn: Promise<unknown>;
  #next = 1;
  /** What the sender says the sum of all is, once everything has come. */
  #said: Promise<string | null> | null = null;

  constructor(arrival: Arrival) {
    this.bytes = arrival.bytes;
    this.#arrival = arrival;
    this.#head = this.#take(0, alignedBuffer(roundUp(lengthOf(arrival, 0), pageBytes)));
    this.#head.catch(() => undefined);
    this.#turn = this.#head;
  }

  /** The first chunk at any time, each other one once and in ascending order. Waits for it to come. */
  async read(index: number): Promise<Outcome<Chunk>> {
    if (index === 0) return done(chunkOf(await this.#head, lengthOf(this, 0), () => undefined));
    if (index !== this.#next) throw new Error(`chunk ${index} of an image that comes only once`);
    this.#next += 1;
    const buffer = this.#free.pop() ?? alignedBuffer(chunkBytes);
    const taken = this.#turn.then(() => this.#take(index, buffer));
    taken.catch(() => undefined);
    this.#turn = taken;
    await taken;
    return done(chunkOf(buffer, lengthOf(this, index), () => this.#free.push(buffer)));
  }

  /** It is hashed as it comes: there is no other time for it. */
  startHashing(): void {}

  /** As the sender says and as it was counted here; to be asked for once everything has come. */
  async sha256(): Promise<Outcome<string>> {
    const said = await (this.#said ?? this.#turn.then(() => this.#said));
    const found = this.#hash.digest('hex');
    return said === found ? done(found) : failed(damaged(said ?? '', found));
  }

  /**
   * Reads back all but the first chunk and compares each with its sum. A chunk that differs is read once more, and no
   * more than that: its bytes are gone.
   *
   * @returns as `readBack`; never with repairs
   */
  async readBack(
    target: End,
    onVerified: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Outcome<{ repairs: number }>> {
    const buffers = laneBuffers();
    const check = async (index: number, lane: number): Promise<Problem | null> => {
      const found = buffers[lane] as Buffer;
      const length = lengthOf(this, index);
      const isRight = async () => {
        const have = await readFully(target, found, roundUp(length, target.blockSize), index * chunkBytes);
        return sumOf(found.subarray(0, Math.min(have, length))).equals(this.#sums[index] as Buffer);
      };
      if (!(await isRight()) && !(await isRight())) return notKept(target.path, index * chunkBytes, length);
      onVerified(length);
      return null;
    };
    const found = await inLanes(this, 1, check, signal);
    return found === null ? done({ repairs: 0 }) : failed(found);
  }

  async #take(index: number, buffer: Buffer): Promise<Buffer> {
    const { intake, patches, giveUp, waitFor } = this.#arrival;
    const content = buffer.subarray(0, lengthOf(this, index));
    waitFor('image');
    const have = await intake.fill(content);
    waitFor('drive');
    if (have < content.length) {
      giveUp();
      throw new Error('the image ended before its end');
    }
    this.#hash.update(content);
    overlay(content, index * chunkBytes, patches);
    this.#sums[index] = sumOf(content);
    buffer.fill(0, content.length);
    if (index === countOf(this) - 1) this.#said = this.#listen();
    return buffer;
  }

  /** The sum of all comes as a line; the end of the channel cancels from then on as it does with other orders. */
  async #listen(): Promise<string | null> {
    const { intake, giveUp } = this.#arrival;
    const line = await intake.line();
    if (line === null) giveUp();
    else void intake.end().then(giveUp);
    return line;
  }
}

function chunkOf(buffer: Buffer, length: number, release: () => void): Chunk {
  return {
    content: buffer.subarray(0, length),
    padded: (blockSize) => buffer.subarray(0, roundUp(length, blockSize)),
    release,
  };
}

function sumOf(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}

function damaged(said: string, found: string): Problem {
  return problem('image-damaged', 'The image did not arrive whole.', {
    detail: 'What came to the drive is not what was sent. The drive holds no usable image.',
    remedy: 'Try again: what is built already is not built again.',
    raw: `sha256 ${found}, expected ${said}`,
  });
}

function notKept(path: string, position: number, length: number): Problem {
  return problem('stick-differs', `${path} did not keep what was written to it.`, {
    detail:
      `Something between byte ${position} and byte ${position + length} came back wrong twice. It could not be written ` +
      'again: an image that is written while it arrives is kept nowhere.',
    remedy:
      'Try another port or reader, or build the image first and write it then: places that fail are then written again.',
    raw: `first difference after byte ${position}`,
  });
}
