/** Offers the WiFi networks that this computer joins by itself; a passphrase is read only after the person agreed to how. */
import { Wifi } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { closeKnownNetworks, loadKnownNetworks, takeKnownNetwork } from '../acts/wifi.ts';
import type { KnownNetwork, KnownNetworks as Listed } from '../../shared/choosing.ts';
import type { Problem } from '../../shared/problem.ts';
import { focusHeading } from '../focus.ts';
import { useRecipe, type Loaded } from '../store.ts';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { securityNames } from './WifiForm.tsx';
import { told } from '../told.tsx';
import { t } from '../words.ts';

export function KnownNetworks({ known }: { known: Loaded<Listed> }): React.JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  // The person asked for this list a moment ago.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="item editing known-networks">
      <h3 tabIndex={-1} ref={heading}>
        {t('Networks this computer joins')}
      </h3>
      {known.state === 'loading' && <Waiting for={t('Looking for the networks that this computer knows…')} />}
      {known.state === 'failed' && (
        <ProblemCard problem={known.problem} calm>
          <button type="button" className="button small" onClick={() => void loadKnownNetworks()}>
            {t('Try again')}
          </button>
        </ProblemCard>
      )}
      {known.state === 'here' && (
        <>
          {known.value.networks.length === 0 && (
            <p className="muted">{t('This computer knows no WiFi network.')}</p>
          )}
          <ul>
            {known.value.networks.map((network) => (
              <Offer network={network} key={network.id} />
            ))}
          </ul>
          {known.value.note !== null && <ProblemCard problem={known.value.note} calm />}
        </>
      )}
      <div className="buttons">
        <button
          type="button"
          className="button small"
          onClick={(event) => {
            focusHeading(event.currentTarget.closest('section'));
            closeKnownNetworks();
          }}
        >
          {t('Close the list')}
        </button>
      </div>
    </div>
  );
}

function Offer({ network }: { network: KnownNetwork }): React.JSX.Element {
  const { wifi } = useRecipe();
  const [asked, setAsked] = useState(false);
  const [reading, setReading] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const taken = wifi.networks.some((one) => one.ssid === network.ssid);
  // What has no passphrase to be read needs no agreement.
  const hasPassphrase = network.security !== 'open' && network.security !== 'enterprise';

  async function take(): Promise<void> {
    setReading(true);
    setProblem(null);
    const outcome = await takeKnownNetwork(network);
    setReading(false);
    if (!outcome.ok) setProblem(outcome.problem);
  }

  return (
    <li className="known-network">
      <div className="item-words">
        <p className="with-icon item-title">
          <Wifi aria-hidden /> {network.ssid}
        </p>
        <p className="item-facts">
          <span>{t(securityNames[network.security])}</span>
          <span>{t('from {{from}}', { from: network.from })}</span>
        </p>
        {asked && <p id={`${network.id}-consent`}>{told(network.consent)}</p>}
        <output>{reading && t('Waiting for the passphrase…')}</output>
        {problem !== null && <ProblemCard problem={problem} calm />}
      </div>
      {taken ? (
        <span className="muted">{t('Chosen')}</span>
      ) : (
        // One button in both cases: whoever has just pressed it keeps the focus, and hears what it now means.
        <button
          type="button"
          className={asked ? 'button small strong' : 'button small'}
          disabled={reading}
          aria-label={
            asked
              ? t('Read the passphrase of {{ssid}}', { ssid: network.ssid })
              : t('Use {{ssid}}', { ssid: network.ssid })
          }
          aria-describedby={asked ? `${network.id}-consent` : undefined}
          onClick={() => (hasPassphrase && !asked ? setAsked(true) : void take())}
        >
          {asked ? t('Read the passphrase') : t('Use')}
        </button>
      )}
    </li>
  );
}
