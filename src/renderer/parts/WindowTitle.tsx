/** The window's title tells how a long job goes, for a person who looks at something else meanwhile. */
import { useEffect } from 'react';
import { formatPercent } from '../units.ts';
import { shownPhaseWords } from '../build-run.ts';
import { actionWords, isBusy, stickFraction } from '../stick-run.ts';
import { useStore, type Known } from '../store.ts';
import { t } from '../words.ts';

function title({ build, stick }: Pick<Known, 'build' | 'stick'>): string {
  if (stick.state === 'running') {
    return of(t(actionWords[stick.trace.action]), stickFraction(stick.trace));
  }
  if (stick.state === 'several' && isBusy(stick))
    return of(t('Writing {{count}} sticks', { count: stick.sticks.length }), null);
  if (build.state === 'running') {
    return of(shownPhaseWords(build.trace.phase), build.trace.fraction);
  }
  return 'Nixburn';
}

function of(words: string, fraction: number | null): string {
  return `${fraction === null ? '' : `${formatPercent(fraction)} `}${words} – Nixburn`;
}

export function WindowTitle(): null {
  const words = useStore(title);
  useEffect(() => {
    document.title = words;
  }, [words]);
  return null;
}
