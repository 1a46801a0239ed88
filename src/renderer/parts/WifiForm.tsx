/** Adds or edits one WiFi network; nothing of it is in the recipe before it is saved. */
import { Eye, EyeOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { changeWifiDraft, closeWifiDraft, saveWifiDraft } from '../acts.ts';
import type { Problem } from '../../shared/problem.ts';
import type { WifiNetwork } from '../../shared/recipe.ts';
import type { WifiDraft } from '../store.ts';
import { Field, FieldProblems } from './Field.tsx';

export const securityNames: Record<WifiNetwork['security'], string> = {
  'wpa2-wpa3': 'WPA2 or WPA3 (automatic)',
  wpa2: 'WPA2 only',
  wpa3: 'WPA3 only',
  open: 'Open, no passphrase',
  enterprise: 'Enterprise',
};

/** Enterprise needs a name and certificates, for which the recipe has no place. */
const offered: WifiNetwork['security'][] = ['wpa2-wpa3', 'wpa2', 'wpa3', 'open'];

/** The name's limit is in bytes (IEEE 802.11), not in letters. */
const mostSsidBytes = 32;

export function WifiForm({ draft: { network, index } }: { draft: WifiDraft }): React.JSX.Element {
  const [problems, setProblems] = useState<Record<string, Problem>>({});
  const first = useRef<HTMLInputElement>(null);
  // The person asked for this form a moment ago.
  useEffect(() => first.current?.focus(), []);
  const [shown, setShown] = useState(false);
  const of = (field: string): Problem[] => (problems[field] ? [problems[field]] : []);
  const passphrase = typeof network.passphrase === 'string' ? network.passphrase : '';
  const bytes = new TextEncoder().encode(network.ssid).length;

  function change(fields: Partial<WifiNetwork>): void {
    changeWifiDraft({ ...network, ...fields });
    setProblems((before) =>
      Object.fromEntries(Object.entries(before).filter(([field]) => !(field in fields))),
    );
  }

  return (
    <form
      className="wifi-form"
      aria-label={index === null ? 'New WiFi network' : `Edit ${network.ssid}`}
      onSubmit={(event) => {
        event.preventDefault();
        void saveWifiDraft().then(setProblems);
      }}
    >
      <div className="grid">
        <Field label="Network name (SSID)" hint={`${bytes} of ${mostSsidBytes} bytes`} problems={of('ssid')}>
          {(tied) => (
            <input
              {...tied}
              ref={first}
              autoComplete="off"
              spellCheck={false}
              value={network.ssid}
              onChange={(event) => change({ ssid: event.target.value })}
            />
          )}
        </Field>
        <Field label="Security" problems={of('security')}>
          {(tied) => (
            <select
              {...tied}
              value={network.security}
              onChange={(event) => {
                const security = event.target.value as WifiNetwork['security'];
                change(security === 'open' ? { security, passphrase: undefined } : { security });
              }}
            >
              {offered.map((security) => (
                <option value={security} key={security}>
                  {securityNames[security]}
                </option>
              ))}
            </select>
          )}
        </Field>
        {network.security !== 'open' && (
          <Field label="Passphrase" problems={of('passphrase')}>
            {(tied) => (
              <div className="with-button">
                <input
                  {...tied}
                  type={shown ? 'text' : 'password'}
                  autoComplete="off"
                  spellCheck={false}
                  value={passphrase}
                  onChange={(event) => change({ passphrase: event.target.value })}
                />
                <button
                  type="button"
                  className="button"
                  aria-pressed={shown}
                  aria-label="Show the passphrase"
                  onClick={() => setShown(!shown)}
                >
                  {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />} {shown ? 'Hide' : 'Show'}
                </button>
              </div>
            )}
          </Field>
        )}
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={network.hidden}
          onChange={(event) => change({ hidden: event.target.checked })}
        />
        Hidden: the network does not announce its name
      </label>
      <FieldProblems problems={[...of('hidden'), ...of('priority')]} />
      <div className="buttons">
        <button type="submit" className="button strong">
          Save network
        </button>
        <button type="button" className="button" onClick={closeWifiDraft}>
          Cancel
        </button>
      </div>
    </form>
  );
}
