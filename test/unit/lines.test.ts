/** Lines, however the bytes of a stream are cut. */
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../../src/main/build/lines.ts';
import { numRuns } from '../property/runs.ts';

async function collect(chunks: (Uint8Array | string)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
  return lines;
}

test.each([
  [[], []],
  [[''], []],
  [['a'], ['a']],
  [['a\n'], ['a']],
  [['a\nb'], ['a', 'b']],
  [['a\r\nb\r\n'], ['a', 'b']],
  [['\n\n'], ['', '']],
  [
    ['a', 'b\nc', '\n'],
    ['ab', 'c'],
  ],
  [
    ['a\r', '\nb'],
    ['a', 'b'],
  ],
])('%j gives %j', async (chunks, lines) => {
  expect(await collect(chunks)).toEqual(lines);
});

test('A letter of several bytes that was cut in two is whole again', async () => {
  const bytes = new TextEncoder().encode('naïve 日本語\nnext');
  for (let at = 0; at <= bytes.length; at++)
    expect(await collect([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['naïve 日本語', 'next']);
});

test('Where the stream is cut makes no difference', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '𝄞', '\n', '\r\n', ' '), maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(200), { maxLength: 8 }), async (said, cuts) => {
      const bytes = new TextEncoder().encode(said);
      const places = [0, ...cuts.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
      const wanted = said.split('\n').map((line) => line.replace(/\r$/, ''));
      if (wanted.at(-1) === '') wanted.pop();
      expect(await collect(pieces)).toEqual(wanted);
    }),
    { numRuns },
  );
});

test('A line without an end comes in pieces of bounded length, and none of it is lost', async () => {
  const chunk = 'x'.repeat(100_000);
  const pieces = await collect(Array.from({ length: 30 }, () => chunk));
  expect(pieces.every((piece) => piece.length <= 256 * 1024)).toBe(true);
  expect(pieces.join('')).toHaveLength(3_000_000);
});
