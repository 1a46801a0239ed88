/** Station 3: what the machine is called and how it reaches the network. */
import { Laptop, Lock, LockOpen, Pencil, Plus, Trash2, Wifi } from 'lucide-react';
import { changeRecipe } from '../acts/recipe.ts';
import { changeCountry, loadKnownNetworks, openWifiDraft, removeWifi } from '../acts/wifi.ts';
import { countries } from '../countries.ts';
import { missingSecret, missingWords } from '../missing-secret.ts';
import { leaveItem } from '../focus.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Field, FieldProblems, useProblems } from '../parts/Field.tsx';
import { KnownNetworks } from '../parts/KnownNetworks.tsx';
import { Page } from '../parts/Page.tsx';
import { securityNames, WifiForm } from '../parts/WifiForm.tsx';
import { WifiSecret } from '../parts/WifiSecret.tsx';
import { useRecipe, useStore } from '../store.ts';
import { TextInput } from '../parts/TextInput.tsx';
import { t } from '../words.ts';

export function Network(): React.JSX.Element {
  const { wifi } = useRecipe();
  const draft = useStore((known) => known.wifiDraft);
  const computer = useStore((known) => known.knownNetworks);
  // Without a network nobody asks for the country, and still a wrong one from a file must be mended.
  const countryProblems = useProblems('wifi.country');
  return (
    <Page
      question={t('How is the machine reached?')}
      lead={t('A network cable always works. Add WiFi if there is none where the machine stands.')}
      hint={draft !== null && t('The WiFi network you are editing is not saved yet.')}
    >
      <HostName />
      <section aria-labelledby="wifi">
        <h2 id="wifi">{t('WiFi networks')}</h2>
        {wifi.networks.length === 0 && draft === null && (
          <p className="empty">
            <Wifi aria-hidden />
            <span>{t('No WiFi. The machine uses a cable.')}</span>
          </p>
        )}
        <ul className="list">
          {wifi.networks.map(({ ssid }, index) =>
            draft?.index === index ? (
              <li className="item editing" key={ssid}>
                <WifiForm draft={draft} />
              </li>
            ) : (
              <NetworkCard index={index} key={ssid} />
            ),
          )}
        </ul>
        {draft !== null && draft.index === null && (
          <div className="item editing">
            <WifiForm draft={draft} />
          </div>
        )}
        {draft === null && computer !== null && <KnownNetworks known={computer} />}
        {draft === null && (
          <div className="buttons">
            <button type="button" className="button" onClick={() => openWifiDraft(null)}>
              <Plus aria-hidden /> {t('Add a WiFi network')}
            </button>
            {computer === null && (
              <button type="button" className="button" onClick={() => void loadKnownNetworks()}>
                <Laptop aria-hidden /> {t('Use this computer’s…')}
              </button>
            )}
          </div>
        )}
      </section>
      {wifi.networks.length > 0 && <WifiSecret />}
      {(wifi.networks.length > 0 || countryProblems.length > 0) && <Country />}
    </Page>
  );
}

function HostName(): React.JSX.Element {
  const { name } = useRecipe();
  const problems = useProblems('name');
  const command = `ssh root@${name}.local`;
  return (
    <section aria-labelledby="host">
      <h2 id="host">{t('Name')}</h2>
      <div className="grid">
        <Field label={t('Host name')} hint={t('Letters, digits and hyphens.')} problems={problems}>
          {(tied) => (
            <TextInput
              tied={tied}
              className="mono"
              value={name}
              onChange={(given) => changeRecipe((recipe) => ({ ...recipe, name: given }))}
            />
          )}
        </Field>
        <div className="field">
          <p className="field-label">{t('Later you log in with')}</p>
          {problems.length > 0 ? (
            <p className="command muted">{t('That needs a host name first.')}</p>
          ) : (
            <p className="command">
              <code>{command}</code>
              <CopyButton text={command} what={t('the ssh command')} />
            </p>
          )}
        </div>
      </div>
    </section>
  );
}

function NetworkCard({ index }: { index: number }): React.JSX.Element | null {
  const network = useRecipe().wifi.networks[index];
  const problems = useProblems(`wifi.networks.${index}`);
  if (network === undefined) return null;
  const Icon = network.security === 'open' ? LockOpen : Lock;
  const missing = problems.length > 0 ? null : missingSecret(network);
  return (
    <li className="item">
      <Wifi aria-hidden className="item-icon" />
      <div className="item-words">
        <p className="item-title">{network.ssid}</p>
        <p className="item-facts">
          <span className="with-icon">
            <Icon aria-hidden /> {t(securityNames[network.security])}
          </span>
          {network.hidden && <span>{t('hidden')}</span>}
          {network.priority !== 0 && (
            <span>{t('priority {{priority}}', { priority: network.priority })}</span>
          )}
        </p>
        {missing !== null && (
          <p className="field-problem">
            {t(missingWords[missing])} {t('Edit the network to type it.')}
          </p>
        )}
        <FieldProblems problems={problems} />
      </div>
      <div className="buttons">
        <button
          type="button"
          className="button small"
          aria-label={t('Edit {{name}}', { name: network.ssid })}
          onClick={() => openWifiDraft(index)}
        >
          <Pencil aria-hidden /> {t('Edit')}
        </button>
        <button
          type="button"
          className="button small"
          aria-label={t('Remove {{name}}', { name: network.ssid })}
          onClick={(event) => {
            leaveItem(event.currentTarget);
            removeWifi(index);
          }}
        >
          <Trash2 aria-hidden /> {t('Remove')}
        </button>
      </div>
    </li>
  );
}

function Country(): React.JSX.Element {
  const { wifi } = useRecipe();
  const problems = useProblems('wifi.country');
  const from = useStore((known) => known.country);
  return (
    <section aria-labelledby="country">
      <h2 id="country">{t('Where the machine stands')}</h2>
      <div className="grid halves">
        <Field
          label={t('Country')}
          hint={
            from === 'guessed'
              ? t('Guessed from this computer’s settings. Change it if the machine stands elsewhere.')
              : t('Each country allows other WiFi channels.')
          }
          problems={problems}
        >
          {(tied) => (
            <select
              {...tied}
              value={wifi.country ?? ''}
              onChange={(event) => changeCountry(event.target.value === '' ? null : event.target.value)}
            >
              <option value="">{t('Not set: only channels allowed everywhere')}</option>
              {countries().map(({ code, name }) => (
                <option value={code} key={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </section>
  );
}
