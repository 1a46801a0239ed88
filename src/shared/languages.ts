/** The languages that the window speaks, and which of them suits a person. */

/** BCP 47 tags, in the order in which they are offered. English is what everything is written in. */
export const languages = ['en', 'de', 'fr', 'es', 'zh-CN', 'ja'] as const;

export type Language = (typeof languages)[number];

/** Each by its own name: whoever looks for a language reads that, and perhaps no other. */
export const languageNames: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  'zh-CN': '简体中文',
  ja: '日本語',
};

/**
 * The first of what a person prefers that the window speaks; English where it speaks none of them.
 *
 * @param wanted BCP 47 tags, the dearest first, as `navigator.languages` has them.
 */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languages.find((language) => suits(language, tag));
    if (found !== undefined) return found;
  }
  return 'en';
}

/**
 * The language for a person's choice.
 *
 * @param choice a BCP 47 tag, or `system`; one that the window does not speak is as good as `system`
 * @param ofSystem what their system prefers, as for `languageFor`
 */
export function languageChosen(choice: string, ofSystem: readonly string[]): Language {
  return languageFor(choice === 'system' ? ofSystem : [choice, ...ofSystem]);
}

/** Whether who asks for `tag` can read `language`: Swiss French is French, but traditional Chinese is not simplified. */
function suits(language: Language, tag: string): boolean {
  let wanted: Intl.Locale;
  try {
    wanted = new Intl.Locale(tag).maximize();
  } catch {
    return false;
  }
  const spoken = new Intl.Locale(language).maximize();
  return wanted.language === spoken.language && wanted.script === spoken.script;
}
