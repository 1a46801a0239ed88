/** Says sizes, rates and spans of time the way people read them, the same in the window and on the terminal. */

/** Drives are sold in powers of ten, so a size is shown in powers of ten too. */
const byteUnits = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Three significant digits without idle zeros: 1.5, 30.8, 512. */
function threeDigits(value: number): string {
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return String(Number(value.toFixed(digits)));
}

/**
 * A size as drives are sold: `512 bytes`, `1.5 kB`, `32 GB`.
 *
 * @param bytes a count of bytes; anything below zero or not a number counts as none.
 */
export function formatBytes(bytes: number): string {
  const count = Number.isFinite(bytes) && bytes > 0 ? bytes : 0;
  if (count < 1000) return formatCount(Math.round(count), 'byte', 'bytes');
  let value = count / 1000;
  let unit = 0;
  // 999.5 would be shown as 1000: it is one of the next unit.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${threeDigits(value)} ${byteUnits[unit]}`;
}

/** A speed: `24.1 MB/s`. @param bytesPerSecond bytes in one second. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/**
 * How long something took or has been going on: `0 s`, `12 s`, `1 min 12 s`, `2 h 5 min`.
 *
 * @param millis milliseconds; anything below zero or not a number counts as none.
 */
export function formatDuration(millis: number): string {
  const seconds = Number.isFinite(millis) && millis > 0 ? Math.floor(millis / 1000) : 0;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(`${minutes} min`, seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  return joined(`${hours} h`, minutes % 60, 'min');
}

function joined(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

/**
 * A guess at what is left, as coarse as a guess deserves: `a few seconds left`, `about 40 s left`, `about 3 min left`.
 *
 * @param millis milliseconds, or null while nobody can know, which gives an empty text.
 */
export function formatRemaining(millis: number | null): string {
  if (millis === null || !Number.isFinite(millis)) return '';
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  if (seconds <= 5) return 'a few seconds left';
  if (seconds <= 55) return `about ${Math.ceil(seconds / 10) * 10} s left`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `about ${minutes} min left`;
  return `about ${joined(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min')} left`;
}

/** A part of a whole, rounded down so that nothing reads 100 % before it is complete. @param fraction 0…1. */
export function formatPercent(fraction: number): string {
  const held = Math.min(1, Math.max(0, Number.isFinite(fraction) ? fraction : 0));
  return `${Math.floor(held * 100)} %`;
}

/** A number with its noun: `1 key`, `2 keys`. */
export function formatCount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
