/** Decides which of Nix's verdicts still count, after the person has changed what was asked about. */
import type { PackageVerdict } from '../shared/choosing.ts';
import type { Recipe } from '../shared/recipe.ts';
import type { PackageCheck } from './store.ts';
import { t } from './words.ts';

/** Whether what Nix said was about this release and machine; else it says nothing about them. */
export function isAbout(
  check: PackageCheck,
  { release, system }: Pick<Recipe, 'release' | 'system'>,
): boolean {
  return check.state === 'done' && check.release === release && check.system === system;
}

/** What stands in the way of the packages that are chosen now. */
export function openVerdicts(
  check: PackageCheck,
  recipe: Pick<Recipe, 'release' | 'system' | 'packages' | 'allowUnfree'>,
): PackageVerdict[] {
  if (check.state !== 'done' || !isAbout(check, recipe)) return [];
  return check.verdicts.filter(
    ({ name, problem }) =>
      problem !== null &&
      recipe.packages.includes(name) &&
      !(problem.code === 'package-unfree' && recipe.allowUnfree),
  );
}

/** Why Nix should be asked again; null: what it said still stands. */
export function askAgainWords(check: PackageCheck, recipe: Recipe): string | null {
  if (check.state !== 'done' || !isAbout(check, recipe)) return null;
  if (recipe.packages.some((name) => check.verdicts.every((one) => one.name !== name)))
    return t('You have added packages since.');
  // What was allowed then may be refused now.
  if (check.allowUnfree && !recipe.allowUnfree) return t('Packages that are not free are refused since.');
  return null;
}
