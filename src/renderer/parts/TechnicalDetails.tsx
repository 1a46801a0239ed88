/** What the underlying tool said, word for word, one click away from the words for a person. */
import { ScrollingText } from './ScrollingText.tsx';

export function TechnicalDetails({ text }: { text: string }): React.JSX.Element {
  return (
    <details>
      <summary>Technical details</summary>
      <ScrollingText className="raw" name="Technical details">
        {text}
      </ScrollingText>
    </details>
  );
}
