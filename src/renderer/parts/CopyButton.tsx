/** Puts a text on the clipboard and says so. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from '../words.ts';

const shownMillis = 2000;

export function CopyButton(props: {
  /** A long text is put together only when it is asked for. */
  text: string | (() => string);
  what: string;
  /** A sign alone, for the end of a line of facts. */
  bare?: boolean;
}): React.JSX.Element {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  useEffect(() => {
    if (copied === 'no') return undefined;
    const timer = setTimeout(() => setCopied('no'), shownMillis);
    return () => clearTimeout(timer);
  }, [copied]);
  const words = copied === 'yes' ? t('Copied') : copied === 'refused' ? t('Not allowed') : t('Copy');
  return (
    <button
      type="button"
      className={props.bare ? 'button bare' : 'button small'}
      aria-label={copied === 'no' ? t('Copy {{what}}', { what: props.what }) : words}
      title={props.bare ? words : undefined}
      onClick={() =>
        navigator.clipboard.writeText(typeof props.text === 'string' ? props.text : props.text()).then(
          () => setCopied('yes'),
          () => setCopied('refused'),
        )
      }
    >
      {copied === 'yes' ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite" className={props.bare ? 'sr-only' : undefined}>
        {words}
      </span>
    </button>
  );
}
