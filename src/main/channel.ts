/** Lets things that happen at the same time be told one after another, by a generator. */

/**
 * What is put in comes out in order. Made for one reader; it remembers at most `most` things that nobody has taken yet and
 * drops what comes after, so that a flood can not fill the memory.
 */
export class Channel<T extends object> {
  readonly #waiting: T[] = [];
  readonly #most: number;
  #isEnded = false;
  #wake: (() => void) | undefined;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  put(one: T): void {
    if (this.#isEnded || this.#waiting.length >= this.#most) return;
    this.#waiting.push(one);
    this.#wake?.();
  }

  /** What was put in before still comes out. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const [next] = this.#waiting.splice(0, 1);
      if (next !== undefined) yield next;
      else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
