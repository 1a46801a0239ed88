/** What choosing a ready-made set of packages would add to what is chosen already. */
import type { Preset } from '../shared/choosing.ts';
import { t } from './words.ts';

/** The packages of a set that are not chosen yet. */
export function missingFrom(preset: Preset, chosen: string[]): string[] {
  return preset.packages.filter((name) => !chosen.includes(name));
}

/** The set's button says how much it would add. */
export function presetWords(preset: Preset, chosen: string[]): string {
  const count = missingFrom(preset, chosen).length;
  return count === 0 ? t('All chosen') : t('Adds {{count}} packages', { count });
}
