/** Puts a text on the clipboard and says so. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

const shownMillis = 2000;

export function CopyButton(props: { text: string; what: string; words?: string }): React.JSX.Element {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  useEffect(() => {
    if (copied === 'no') return undefined;
    const timer = setTimeout(() => setCopied('no'), shownMillis);
    return () => clearTimeout(timer);
  }, [copied]);
  const words = copied === 'yes' ? 'Copied' : copied === 'refused' ? 'Not allowed' : (props.words ?? 'Copy');
  return (
    <button
      type="button"
      className="button small"
      aria-label={copied === 'no' ? `${props.words ?? 'Copy'} ${props.what}` : words}
      onClick={() =>
        navigator.clipboard.writeText(props.text).then(
          () => setCopied('yes'),
          () => setCopied('refused'),
        )
      }
    >
      {copied === 'yes' ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{words}</span>
    </button>
  );
}
