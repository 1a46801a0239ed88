/** Measures how far one word is from another, and finds the name that was meant. */

/** Three rows of the table of distances, for words of up to 64 letters; a longer one is not misspelt but different. */
const longest = 64;
const rows = [1, 2, 3].map(() => new Uint8Array(longest + 2)) as [Uint8Array, Uint8Array, Uint8Array];

/**
 * How many letters must be changed, added, left out or swapped with their neighbour (optimal string alignment), as far
 * as it is not above `most`, else `most + 1`. The other word is the `length` bytes of `text` from `start`.
 */
export function misspelling(
  word: Uint8Array,
  text: Uint8Array,
  start: number,
  length: number,
  most: number,
): number {
  if (word.length > longest || length > longest) return most + 1;
  let [before, row, next] = rows;
  for (let j = 0; j <= length; j++) row[j] = j;
  for (let i = 0; i < word.length; i++) {
    const letter = word[i];
    next[0] = i + 1;
    let least = i + 1;
    for (let j = 0; j < length; j++) {
      const other = text[start + j];
      let distance = Math.min(
        (row[j] ?? 0) + (letter === other ? 0 : 1),
        (row[j + 1] ?? 0) + 1,
        (next[j] ?? 0) + 1,
      );
      if (i > 0 && j > 0 && letter === text[start + j - 1] && word[i - 1] === other)
        distance = Math.min(distance, (before[j - 1] ?? 0) + 1);
      next[j + 1] = distance;
      if (distance < least) least = distance;
    }
    if (least > most) return most + 1;
    [before, row, next] = [row, next, before];
  }
  return Math.min(row[length] ?? 0, most + 1);
}

/** The name that somebody most likely meant; null where none is close. Case and `-` for `_` do not count. */
export function nearestName(word: string, names: readonly string[]): string | null {
  const wanted = plain(word);
  let most = word.length < 3 ? 0 : word.length < 7 ? 1 : 2;
  let nearest: string | null = null;
  for (const name of names) {
    const bytes = plain(name);
    if (Math.abs(bytes.length - wanted.length) > most) continue;
    const distance = misspelling(wanted, bytes, 0, bytes.length, most);
    if (distance > most || (nearest !== null && distance === most)) continue;
    nearest = name;
    most = distance;
    if (distance === 0) break;
  }
  return nearest;
}

function plain(name: string): Buffer {
  return Buffer.from(name.toLowerCase().replaceAll('_', '-'));
}
