/** Shows the window light or dark as the person chose: by what its own style sheets say for the system's wish. */

const asked = new WeakMap<CSSMediaRule, string>();

/** `system` leaves it to the system. Sheets that come later must be told anew. */
export function showAppearance(appearance: 'system' | 'light' | 'dark'): void {
  document.documentElement.style.colorScheme = appearance === 'system' ? '' : appearance;
  for (const sheet of document.styleSheets)
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      const query = asked.get(rule) ?? rule.conditionText;
      if (!query.includes('prefers-color-scheme')) continue;
      asked.set(rule, query);
      rule.media.mediaText = appearance === 'system' ? query : appearance === 'dark' ? 'all' : 'not all';
    }
}
