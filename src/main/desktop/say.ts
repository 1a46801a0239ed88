/** Says what the desktop shows outside of the window, in the person's language. A sentence that one language lacks does not compile. */
import type { Language } from '../../shared/languages.ts';
import de from './languages/de.json' with { type: 'json' };
import es from './languages/es.json' with { type: 'json' };
import fr from './languages/fr.json' with { type: 'json' };
import ja from './languages/ja.json' with { type: 'json' };
import zh from './languages/zh-CN.json' with { type: 'json' };

/** What it is in English, which is its key. */
export type Sentence = keyof typeof de;

/** Each language but English, whole. */
export const catalogues: Record<Exclude<Language, 'en'>, Record<Sentence, string>> = {
  de,
  fr,
  es,
  'zh-CN': zh,
  ja,
};

export type Say = (sentence: Sentence) => string;

export function sayIn(language: Language): Say {
  return (sentence) => (language === 'en' ? sentence : catalogues[language][sentence]);
}
