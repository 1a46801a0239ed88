/** Removing what is on a list: asked once more in the place of the button, so that no second press comes by accident. */
import { Trash2 } from 'lucide-react';
import { leaveItem } from '../focus.ts';
import { t } from '../words.ts';

/**
 * The buttons at the end of an item. The focus goes on to the next item when this one goes.
 *
 * @param props.what what is removed; `fromList` where it only leaves a list
 * @param props.sure whether the question stands there
 */
export function RemoveButton(props: {
  what: string;
  fromList?: boolean;
  sure: boolean;
  onAsk(sure: boolean): void;
  onRemove(): void;
}): React.JSX.Element {
  const { what, fromList, sure } = props;
  return (
    <>
      {sure && (
        <button
          type="button"
          className="button small"
          aria-label={t('Keep {{name}}', { name: what })}
          onClick={() => props.onAsk(false)}
        >
          {t('Keep')}
        </button>
      )}
      {/* One button in both cases: whoever has just pressed it keeps the focus. */}
      <button
        type="button"
        className="button small"
        aria-label={
          !sure
            ? t('Remove {{name}}…', { name: what })
            : fromList
              ? t('Remove {{name}} from the list', { name: what })
              : t('Remove {{name}} now', { name: what })
        }
        onClick={(event) => {
          if (!sure) return props.onAsk(true);
          leaveItem(event.currentTarget);
          props.onRemove();
        }}
      >
        <Trash2 aria-hidden /> {sure ? t('Remove it') : t('Remove…')}
      </button>
    </>
  );
}
