/** Sizes, rates and spans of time read the way people say them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatRemaining,
} from '../../src/shared/units.ts';

describe('a size', () => {
  test.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1536, '1.54 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [31_914_983_424, '31.9 GB'],
    [32_010_928_128, '32 GB'],
    [1_000_204_886_016, '1 TB'],
    [5e18, '5000 PB'],
  ])('of %d bytes is %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });

  test('that makes no sense is none', () => {
    expect(formatBytes(-5)).toBe('0 bytes');
    expect(formatBytes(Number.NaN)).toBe('0 bytes');
  });

  test('never shows a thousand of a unit that has a larger neighbour, and is true within half a percent', () => {
    const factors: Record<string, number> = {
      byte: 1,
      bytes: 1,
      kB: 1e3,
      MB: 1e6,
      GB: 1e9,
      TB: 1e12,
      PB: 1e15,
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9e14 }), (bytes) => {
        const [value = '', unit = ''] = formatBytes(bytes).split(' ');
        expect(Number(value)).toBeLessThan(1000);
        expect(Math.abs(Number(value) * (factors[unit] ?? 0) - bytes)).toBeLessThanOrEqual(bytes * 0.006);
      }),
    );
  });

  test('in one second is a rate', () => {
    expect(formatRate(24_130_000)).toBe('24.1 MB/s');
  });
});

describe('a span of time', () => {
  test.each([
    [-1, '0 s'],
    [999, '0 s'],
    [12_400, '12 s'],
    [60_000, '1 min'],
    [72_000, '1 min 12 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
  ])('of %d ms is %s', (millis, words) => {
    expect(formatDuration(millis)).toBe(words);
  });

  test.each([
    [null, ''],
    [0, 'a few seconds left'],
    [5_000, 'a few seconds left'],
    [5_001, 'about 10 s left'],
    [38_000, 'about 40 s left'],
    [56_000, 'about 1 min left'],
    [150_000, 'about 3 min left'],
    [3_540_001, 'about 1 h left'],
    [5_400_000, 'about 1 h 30 min left'],
  ])('of %s ms that is left is said as “%s”', (millis, words) => {
    expect(formatRemaining(millis)).toBe(words);
  });
});

test('a part reads 100 % only when it is whole', () => {
  expect(formatPercent(0.9999)).toBe('99 %');
  expect(formatPercent(1)).toBe('100 %');
  expect(formatPercent(1.5)).toBe('100 %');
  expect(formatPercent(-1)).toBe('0 %');
});

test('a count has the noun that fits', () => {
  expect(formatCount(1, 'key', 'keys')).toBe('1 key');
  expect(formatCount(0, 'key', 'keys')).toBe('0 keys');
});
