/** A report for whoever helps: the person sees all of it before it is copied or saved. */
import { useEffect } from 'react';
import { loadDiagnostics } from '../acts/desktop.ts';
import { saveText } from '../save-text.ts';
import { useStore } from '../store.ts';
import { t } from '../words.ts';
import { CopyButton } from './CopyButton.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { ScrollingText } from './ScrollingText.tsx';
import { Sheet } from './Sheet.tsx';
import { Waiting } from './Waiting.tsx';

export function DiagnosticsReport(): React.JSX.Element {
  const report = useStore((known) => known.diagnostics);
  useEffect(() => void loadDiagnostics(), []);
  return (
    <Sheet title={t('Diagnostics')}>
      <p>
        {t(
          'This helps to find a mistake. Names, addresses, serial numbers, keys and secrets are taken out; read it all the same before you send it on. Nixburn sends it nowhere.',
        )}
      </p>
      {report.state === 'loading' && <Waiting for={t('Looking around…')} />}
      {report.state === 'failed' && (
        <ProblemCard problem={report.problem}>
          <button type="button" className="button" onClick={() => void loadDiagnostics()}>
            {t('Try again')}
          </button>
        </ProblemCard>
      )}
      {report.state === 'here' && (
        <>
          <ScrollingText className="raw report" name={t('The report')}>
            {report.value.text}
          </ScrollingText>
          <div className="buttons">
            <CopyButton text={report.value.text} what={t('the report')} />
            <button
              type="button"
              className="button small"
              onClick={() => saveText(report.value.fileName, report.value.text, 'text/plain')}
            >
              {t('Save as a file…')}
            </button>
          </div>
        </>
      )}
    </Sheet>
  );
}
