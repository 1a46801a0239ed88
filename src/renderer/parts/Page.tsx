/** The frame of every screen: one question, its answer, and the primary action always at the same place. */
import { ArrowRight } from 'lucide-react';
import { useEffect, useEffectEvent, type ReactNode } from 'react';
import { goTo } from '../acts/station.ts';
import { focusQuestion } from '../focus.ts';
import { stationAfter, stationTitles } from '../stage.ts';
import { useStore } from '../store.ts';
import { t } from '../words.ts';

interface Primary {
  words: string;
  onPress(): void;
  disabled?: boolean;
  /** Red is for erasing. */
  danger?: boolean;
  /** Not the way forward, but the only act there is: Cancel. */
  quiet?: boolean;
}

export interface PageProps {
  question: string;
  lead: ReactNode;
  children: ReactNode;
  /** Without it the primary action is to go to the next station. */
  primary?: Primary | undefined;
  /** Beside the primary action: why it is not offered, or what it will do. */
  hint?: ReactNode;
  /** The Next that is not offered yet. */
  nextDisabled?: boolean;
  secondary?: ReactNode;
}

/** The window has just been opened: the focus is where the person expects it, at the beginning. */
let justOpened = true;

export function Page(props: PageProps): React.JSX.Element {
  const station = useStore((known) => known.station);
  const next = stationAfter(station);
  const { question } = props;
  const primary: Primary | null =
    props.primary ??
    (next === null
      ? null
      : {
          words: t('Next: {{station}}', { station: t(stationTitles[next]) }),
          onPress: () => goTo(next),
          disabled: props.nextDisabled ?? false,
        });
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    // A question that is open has its own answer, and nobody cancels by a key that means to go on.
    if (primary === null || primary.disabled || primary.quiet || document.querySelector('dialog[open]'))
      return;
    event.preventDefault();
    primary.onPress();
  });
  useEffect(() => {
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const look = primary?.quiet ? 'button' : primary?.danger ? 'button danger' : 'button primary';
  return (
    <main className="page">
      <div className="page-body">
        <div className="page-column">
          <header className="page-head">
            <Question words={question} key={question} />
            <p className="lead">{props.lead}</p>
          </header>
          {props.children}
        </div>
      </div>
      {(primary || props.secondary || props.hint) && (
        // Another question has other buttons: a second press on the last one must not hit the next.
        <footer className="page-foot" key={question}>
          <div>
            <p className="hint">{props.hint}</p>
            <div className="foot-buttons">
              {props.secondary}
              {primary && (
                <button
                  type="button"
                  className={look}
                  disabled={primary.disabled ?? false}
                  aria-keyshortcuts={primary.quiet ? undefined : 'Control+Enter'}
                  title={primary.quiet ? undefined : t('Ctrl+Enter')}
                  onClick={primary.onPress}
                >
                  {primary.words}
                  {!props.primary && <ArrowRight aria-hidden />}
                </button>
              )}
            </div>
          </div>
        </footer>
      )}
    </main>
  );
}

function Question({ words }: { words: string }): React.JSX.Element {
  useEffect(() => {
    // Going on with Next removes the button that had the focus; a reader must not be left at the top of the document.
    if (!justOpened && document.activeElement === document.body) focusQuestion();
    justOpened = false;
  }, []);
  return <h1 tabIndex={-1}>{words}</h1>;
}
