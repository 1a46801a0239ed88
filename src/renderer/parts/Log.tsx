/** What Nix prints: searched as you type, following its end until the person scrolls away. */
import { Search } from 'lucide-react';
import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { countLines, holds, logText, type LogBlock } from '../log-lines.ts';
import { useStore } from '../store.ts';
import { CopyButton } from './CopyButton.tsx';
import { ScrollingText } from './ScrollingText.tsx';
import { t } from '../words.ts';

/** How near the end still counts as being at the end, in CSS pixels. */
const nearPixels = 24;

export function Log({ log, running }: { log: readonly LogBlock[]; running: boolean }): React.JSX.Element {
  const [wanted, setWanted] = useState('');
  const [following, setFollowing] = useState(true);
  const { printed, kept } = countLines(log);
  const found = useMemo(
    () => log.reduce((count, { lines }) => count + lines.filter((line) => holds(line, wanted)).length, 0),
    [log, wanted],
  );
  return (
    <section className="log" aria-label={t('Log')}>
      <div className="log-head">
        <h2>{t('Log')}</h2>
        <output className="muted">
          {wanted === ''
            ? printed > kept && t('the last {{kept}} of {{count}} lines', { kept, count: printed })
            : t('{{count}} lines', { count: found })}
        </output>
        <div className="search small">
          <Search aria-hidden />
          <input
            type="search"
            aria-label={t('Search the log')}
            placeholder={t('Search')}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        </div>
        {running && (
          <label className="check">
            <input
              type="checkbox"
              checked={following}
              onChange={(event) => setFollowing(event.target.checked)}
            />
            {t('Follow')}
          </label>
        )}
        <CopyButton text={() => logText(log)} what={t('the log')} />
      </div>
      <Lines log={log} wanted={wanted} found={found} following={following} onFollow={setFollowing} />
    </section>
  );
}

function Lines(props: {
  log: readonly LogBlock[];
  wanted: string;
  found: number;
  following: boolean;
  onFollow(following: boolean): void;
}): React.JSX.Element {
  const { log, wanted, following, onFollow } = props;
  const view = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const language = useStore((known) => known.language);
  const lastTop = useRef(0);
  const lastHeight = useRef(0);
  useLayoutEffect(() => {
    const [scrolling, grown] = [view.current, content.current];
    if (!following || scrolling === null || grown === null) return undefined;
    const toEnd = () => {
      scrolling.scrollTop = scrolling.scrollHeight;
      lastTop.current = scrolling.scrollTop;
      lastHeight.current = scrolling.clientHeight;
    };
    toEnd();
    // A block's height is a guess until it is first drawn, so the end moves once more after it was reached. It also moves
    // with the window.
    const observer = new ResizeObserver(toEnd);
    observer.observe(grown);
    observer.observe(scrolling);
    return () => observer.disconnect();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- other words above it move the end, and look like a reader who moves up
  }, [following, language]);
  return (
    <ScrollingText
      className={following ? 'log-lines following' : 'log-lines'}
      ref={view}
      name={t('Lines of the log')}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        const atEnd = scrollHeight - scrollTop - clientHeight < nearPixels;
        // Lines that arrive move the end away from the reader, and so does another height; only a reader who moves up has
        // left it.
        if (atEnd) onFollow(true);
        else if (scrollTop < lastTop.current && clientHeight === lastHeight.current) onFollow(false);
        lastTop.current = scrollTop;
        lastHeight.current = clientHeight;
      }}
    >
      <div ref={content}>
        {log.length === 0 && t('Nothing has been printed yet.')}
        {wanted !== '' && log.length > 0 && props.found === 0 && t('No line holds “{{wanted}}”.', { wanted })}
        {log.map((block) => (
          <Block block={block} wanted={wanted} key={block.first} />
        ))}
      </div>
    </ScrollingText>
  );
}

/** A block is drawn once, and laid out only where it can be seen (`content-visibility` in the style). */
const Block = memo(function Block({ block, wanted }: { block: LogBlock; wanted: string }) {
  if (wanted === '') return <div className="log-block">{`${block.lines.join('\n')}\n`}</div>;
  const found = block.lines.flatMap((line, index) => (holds(line, wanted) ? [{ line, index }] : []));
  if (found.length === 0) return null;
  return (
    <div className="log-block">
      {found.map(({ line, index }) => (
        <Found line={line} wanted={wanted} key={index} />
      ))}
    </div>
  );
});

/** One line with what was looked for marked at its first place. */
function Found({ line, wanted }: { line: string; wanted: string }): React.JSX.Element {
  const at = line.toLowerCase().indexOf(wanted.toLowerCase());
  return (
    <>
      {line.slice(0, at)}
      <mark>{line.slice(at, at + wanted.length)}</mark>
      {line.slice(at + wanted.length)}
      {'\n'}
    </>
  );
}
