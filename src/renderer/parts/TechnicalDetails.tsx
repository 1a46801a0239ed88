/** What the underlying tool said, word for word, one click away from the words for a person. */
import { ScrollingText } from './ScrollingText.tsx';
import { t } from '../words.ts';

export function TechnicalDetails({ text }: { text: string }): React.JSX.Element {
  return (
    <details>
      <summary>{t('Technical details')}</summary>
      <ScrollingText className="raw" name={t('Technical details')}>
        {text}
      </ScrollingText>
    </details>
  );
}
