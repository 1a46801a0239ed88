/**
 * Sizes, rates and spans of time in the language of the window. In English they read as `shared/units.ts` says them to a
 * terminal, and a test compares the two.
 */
import { language, t } from './words.ts';

/** Drives are sold in powers of ten, so a size is shown in powers of ten too. */
const byteUnits = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Three significant digits without idle zeros, and the unit by the name that the language has for it: French has `Go`. */
function inUnit(value: number, unit: string): string {
  const maximumFractionDigits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  const style = { style: 'unit', unit, unitDisplay: 'short', useGrouping: false } as const;
  return new Intl.NumberFormat(language(), { ...style, maximumFractionDigits }).format(value);
}

/** A count of nothing below zero, and of nothing that is no number. */
function counted(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** The number of the largest unit in which it is not below one; 999.5 would be shown as 1000, and is one of the next. */
function largest(bytes: number): { value: number; unit: (typeof byteUnits)[number] } {
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return { value, unit: byteUnits[unit] ?? 'kilobyte' };
}

/** A size: `512 bytes`, `1.5 kB`, `32 GB`. */
export function formatBytes(bytes: number): string {
  const count = counted(bytes);
  if (count < 1000) return t('{{count}} bytes', { count: Math.round(count) });
  const { value, unit } = largest(count);
  return inUnit(value, unit);
}

/** A speed: `24.1 MB/s`. @param bytesPerSecond bytes in one second. */
export function formatRate(bytesPerSecond: number): string {
  const count = counted(bytesPerSecond);
  if (count < 1000) return t('{{count}} bytes/s', { count: Math.round(count) });
  const { value, unit } = largest(count);
  return inUnit(value, `${unit}-per-second`);
}

/** How long something took or has been going on, in milliseconds: `0 s`, `12 s`, `1 min 12 s`, `2 h 5 min`. */
export function formatDuration(millis: number): string {
  const seconds = Math.floor(counted(millis) / 1000);
  if (seconds < 60) return t('{{seconds}} s', { seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return hours(minutes);
  return seconds % 60 === 0
    ? t('{{minutes}} min', { minutes })
    : t('{{minutes}} min {{seconds}} s', { minutes, seconds: seconds % 60 });
}

function hours(minutes: number): string {
  const whole = Math.floor(minutes / 60);
  return minutes % 60 === 0
    ? t('{{hours}} h', { hours: whole })
    : t('{{hours}} h {{minutes}} min', { hours: whole, minutes: minutes % 60 });
}

/** A guess at what is left, as coarse as a guess deserves; empty for null, while nobody can know. @param millis milliseconds. */
export function formatRemaining(millis: number | null): string {
  if (millis === null || !Number.isFinite(millis)) return '';
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  if (seconds <= 5) return t('a few seconds left');
  const minutes = Math.ceil(seconds / 60);
  const time =
    seconds <= 55
      ? t('{{seconds}} s', { seconds: Math.ceil(seconds / 10) * 10 })
      : minutes < 60
        ? t('{{minutes}} min', { minutes })
        : hours(minutes);
  return t('about {{time}} left', { time });
}

/** A part of a whole, rounded down so that nothing reads 100 % before it is complete. @param fraction 0…1. */
export function formatPercent(fraction: number): string {
  return t('{{percent}} %', { percent: Math.floor(Math.min(1, counted(fraction)) * 100) });
}

/** A day and a time of day. @param when milliseconds since 1970, or ISO 8601. */
export function formatTime(when: number | string): string {
  const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(language(), style).format(new Date(when));
}
