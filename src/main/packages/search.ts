/** Finds packages as somebody types: pure, over flat arrays, in a few milliseconds for 150,000 of them. */
import { entryAt, fields, letterMask, type PackageEntry, type PackageIndex } from './index-file.ts';
import { queryWords } from './index-words.ts';
import { misspelling } from './misspelling.ts';

/** How well a word fits; lower is better. The steps leave room for where the package lies and how long its name is. */
const costs = {
  wholeExact: 0,
  wholePrefix: 20,
  partExact: 32,
  partPrefix: 45,
  aboutExact: 60,
  nameInside: 72,
  aboutPrefix: 82,
  typo: 95,
} as const;
/** Each letter that is wrong, on top of `typo`. */
const perLetter = 12;
/** What a package that lies in a set (`python3Packages`) is behind one that does not. */
const perSet = 10;
/** A word that is not there. */
const absent = 255;

/** With fewer finds than this, misspellings are thought of. */
const fewFinds = 8;

export interface Searcher {
  /** The best `limit` packages that have every word, best first. */
  search(query: string, limit: number): PackageEntry[];
}

/** Prepares an index for searching. The memory that a search needs is taken once, two bytes a package. */
export function openIndex(index: PackageIndex): Searcher {
  const { count } = index;
  const words = Buffer.from(index.words.buffer, index.words.byteOffset, index.words.byteLength);
  const wordCount = index.wordStarts.length - 1;
  /** The cost of the word that is looked at, and of all words so far. */
  const cost = new Uint8Array(count);
  const total = new Uint16Array(count);

  /** Gives every package that has word number `at` the cost of it, unless it has a better one already. */
  function mark(at: number, whole: number, part: number, about: number): void {
    const { places, placeStarts } = index;
    const end = placeStarts[at + 1] ?? 0;
    for (let place = placeStarts[at] ?? 0; place < end; place++) {
      const value = places[place] ?? 0;
      const field = value & 3;
      const own = field === fields.whole ? whole : field === fields.part ? part : about;
      const number = value >>> 2;
      if (own < (cost[number] ?? 0)) cost[number] = own;
    }
  }

  /** The first word that is not before `wanted`; `after` skips those that begin with it, too. */
  function findWord(wanted: Buffer, after: boolean): number {
    let low = 0;
    let high = wordCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = index.wordStarts[middle] ?? 0;
      const end = Math.min((index.wordStarts[middle + 1] ?? 1) - 1, start + wanted.length);
      const order = words.compare(wanted, 0, wanted.length, start, end);
      if (order < 0 || (after && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What begins with the word, and what has it inside. Whether anything was found. */
  function markWord(word: Buffer): boolean {
    const first = findWord(word, false);
    const last = findWord(word, true);
    for (let at = first; at < last; at++) {
      const isExact = (index.wordStarts[at + 1] ?? 0) - (index.wordStarts[at] ?? 0) - 1 === word.length;
      if (isExact) mark(at, costs.wholeExact, costs.partExact, costs.aboutExact);
      else mark(at, costs.wholePrefix, costs.partPrefix, costs.aboutPrefix);
    }
    return last > first;
  }

  /** Words of three letters and more are also looked for inside of names. */
  function markInside(word: Buffer): void {
    if (word.length < 3) return;
    let found = words.indexOf(word);
    while (found >= 0) {
      const at = wordAt(found);
      if (index.wordStarts[at] !== found) mark(at, costs.nameInside, costs.nameInside, absent);
      found = words.indexOf(word, index.wordStarts[at + 1] ?? words.length);
    }
  }

  /** The number of the word in which a byte lies. */
  function wordAt(byte: number): number {
    let low = 0;
    let high = wordCount;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((index.wordStarts[middle] ?? 0) <= byte) low = middle;
      else high = middle;
    }
    return low;
  }

  /**
   * Misspelt words. The first letter is taken for right, or swapped with the second, or one too many: so only the words
   * that begin with one of these two are looked at, which are few.
   */
  function markTypos(word: Buffer): void {
    const most = word.length < 3 ? 0 : word.length < 7 ? 1 : 2;
    if (most === 0) return;
    const mask = letterMask(word);
    for (const letter of new Set(word.subarray(0, 2))) {
      const begin = Buffer.of(letter);
      const last = findWord(begin, true);
      for (let at = findWord(begin, false); at < last; at++) {
        // A letter taken for another changes two bits of the mask, one too many or too few one.
        if (bitCount(mask ^ (index.letters[at] ?? 0)) > most * 2) continue;
        const start = index.wordStarts[at] ?? 0;
        const length = (index.wordStarts[at + 1] ?? 0) - start - 1;
        if (Math.abs(length - word.length) > most) continue;
        const wrong = misspelling(word, words, start, length, most);
        if (wrong > most) continue;
        const own = costs.typo + wrong * perLetter;
        mark(at, own, own + 10, own + 30);
      }
    }
  }

  /** Fills `total` with the cost of each package that has all the words; `absent` for the others. How many there are. */
  function judge(all: Buffer[], withTypos: boolean): number {
    total.fill(0);
    for (const word of all) {
      cost.fill(absent);
      if (!markWord(word) || word.length > 3) markInside(word);
      if (withTypos) markTypos(word);
      for (let number = 0; number < count; number++) {
        const own = cost[number] ?? absent;
        const sum = total[number] ?? 0;
        total[number] = own === absent || sum === lost ? lost : sum + own;
      }
    }
    let finds = 0;
    for (let number = 0; number < count; number++) if (total[number] !== lost) finds += 1;
    return finds;
  }

  function rank(number: number, wordsAsked: number): number {
    const sets = ((index.marks[number] ?? 0) >>> 4) & 3;
    const fit = (total[number] ?? 0) / wordsAsked + sets * perSet;
    return fit * 4 + Math.min(63, index.nameLengths[number] ?? 0) / 2;
  }

  return {
    search(query, limit) {
      const asked = queryWords(query).map((word) => Buffer.from(word));
      if (asked.length === 0 || limit < 1) return [];
      let all = asked;
      let finds = judge(all, false);
      if (finds === 0) {
        // `python-requests` is nobody's name, and still says what is meant.
        const pieces = queryWords(query.replace(/[-_/+]+/g, ' ')).map((word) => Buffer.from(word));
        if (pieces.length > asked.length) {
          all = pieces;
          finds = judge(all, false);
        }
      }
      if (finds < fewFinds) finds = judge(all, true);
      const best = new BestFinds(limit);
      for (let number = 0; number < count; number++)
        if (total[number] !== lost) best.offer(number, rank(number, all.length));
      const path = query.trim().toLowerCase();
      return best
        .sorted()
        .map((find) => ({ ...find, entry: entryAt(index, find.number) }))
        .sort(
          (one, other) =>
            Number(other.entry.name.toLowerCase() === path) - Number(one.entry.name.toLowerCase() === path) ||
            one.rank - other.rank ||
            (one.entry.name < other.entry.name ? -1 : 1),
        )
        .map(({ entry }) => entry);
    },
  };
}

/** A total of a package that lacks a word. */
const lost = 65_535;

interface Find {
  number: number;
  rank: number;
}

/** The few best of many, in a heap whose top is the worst of them. */
class BestFinds {
  #heap: Find[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(number: number, rank: number): void {
    const heap = this.#heap;
    if (heap.length === this.#limit) {
      if (rank >= (heap[0]?.rank ?? 0)) return;
      heap[0] = { number, rank };
      this.#sink();
    } else {
      heap.push({ number, rank });
      for (let at = heap.length - 1; at > 0;) {
        const above = (at - 1) >>> 1;
        if ((heap[above]?.rank ?? 0) >= (heap[at]?.rank ?? 0)) break;
        this.#swap(at, above);
        at = above;
      }
    }
  }

  sorted(): Find[] {
    return this.#heap.toSorted((one, other) => one.rank - other.rank);
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ;) {
      const left = at * 2 + 1;
      const right = left + 1;
      let worst = at;
      if ((heap[left]?.rank ?? -1) > (heap[worst]?.rank ?? 0)) worst = left;
      if ((heap[right]?.rank ?? -1) > (heap[worst]?.rank ?? 0)) worst = right;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one]!;
    this.#heap[one] = this.#heap[other]!;
    this.#heap[other] = kept;
  }
}

function bitCount(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x5555_5555);
  left = (left & 0x3333_3333) + ((left >>> 2) & 0x3333_3333);
  return (((left + (left >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}
