/** Station 3: what the machine is called and how it reaches the network. */
import { Lock, LockOpen, Pencil, Plus, Trash2, Wifi } from 'lucide-react';
import { changeRecipe } from '../acts/recipe.ts';
import { changeWifi, openWifiDraft, removeWifi } from '../acts/wifi.ts';
import { countries } from '../countries.ts';
import { leaveItem } from '../focus.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Field, FieldProblems, useProblems } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { securityNames, WifiForm } from '../parts/WifiForm.tsx';
import { WifiSecret } from '../parts/WifiSecret.tsx';
import { useRecipe, useStore } from '../store.ts';

export function Network(): React.JSX.Element {
  const { wifi } = useRecipe();
  const draft = useStore((known) => known.wifiDraft);
  return (
    <Page
      question="How is the machine reached?"
      lead="A network cable always works. Add WiFi if there is none where the machine stands."
      hint={draft !== null && 'The WiFi network you are editing is not saved yet.'}
    >
      <HostName />
      <section aria-labelledby="wifi">
        <h2 id="wifi">WiFi networks</h2>
        {wifi.networks.length === 0 && draft === null && (
          <p className="empty">
            <Wifi aria-hidden />
            <span>No WiFi. The machine uses a cable.</span>
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
        {draft === null && (
          <button type="button" className="button" onClick={() => openWifiDraft(null)}>
            <Plus aria-hidden /> Add a WiFi network
          </button>
        )}
      </section>
      {wifi.networks.length > 0 && <WifiSecret />}
      {wifi.networks.length > 0 && <Country />}
    </Page>
  );
}

function HostName(): React.JSX.Element {
  const { name } = useRecipe();
  const problems = useProblems('name');
  const command = `ssh root@${name}.local`;
  return (
    <section aria-labelledby="host">
      <h2 id="host">Name</h2>
      <div className="grid">
        <Field label="Host name" hint="Letters, digits and hyphens." problems={problems}>
          {(tied) => (
            <input
              {...tied}
              className="mono"
              autoComplete="off"
              spellCheck={false}
              value={name}
              onChange={(event) => changeRecipe((recipe) => ({ ...recipe, name: event.target.value }))}
            />
          )}
        </Field>
        <div className="field">
          <p className="field-label">Later you log in with</p>
          <p className="command">
            <code>{command}</code>
            <CopyButton text={command} what="the ssh command" />
          </p>
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
  return (
    <li className="item">
      <Wifi aria-hidden className="item-icon" />
      <div className="item-words">
        <p className="item-title">{network.ssid}</p>
        <p className="item-facts">
          <span className="with-icon">
            <Icon aria-hidden /> {securityNames[network.security]}
          </span>
          {network.hidden && <span>hidden</span>}
          {network.priority !== 0 && <span>priority {network.priority}</span>}
        </p>
        <FieldProblems problems={problems} />
      </div>
      <div className="buttons">
        <button
          type="button"
          className="button small"
          aria-label={`Edit ${network.ssid}`}
          onClick={() => openWifiDraft(index)}
        >
          <Pencil aria-hidden /> Edit
        </button>
        <button
          type="button"
          className="button small"
          aria-label={`Remove ${network.ssid}`}
          onClick={(event) => {
            leaveItem(event.currentTarget);
            removeWifi(index);
          }}
        >
          <Trash2 aria-hidden /> Remove
        </button>
      </div>
    </li>
  );
}

function Country(): React.JSX.Element {
  const { wifi } = useRecipe();
  const problems = useProblems('wifi.country');
  return (
    <section aria-labelledby="country">
      <h2 id="country">Where the machine stands</h2>
      <div className="grid halves">
        <Field label="Country" hint="Each country allows other WiFi channels." problems={problems}>
          {(tied) => (
            <select
              {...tied}
              value={wifi.country ?? ''}
              onChange={(event) => {
                const country = event.target.value === '' ? null : event.target.value;
                changeWifi((before) => ({ ...before, country }));
              }}
            >
              <option value="">Not set: only channels allowed everywhere</option>
              {countries.map(({ code, name }) => (
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
