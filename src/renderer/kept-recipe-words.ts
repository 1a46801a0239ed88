/** Says in words what a kept recipe holds, and whether the one in the window has moved on since. */
import type { KeptRecipe } from '../shared/choosing.ts';
import { withoutSecrets } from '../shared/recipe-without-secrets.ts';
import type { Known } from './store.ts';
import { t } from './words.ts';

/** Whether the recipe differs from what is kept under its name. A secret is not kept, and so makes no difference. */
export function isChangedSince({
  recipe,
  keptAs,
  keptCopies,
}: Pick<Known, 'recipe' | 'keptAs' | 'keptCopies'>): boolean {
  const kept = keptAs === null ? undefined : keptCopies[keptAs];
  if (recipe === null || kept === undefined) return false;
  return JSON.stringify(withoutSecrets(recipe)) !== JSON.stringify(withoutSecrets(kept));
}

/** Its facts, the ones to tell it by first. Empty where the file can not be read. */
export function keptFacts({ hostName, release, keys, packages, networks }: KeptRecipe): string[] {
  if (hostName === null || release === null) return [];
  return [
    hostName,
    release === 'unstable' ? 'NixOS unstable' : `NixOS ${release}`,
    t('{{count}} keys', { count: keys }),
    t('{{count}} packages', { count: packages }),
    networks === 0 ? t('cable') : t('{{count}} networks', { count: networks }),
  ];
}

/** Those whose name or host name has what was typed in it, in any case. */
export function keptLike(kept: KeptRecipe[], typed: string): KeptRecipe[] {
  const wanted = typed.trim().toLowerCase();
  return kept.filter(({ name, hostName }) => `${name}\n${hostName ?? ''}`.toLowerCase().includes(wanted));
}

/** A name for a copy that nobody has taken: `Attic 2`. */
export function copyName(name: string, kept: Pick<KeptRecipe, 'name'>[]): string {
  const taken = new Set(kept.map((one) => one.name.toLowerCase()));
  for (let number = 2; ; number += 1) {
    const copy = `${name} ${number}`;
    if (!taken.has(copy.toLowerCase())) return copy;
  }
}
