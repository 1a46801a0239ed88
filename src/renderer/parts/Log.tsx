/** What Nix prints: the last lines of it, following the end until the person scrolls away. */
import { useLayoutEffect, useRef, useState } from 'react';
import { CopyButton } from './CopyButton.tsx';
import { ScrollingText } from './ScrollingText.tsx';

/** More than a person reads, few enough that a browser draws them at once. */
const drawnLines = 500;
/** How near the end still counts as being at the end, in CSS pixels. */
const nearPixels = 24;

export function Log({ lines }: { lines: string[] }): React.JSX.Element {
  const view = useRef<HTMLElement>(null);
  const [following, setFollowing] = useState(true);
  useLayoutEffect(() => {
    if (following && view.current) view.current.scrollTop = view.current.scrollHeight;
  });
  return (
    <section className="log" aria-label="Log">
      <div className="log-head">
        <h2>Log</h2>
        {lines.length > drawnLines && <span className="muted">last {drawnLines} lines</span>}
        <label className="check">
          <input
            type="checkbox"
            checked={following}
            onChange={(event) => setFollowing(event.target.checked)}
          />
          Follow
        </label>
        <CopyButton text={lines.join('\n')} what="the log" />
      </div>
      <ScrollingText
        className="log-lines"
        ref={view}
        name="Lines of the log"
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          const atEnd = scrollHeight - scrollTop - clientHeight < nearPixels;
          if (atEnd !== following) setFollowing(atEnd);
        }}
      >
        {lines.length === 0 ? 'Nothing has been printed yet.' : lines.slice(-drawnLines).join('\n')}
      </ScrollingText>
    </section>
  );
}
