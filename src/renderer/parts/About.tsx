/** What Nixburn is, which one this is, and what it is made of. */
import { useEffect } from 'react';
import icon from '../../../assets/icon.svg';
import { loadLicences, openSheet } from '../acts/desktop.ts';
import type { Licence } from '../../shared/desktop.ts';
import { useStore } from '../store.ts';
import { t } from '../words.ts';
import { ProblemCard } from './ProblemCard.tsx';
import { ScrollingText } from './ScrollingText.tsx';
import { Sheet } from './Sheet.tsx';
import { Waiting } from './Waiting.tsx';

export function About(): React.JSX.Element {
  const about = useStore((known) => known.about);
  const licences = useStore((known) => known.licences);
  useEffect(() => {
    void loadLicences();
  }, []);
  return (
    <Sheet title={t('About Nixburn')}>
      <div className="about">
        <img src={icon} alt="" width="64" height="64" />
        <div>
          <p className="item-title">Nixburn {about?.version}</p>
          <p>{t('Makes a NixOS installer stick that lets you in over SSH.')}</p>
          <p className="muted">
            {t('Free software under the MIT licence. It sends nothing about you to anybody.')}
          </p>
        </div>
      </div>
      <div className="buttons">
        <button type="button" className="button" onClick={() => openSheet('guide')}>
          {t('Read the guide')}
        </button>
        <button type="button" className="button" onClick={() => openSheet('diagnostics')}>
          {t('Diagnostics…')}
        </button>
      </div>
      <section aria-labelledby="about-licences">
        <h3 id="about-licences">{t('What it is made of')}</h3>
        {licences.state === 'loading' && <Waiting for={t('Reading the list…')} />}
        {licences.state === 'failed' && <ProblemCard problem={licences.problem} calm />}
        {licences.state === 'here' && (
          <ul className="licences">
            {licences.value.map((one) => (
              <li key={`${one.name} ${one.version}`}>
                <OneLicence licence={one} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </Sheet>
  );
}

function OneLicence({ licence: { name, version, licence, text } }: { licence: Licence }): React.JSX.Element {
  return (
    <details>
      <summary>
        {name} {version} <span className="muted">{licence}</span>
      </summary>
      <ScrollingText className="raw" name={t('Licence of {{package}}', { package: name })}>
        {text}
      </ScrollingText>
    </details>
  );
}
