/** How a person signs in to an enterprise network: the part of the WiFi form that companies and universities need. */
import { CircleAlert } from 'lucide-react';
import type { Problem } from '../../shared/problem.ts';
import type { Enterprise } from '../../shared/recipe-enterprise.ts';
import { Field } from './Field.tsx';
import { PemField } from './PemField.tsx';
import { SecretInput } from './SecretInput.tsx';
import { TextInput } from './TextInput.tsx';
import { Select } from './Select.tsx';
import { msg, t, type Message } from '../words.ts';

const methods: { value: Enterprise['method']; title: Message }[] = [
  { value: 'peap', title: msg('PEAP: user name and password') },
  { value: 'ttls', title: msg('TTLS: user name and password') },
  { value: 'tls', title: msg('TLS: certificate and key') },
];

/** A sign-in of which only the method is known; what it needs is there, and empty. */
export function freshEnterprise(method: Enterprise['method'], before?: Enterprise): Enterprise {
  const { identity = '', anonymousIdentity, caCertificate, domain } = before ?? {};
  const kept = {
    identity,
    ...(anonymousIdentity === undefined ? {} : { anonymousIdentity }),
    ...(caCertificate === undefined ? {} : { caCertificate }),
    ...(domain === undefined ? {} : { domain }),
  };
  return method === 'tls'
    ? { method, ...kept, clientCertificate: '', clientKey: '' }
    : { method, ...kept, password: before?.password ?? '' };
}

/** The text itself; a recipe of somebody's own may also say where a text stands, which the window can not look up. */
function textOf(source: unknown): string {
  return typeof source === 'string' ? source : '';
}

export function EnterpriseFields(props: {
  value: Enterprise;
  of(field: string): Problem[];
  onChange(value: Enterprise): void;
}): React.JSX.Element {
  const { value, of, onChange } = props;
  const change = (fields: Partial<Enterprise>) => onChange({ ...value, ...fields });
  /** A field that may be left out is left out when it is empty. */
  const changeOptional = (field: keyof Enterprise, text: string) => {
    const { [field]: _, ...rest } = value;
    onChange((text === '' ? rest : { ...rest, [field]: text }) as Enterprise);
  };
  const at = (field: keyof Enterprise) => of(`enterprise.${field}`);
  const unchecked = value.caCertificate === undefined && value.domain === undefined;
  return (
    <>
      <div className="grid">
        <Field label={t('Method')} problems={[...at('method'), ...of('enterprise')]}>
          {(tied) => (
            <Select
              tied={tied}
              options={methods}
              value={value.method}
              onChange={(method) => onChange(freshEnterprise(method, value))}
            />
          )}
        </Field>
        <Field
          label={t('Identity')}
          hint={t('Your user name, often with a place: {{example}}.', { example: 'ada@example.org' })}
          problems={at('identity')}
        >
          {(tied) => (
            <TextInput tied={tied} value={value.identity} onChange={(given) => change({ identity: given })} />
          )}
        </Field>
        {value.method !== 'tls' && (
          <>
            <Field label={t('Password')} problems={at('password')}>
              {(tied) => (
                <SecretInput
                  tied={tied}
                  what="password"
                  value={textOf(value.password)}
                  onChange={(password) => change({ password })}
                />
              )}
            </Field>
            <Field label={t('Inner authentication')} problems={at('innerAuthentication')}>
              {(tied) => (
                <select
                  {...tied}
                  value={value.innerAuthentication ?? 'mschapv2'}
                  onChange={(event) =>
                    changeOptional('innerAuthentication', event.target.value === 'pap' ? 'pap' : '')
                  }
                >
                  <option value="mschapv2">{t('MS-CHAPv2 (usual)')}</option>
                  {value.method === 'ttls' && <option value="pap">PAP</option>}
                </select>
              )}
            </Field>
          </>
        )}
        <Field
          label={t('Anonymous identity')}
          hint={t('What others nearby may see in place of your name. May be left out.')}
          problems={at('anonymousIdentity')}
        >
          {(tied) => (
            <TextInput
              tied={tied}
              placeholder="anonymous@example.org"
              value={value.anonymousIdentity ?? ''}
              onChange={(given) => changeOptional('anonymousIdentity', given)}
            />
          )}
        </Field>
        <Field
          label={t('Server’s domain')}
          hint={t('What the name in the server’s certificate ends in.')}
          problems={at('domain')}
        >
          {(tied) => (
            <TextInput
              tied={tied}
              placeholder="radius.example.org"
              value={value.domain ?? ''}
              onChange={(given) => changeOptional('domain', given)}
            />
          )}
        </Field>
      </div>
      <PemField
        label={t('CA certificate')}
        hint={t(
          'Of the authority that vouches for the server, in PEM form. Your network’s help pages have it.',
        )}
        value={textOf(value.caCertificate)}
        problems={at('caCertificate')}
        onChange={(text) => changeOptional('caCertificate', text)}
      />
      {unchecked && (
        <p className="with-icon">
          <CircleAlert aria-hidden />
          <span>
            {value.method === 'tls'
              ? t('Without a CA certificate or a domain, anybody can pretend to be this network.')
              : t(
                  'Without a CA certificate or a domain, anybody can pretend to be this network and take your password.',
                )}
          </span>
        </p>
      )}
      {value.method === 'tls' && (
        <>
          <PemField
            label={t('Client certificate')}
            hint={t('Yours, in PEM form.')}
            value={textOf(value.clientCertificate)}
            problems={at('clientCertificate')}
            onChange={(clientCertificate) => change({ clientCertificate })}
          />
          <PemField
            secret
            label={t('Client key')}
            hint={t('The private key that belongs to your certificate, in PEM form.')}
            value={textOf(value.clientKey)}
            problems={at('clientKey')}
            onChange={(clientKey) => change({ clientKey })}
          />
          <div className="grid halves">
            <Field
              label={t('Key password')}
              hint={t('Where the key has one.')}
              problems={at('clientKeyPassword')}
            >
              {(tied) => (
                <SecretInput
                  tied={tied}
                  what="key password"
                  value={textOf(value.clientKeyPassword)}
                  onChange={(text) => changeOptional('clientKeyPassword', text)}
                />
              )}
            </Field>
          </div>
        </>
      )}
    </>
  );
}
