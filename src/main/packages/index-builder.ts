/** Makes an index out of packages that come one after the other, without ever holding more than bytes and numbers of them. */
import { fields, letterMask, type IndexSource, type PackageEntry, type PackageIndex } from './index-file.ts';
import { aboutWords, nameParts, namePieces } from './index-words.ts';

/** Characters. Some descriptions are whole paragraphs. */
const longestAbout = 200;

export interface IndexBuilder {
  add(entry: PackageEntry): void;
  finish(source: IndexSource): PackageIndex;
}

export function startIndex(): IndexBuilder {
  const texts = new GrowingBytes();
  const textStarts = new GrowingNumbers();
  const nameLengths = new GrowingBytes();
  const marks = new GrowingBytes();
  /** Words get numbers in the order in which they first come; sorted at the end. */
  const numbers = new Map<string, number>();
  /** Word numbers and places, pair by pair. */
  const wordOf = new GrowingNumbers();
  const placeOf = new GrowingNumbers();
  let count = 0;

  return {
    add(entry) {
      const { name, version, program } = entry;
      const about = entry.about.slice(0, longestAbout);
      textStarts.push(texts.length);
      texts.pushText([name, version, about, program].map((text) => text.replaceAll('\0', ' ')).join('\0'));
      nameLengths.push(Math.min(255, name.length));
      const parts = nameParts(name);
      const depth = Math.min(3, parts.length - 1);
      const flags = [entry.unfree, entry.broken, entry.insecure, entry.unsupported];
      marks.push(flags.reduce((bits, flag, at) => bits | (Number(flag) << at), depth << 4));
      for (const [word, field] of wordsOf({ ...entry, about }, parts)) {
        let number = numbers.get(word);
        if (number === undefined) numbers.set(word, (number = numbers.size));
        wordOf.push(number);
        placeOf.push(count * 4 + field);
      }
      count += 1;
    },

    finish({ channel, revision }) {
      textStarts.push(texts.length);
      // The order of UTF-16 units is that of UTF-8 bytes as long as there are no surrogates: see `wordsOf`.
      const sorted = [...numbers.keys()].sort();
      const words = new GrowingBytes();
      const wordStarts = new GrowingNumbers();
      const letters = new Uint32Array(sorted.length);
      /** From the number that a word got first to its place in the sorted list. */
      const ranks = new Uint32Array(sorted.length);
      for (const [rank, word] of sorted.entries()) {
        const bytes = Buffer.from(word);
        wordStarts.push(words.length);
        words.pushBytes(bytes);
        words.push(0x0a);
        letters[rank] = letterMask(bytes);
        ranks[numbers.get(word) ?? 0] = rank;
      }
      wordStarts.push(words.length);

      // Counting sort: places go to their words, in the order of the packages.
      const pairs = wordOf.take();
      const pairPlaces = placeOf.take();
      const placeStarts = new Uint32Array(sorted.length + 1);
      for (const number of pairs) placeStarts[(ranks[number] ?? 0) + 1]! += 1;
      for (let rank = 0; rank < sorted.length; rank++) placeStarts[rank + 1]! += placeStarts[rank] ?? 0;
      const next = placeStarts.slice();
      const places = new Uint32Array(pairs.length);
      for (const [at, number] of pairs.entries()) places[next[ranks[number] ?? 0]!++] = pairPlaces[at] ?? 0;

      return {
        channel,
        revision,
        count,
        texts: texts.take(),
        textStarts: textStarts.take(),
        nameLengths: nameLengths.take(),
        marks: marks.take(),
        words: words.take(),
        wordStarts: wordStarts.take(),
        letters,
        placeStarts,
        places,
      };
    },
  };
}

/** Each word of a package once, with the best place where it stands. */
function wordsOf({ name, about, program }: PackageEntry, parts: string[]): Map<string, number> {
  const found = new Map<string, number>();
  const add = (word: string, field: number) => {
    if (word === '' || /[\n\ud800-\udfff]/.test(word)) return;
    if ((found.get(word) ?? 9) > field) found.set(word, field);
  };
  add(parts.at(-1) ?? '', fields.whole);
  add(program.toLowerCase(), fields.whole);
  for (const part of parts.slice(0, -1)) add(part, fields.part);
  for (const piece of namePieces(name)) add(piece, fields.part);
  for (const word of aboutWords(about)) add(word, fields.about);
  return found;
}

/** Bytes that are appended to, in one array that doubles. */
class GrowingBytes {
  #bytes = Buffer.allocUnsafeSlow(1024);
  length = 0;

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.length + more));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }

  push(byte: number): void {
    this.#room(1);
    this.#bytes[this.length++] = byte;
  }

  pushBytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  pushText(text: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    this.#room(text.length * 3);
    this.length += this.#bytes.write(text, this.length, 'utf8');
  }

  take(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer.slice(0, this.length));
  }
}

/** The same for numbers of four bytes. */
class GrowingNumbers {
  #numbers = new Uint32Array(1024);
  length = 0;

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.length++] = number;
  }

  take(): Uint32Array {
    return this.#numbers.slice(0, this.length);
  }
}
