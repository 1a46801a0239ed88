/** Adds or edits one WiFi network; nothing of it is in the recipe before it is saved. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { changeWifiDraft, closeWifiDraft, saveWifiDraft } from '../acts/wifi.ts';
import { focusHeading } from '../focus.ts';
import { passphraseStrength } from '../../shared/passphrase-strength.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import type { Recipe, WifiNetwork } from '../../shared/recipe.ts';
import { useRecipe, type WifiDraft } from '../store.ts';
import { EnterpriseFields, freshEnterprise } from './EnterpriseFields.tsx';
import { Field, FieldProblems } from './Field.tsx';
import { SecretInput } from './SecretInput.tsx';
import { TextInput } from './TextInput.tsx';
import { told } from '../told.tsx';
import { msg, t, type Message } from '../words.ts';

export const securityNames: Record<WifiNetwork['security'], Message> = {
  'wpa2-wpa3': msg('WPA2 or WPA3 (automatic)'),
  wpa2: msg('WPA2 only'),
  wpa3: msg('WPA3 only'),
  open: msg('Open, no passphrase'),
  enterprise: msg('Enterprise, with a sign-in'),
};

const offered: WifiNetwork['security'][] = ['wpa2-wpa3', 'wpa2', 'wpa3', 'enterprise', 'open'];

const notANumber = problem('bad-priority', 'This is not a priority.', {
  remedy: 'Write a whole number, such as 0 or 10.',
});

/** The name's limit is in bytes (IEEE 802.11), not in letters. */
const mostSsidBytes = 32;

export function WifiForm({ draft: { network, index } }: { draft: WifiDraft }): React.JSX.Element {
  const { wifi } = useRecipe();
  const [problems, setProblems] = useState<Record<string, Problem>>({});
  const form = useRef<HTMLFormElement>(null);
  const first = useRef<HTMLInputElement>(null);
  // The person asked for this form a moment ago.
  useEffect(() => first.current?.focus(), []);
  // As typed: a minus sign alone is the beginning of a number.
  const [priority, setPriority] = useState(String(network.priority));
  const of = (field: string): Problem[] => (problems[field] ? [problems[field]] : []);
  const passphrase = typeof network.passphrase === 'string' ? network.passphrase : '';
  const bytes = new TextEncoder().encode(network.ssid).length;

  function change(fields: Partial<WifiNetwork>): void {
    changeWifiDraft({ ...network, ...fields });
    setProblems((before) =>
      Object.fromEntries(
        Object.entries(before).filter(([field]) => !((field.split('.', 1)[0] ?? '') in fields)),
      ),
    );
  }

  async function save(): Promise<void> {
    const section = form.current?.closest('section') ?? null;
    const isNumber = /^-?\d{1,3}$/.test(priority.trim());
    const found = isNumber ? await saveWifiDraft() : { priority: notANumber };
    if (Object.keys(found).length === 0) return focusHeading(section);
    // At once, so that the field that is refused can be found and gone to.
    flushSync(() => setProblems(found));
    form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }

  function leave(): void {
    focusHeading(form.current?.closest('section') ?? null);
    closeWifiDraft();
  }

  return (
    <form
      aria-label={index === null ? t('New WiFi network') : t('Edit {{name}}', { name: network.ssid })}
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="grid">
        <Field
          label={t('Network name (SSID)')}
          hint={t('{{bytes}} of {{most}} bytes', { bytes, most: mostSsidBytes })}
          problems={of('ssid')}
        >
          {(tied) => (
            <TextInput
              tied={tied}
              ref={first}
              value={network.ssid}
              onChange={(given) => change({ ssid: given })}
            />
          )}
        </Field>
        <Field
          label={t('Security')}
          hint={securityWords(network.security, wifi.backend)}
          problems={of('security')}
        >
          {(tied) => (
            <select
              {...tied}
              value={network.security}
              onChange={(event) => change(secretsFor(event.target.value as WifiNetwork['security'], network))}
            >
              {offered.map((security) => (
                <option value={security} key={security}>
                  {t(securityNames[security])}
                </option>
              ))}
            </select>
          )}
        </Field>
        {network.security !== 'open' && network.security !== 'enterprise' && (
          <Field label={t('Passphrase')} hint={strengthWords(passphrase)} problems={of('passphrase')}>
            {(tied) => (
              <SecretInput
                tied={tied}
                what="passphrase"
                value={passphrase}
                onChange={(text) => change({ passphrase: text })}
              />
            )}
          </Field>
        )}
        <Field
          label={t('Priority')}
          hint={t('The network in reach with the highest number is joined.')}
          problems={of('priority')}
        >
          {(tied) => (
            <input
              {...tied}
              inputMode="numeric"
              autoComplete="off"
              value={priority}
              onChange={(event) => {
                setPriority(event.target.value);
                change({ priority: Number(event.target.value) });
              }}
            />
          )}
        </Field>
      </div>
      {network.enterprise !== undefined && (
        <EnterpriseFields
          value={network.enterprise}
          of={of}
          onChange={(enterprise) => change({ enterprise })}
        />
      )}
      <label className="check">
        <input
          type="checkbox"
          checked={network.hidden}
          onChange={(event) => change({ hidden: event.target.checked })}
        />
        {t('Hidden: the network does not announce its name')}
      </label>
      <FieldProblems problems={of('hidden')} />
      <div className="buttons">
        <button type="submit" className="button strong">
          {t('Save network')}
        </button>
        <button type="button" className="button" onClick={leave}>
          {t('Cancel')}
        </button>
      </div>
    </form>
  );
}

/**
 * What a choice shuts out. NetworkManager joins an access point that offers WPA2 and WPA3 by WPA3 alone, and the key that
 * is stored for a WPA2 network is none for that (tried by test/wifi).
 */
function securityWords(
  security: WifiNetwork['security'],
  backend: Recipe['wifi']['backend'],
): string | undefined {
  if (security === 'wpa3') return t('An access point that knows WPA2 alone is not joined.');
  if (security !== 'wpa2' || backend !== 'networkmanager') return undefined;
  return t(
    'An access point that offers WPA3 as well, as many new ones do, is never joined this way. Automatic joins both.',
  );
}

/** What the kind of security needs, and nothing that belongs to another. */
function secretsFor(
  security: WifiNetwork['security'],
  { passphrase, enterprise }: WifiNetwork,
): Partial<WifiNetwork> {
  switch (security) {
    case 'open':
      return { security, passphrase: undefined, enterprise: undefined };
    case 'enterprise':
      return { security, passphrase: undefined, enterprise: enterprise ?? freshEnterprise('peap') };
    default:
      return { security, passphrase: passphrase ?? '', enterprise: undefined };
  }
}

/** How strong a passphrase is; nothing about none, and nothing about a key that was derived from one. */
function strengthWords(passphrase: string): ReactNode {
  if (passphrase === '' || /^[0-9A-Fa-f]{64}$/.test(passphrase)) return undefined;
  return told(passphraseStrength(passphrase).words);
}
