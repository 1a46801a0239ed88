/** Above the screen: what became of a file that was opened, and of settings that nobody could read. */
import { leaveOpenTrouble, leaveSettingsTrouble } from '../acts/desktop.ts';
import { useStore } from '../store.ts';
import { t } from '../words.ts';
import { Bar } from './Bar.tsx';
import { ProblemCard } from './ProblemCard.tsx';

export function Opened(): React.JSX.Element | null {
  const reading = useStore((known) => known.reading);
  const trouble = useStore((known) => known.openTrouble);
  const settingsTrouble = useStore((known) => known.settingsTrouble);
  if (reading === null && trouble === null && settingsTrouble === null) return null;
  return (
    <section className="pane-note" aria-label={t('News')}>
      {reading !== null && (
        <div className="notice">
          <div className="notice-words">
            <p className="notice-title">{t('Reading {{file}}', { file: reading.fileName })}</p>
            <Bar fraction={reading.fraction} name={t('Reading {{file}}', { file: reading.fileName })} />
          </div>
        </div>
      )}
      {trouble !== null && (
        <ProblemCard problem={trouble}>
          <button type="button" className="button small" onClick={leaveOpenTrouble}>
            {t('Close')}
          </button>
        </ProblemCard>
      )}
      {settingsTrouble !== null && (
        <ProblemCard problem={settingsTrouble} calm>
          <button type="button" className="button small" onClick={leaveSettingsTrouble}>
            {t('Got it')}
          </button>
        </ProblemCard>
      )}
    </section>
  );
}
