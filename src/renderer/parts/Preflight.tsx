/** What is missing at the chosen builder, and how the list of what is missing stands in one sentence. */
import { RefreshCw } from 'lucide-react';
import { useEffect, useRef, type RefObject } from 'react';
import { loadPreflight } from '../acts/build.ts';
import type { PreflightLine } from '../../shared/contract.ts';
import type { Place } from '../builder-words.ts';
import { focusHeading } from '../focus.ts';
import { useStore } from '../store.ts';
import { PreflightList } from './PreflightList.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

/** @param props.place null while nobody knows where that is. */
export function Preflight({ place }: { place: Place | null }): React.JSX.Element {
  const preflight = useStore((known) => known.preflight);
  const garbage = useStore((known) => known.garbageRun);
  const words = place?.words ?? t('this computer');
  const title = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  // The name of a builder is written as it is; everything else begins a heading, also while nobody knows the place.
  const isNamed = typeof place?.on === 'string' && place.on !== 'here';
  const section = useRef<HTMLElement>(null);
  useKeptFocus(preflight.state === 'loading', section);
  return (
    <section aria-labelledby="preflight" ref={section}>
      <div className="section-head">
        <h2 id="preflight">{isNamed ? words : title}</h2>
        <button
          type="button"
          className="button small"
          disabled={preflight.state === 'loading'}
          onClick={() => void loadPreflight()}
        >
          <RefreshCw aria-hidden /> {t('Check again')}
        </button>
      </div>
      {preflight.state === 'loading' && <Waiting for={t('Looking at Nix, disk space and network…')} />}
      {preflight.state === 'failed' && <ProblemCard problem={preflight.problem} />}
      <output className={garbage.state === 'done' ? 'muted' : 'sr-only'}>
        {garbage.state === 'done' && t('Room was made: {{freed}}.', { freed: garbage.freed })}
        <span className="sr-only">{preflight.state === 'here' && checkWords(title, preflight.value)}</span>
      </output>
      {preflight.state === 'here' && (
        <PreflightList
          lines={preflight.value}
          on={place?.on ?? null}
          name={t('What {{name}} says', { name: words })}
        />
      )}
    </section>
  );
}

/** How a list stands, in one sentence. */
export function checkWords(name: string, lines: PreflightLine[]): string {
  const count = lines.filter(({ state }) => state === 'failed').length;
  if (count === 0) return t('{{name}} can build the image.', { name });
  return t('{{name}} can not build the image yet: {{count}} lines need mending.', { name, count });
}

/** A list that is read anew takes along what had the focus in it: that goes to the heading. */
export function useKeptFocus(isLoading: boolean, inside: RefObject<HTMLElement | null>): void {
  const wasHere = useRef(false);
  useEffect(() => {
    if (isLoading && wasHere.current && document.activeElement === document.body)
      focusHeading(inside.current?.closest('section') ?? null);
    wasHere.current = !isLoading;
  }, [isLoading, inside]);
}
