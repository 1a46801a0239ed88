/** How old something is, as coarsely as a person would say it. */

import { t } from './words.ts';

const dayMillis = 24 * 60 * 60 * 1000;

/**
 * `from today`, `12 days old`, `5 months old`, `3 years old`; empty for a time that is not one, or is yet to come.
 *
 * @param then ISO 8601. @param now milliseconds since 1970.
 */
export function ageWords(then: string, now: number): string {
  const days = Math.floor((now - Date.parse(then)) / dayMillis);
  if (!(days >= 0)) return '';
  if (days === 0) return t('from today');
  if (days < 60) return t('{{count}} days old', { count: days });
  const months = Math.floor(days / 30.44);
  if (months < 24) return t('{{count}} months old', { count: months });
  return t('{{count}} years old', { count: Math.floor(days / 365.25) });
}
