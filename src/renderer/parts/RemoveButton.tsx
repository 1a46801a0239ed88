/** Removing what is on a list: asked once more in the place of the button, so that no second press comes by accident. */
import { Trash2 } from 'lucide-react';
import { leaveItem } from '../focus.ts';

/**
 * The buttons at the end of an item. The focus goes on to the next item when this one goes.
 *
 * @param props.what what is removed; `from` where the item only leaves a list
 * @param props.sure whether the question stands there
 */
export function RemoveButton(props: {
  what: string;
  from?: string;
  sure: boolean;
  onAsk(sure: boolean): void;
  onRemove(): void;
}): React.JSX.Element {
  const { what, from = 'now', sure } = props;
  return (
    <>
      {sure && (
        <button
          type="button"
          className="button small"
          aria-label={`Keep ${what}`}
          onClick={() => props.onAsk(false)}
        >
          Keep
        </button>
      )}
      {/* One button in both cases: whoever has just pressed it keeps the focus. */}
      <button
        type="button"
        className="button small"
        aria-label={sure ? `Remove ${what} ${from}` : `Remove ${what}…`}
        onClick={(event) => {
          if (!sure) return props.onAsk(true);
          leaveItem(event.currentTarget);
          props.onRemove();
        }}
      >
        <Trash2 aria-hidden /> {sure ? 'Remove it' : 'Remove…'}
      </button>
    </>
  );
}
