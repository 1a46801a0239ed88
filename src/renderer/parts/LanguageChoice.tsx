/** The language of the window, each by its own name, so that everybody finds theirs whatever is spoken now. */
import { Languages } from 'lucide-react';
import { changeSettings } from '../acts/settings.ts';
import { languageNames, languages } from '../../shared/languages.ts';
import { useStore } from '../store.ts';
import { t } from '../words.ts';

export function LanguageChoice(): React.JSX.Element {
  const { language: chosen } = useStore((known) => known.settings);
  const isKnown = languages.some((language) => language === chosen);
  return (
    <label className="language">
      <Languages aria-hidden />
      <span className="sr-only">{t('Language')}</span>
      <select
        value={isKnown ? chosen : 'system'}
        onChange={(event) => void changeSettings({ language: event.target.value })}
      >
        <option value="system">{t('As the system')}</option>
        {languages.map((language) => (
          <option value={language} lang={language} key={language}>
            {languageNames[language]}
          </option>
        ))}
      </select>
    </label>
  );
}
