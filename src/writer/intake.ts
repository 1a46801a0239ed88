/** What comes to the writer on its channel: the order as one line, after it maybe an image, and its end, which cancels. */
import type { Readable } from 'node:stream';

const newline = 0x0a;

/** Takes bytes as they are asked for. What nobody asks for stays in the pipe, and keeps whoever sends it waiting. */
export class Intake {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(input: Readable) {
    this.#pieces = input.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  }

  /** The next line, without its end; null where it all ends before. */
  async line(): Promise<string | null> {
    const parts: Buffer[] = [];
    for (;;) {
      const end = this.#rest.indexOf(newline);
      parts.push(end < 0 ? this.#rest : this.#rest.subarray(0, end));
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1);
        return Buffer.concat(parts).toString('utf8');
      }
      if (!(await this.#next())) return null;
    }
  }

  /** Fills the buffer; gives how many bytes there were, fewer only where it all ends before. */
  async fill(buffer: Buffer): Promise<number> {
    for (let have = 0; ;) {
      const taken = this.#rest.copy(buffer, have);
      this.#rest = this.#rest.subarray(taken);
      have += taken;
      if (have === buffer.length || !(await this.#next())) return have;
    }
  }

  /** Settles at the end; what still comes before is thrown away. */
  async end(): Promise<void> {
    while (await this.#next());
  }

  /** A channel that breaks has come to its end. */
  async #next(): Promise<boolean> {
    const next = await this.#pieces.next().catch(() => null);
    const isMore = next !== null && next.done !== true;
    this.#rest = isMore ? next.value : Buffer.alloc(0);
    return isMore;
  }
}
