/** Says of every figure what was asked, what was measured, and whether that will do; `npm run bench` ends with all of them. */
import { appendFileSync } from 'node:fs';

/**
 * Prints a verdict, and keeps it for the table at the end where `NIXBURN_VERDICTS` names a file for it.
 * @param {{ what: string, measured: number, unit: string, most?: number, least?: number }} figure without `most` and
 *   `least` it is only reported
 * @returns {boolean} whether it keeps to what was asked
 */
export function judge({ what, measured, unit, most, least }) {
  const asked =
    most === undefined ? (least === undefined ? '' : `at least ${least} ${unit}`) : `at most ${most} ${unit}`;
  const isGood = measured <= (most ?? Infinity) && measured >= (least ?? -Infinity);
  const shown = Math.abs(measured) < 10 ? Math.round(measured * 100) / 100 : Math.round(measured * 10) / 10;
  const row = {
    what,
    asked,
    measured: `${shown} ${unit}`.trim(),
    verdict: asked === '' ? 'reported' : isGood ? 'kept' : 'MISSED',
  };
  console.log(`${row.verdict}: ${what}: ${row.measured}${asked && ` (${asked.trim()})`}`);
  const file = process.env['NIXBURN_VERDICTS'];
  if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
  return isGood;
}
