/** What every benchmark does with its figures before anybody reads them. */

/** The middle one: one slow run says nothing. @param {number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** To a tenth. @param {number} value */
export function tenths(value) {
  return Math.round(value * 10) / 10;
}

/** Prints rows with their numbers to a tenth. @param {Record<string, string | number>[]} rows */
export function table(rows) {
  console.table(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? tenths(value) : value]),
      ),
    ),
  );
}
