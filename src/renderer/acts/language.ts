/** Which language the window speaks: the person's choice, else that of their system. */
import { languageChosen } from '../../shared/languages.ts';
import { loadLanguage, speak } from '../words.ts';
import { set } from './program.ts';

let asked = 0;

/**
 * Speaks a language from now on, as soon as it is loaded. Where it can not be loaded all stays as it is.
 *
 * @param wanted a language tag (BCP 47), or `system`; one that the window does not have is as good as `system`.
 */
export async function followLanguage(wanted: string): Promise<void> {
  const language = languageChosen(wanted, navigator.languages);
  asked += 1;
  const mine = asked;
  await loadLanguage(language);
  // Who has chosen another meanwhile wants that one.
  if (mine !== asked) return;
  await speak(language);
  // How a screen reader pronounces, which of the Chinese and Japanese shapes of a letter is drawn, where words are parted.
  document.documentElement.lang = language;
  set({ language });
}
