/** Shows the sheet that is open, if one is; and asks before a browser throws away what runs. */
import { lazy, Suspense, useEffect } from 'react';
import { isBusy } from '../stick-run.ts';
import { useStore, type Sheet } from '../store.ts';
import { About } from './About.tsx';
import { DiagnosticsReport } from './DiagnosticsReport.tsx';
import { Preferences } from './Preferences.tsx';

/** Few read it, and its text is long. */
const Guide = lazy(() => import('./Guide.tsx'));

const sheets: Record<Sheet, React.ComponentType> = {
  preferences: Preferences,
  about: About,
  diagnostics: DiagnosticsReport,
  guide: Guide,
};

export function Sheets(): React.JSX.Element | null {
  const sheet = useStore((known) => known.sheet);
  useQuestionBeforeLeaving();
  if (sheet === null) return null;
  const Shown = sheets[sheet];
  return (
    <Suspense>
      <Shown key={sheet} />
    </Suspense>
  );
}

/** In a browser, closing the tab stops what runs. The desktop app asks by itself, with more words. */
function useQuestionBeforeLeaving(): void {
  const isNeeded = useStore(
    ({ about, build, stick }) => about?.host === 'web' && (build.state === 'running' || isBusy(stick)),
  );
  useEffect(() => {
    if (!isNeeded) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isNeeded]);
}
