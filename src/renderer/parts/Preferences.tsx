/** What a person may want otherwise: how the window looks and speaks, where lists come from, what is kept and what is said. */
import { useEffect, useState } from 'react';
import { chooseBuilder } from '../acts/builders.ts';
import { leaveSettingsTrouble } from '../acts/desktop.ts';
import { changeSettings, loadSealTrouble } from '../acts/settings.ts';
import { languageNames } from '../../shared/languages.ts';
import type { Problem } from '../../shared/problem.ts';
import { settingsShape, type Settings } from '../../shared/settings.ts';
import { useStore } from '../store.ts';
import { problemWords } from '../told.tsx';
import { t } from '../words.ts';
import { Field } from './Field.tsx';
import { KeepAtMost } from './KeptImages.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Select } from './Select.tsx';
import { Sheet } from './Sheet.tsx';
import { Switch } from './Switch.tsx';
import { TextInput } from './TextInput.tsx';

export function Preferences(): React.JSX.Element {
  const settings = useStore((known) => known.settings);
  const trouble = useStore((known) => known.settingsTrouble);
  const building = useStore((known) => known.building);
  const isDesktop = useStore((known) => known.about?.host === 'electron');
  const [problem, setProblem] = useState<Problem | null>(null);

  async function change(changes: Partial<Settings>): Promise<void> {
    const outcome = await changeSettings(changes);
    setProblem(outcome.ok ? null : outcome.problem);
  }

  return (
    <Sheet title={t('Preferences')}>
      {trouble !== null && (
        <ProblemCard problem={trouble} calm>
          <button type="button" className="button small" onClick={leaveSettingsTrouble}>
            {t('Got it')}
          </button>
        </ProblemCard>
      )}
      {problem !== null && <ProblemCard problem={problem} />}
      <section aria-labelledby="preferences-window">
        <h3 id="preferences-window">{t('Window')}</h3>
        <Field label={t('Appearance')}>
          {(tied) => (
            <Select
              tied={tied}
              value={settings.appearance}
              options={[
                { value: 'system', title: t('As the system') },
                { value: 'light', title: t('Light') },
                { value: 'dark', title: t('Dark') },
              ]}
              onChange={(appearance) => void change({ appearance })}
            />
          )}
        </Field>
        <Field label={t('Language')}>
          {(tied) => (
            <Select
              tied={tied}
              value={settings.language}
              options={[
                { value: 'system', title: t('As the system') },
                ...Object.entries(languageNames).map(([value, title]) => ({ value, title })),
              ]}
              onChange={(language) => void change({ language })}
            />
          )}
        </Field>
        <Switch
          isOn={settings.notifications && isDesktop}
          disabled={!isDesktop}
          title={t('Tell me when a long job has ended')}
          hint={
            isDesktop
              ? t('With a notice of the desktop, when the window is not in front.')
              : t('Only the desktop app can. In a browser, the title of the page tells how far it is.')
          }
          onChange={(notifications) => void change({ notifications })}
        />
      </section>
      <section aria-labelledby="preferences-building">
        <h3 id="preferences-building">{t('Building')}</h3>
        {building.state === 'here' && (
          <>
            <Field label={t('Images are built')}>
              {(tied) => (
                <Select
                  tied={tied}
                  value={building.value.chosen}
                  options={[
                    { value: 'here', title: t('on this computer') },
                    { value: 'auto', title: t('where it is fastest') },
                    ...building.value.builders.map(({ name }) => ({
                      value: name,
                      title: t('on {{builder}}', { builder: name }),
                    })),
                  ]}
                  onChange={(name) =>
                    void chooseBuilder(name).then((outcome) =>
                      setProblem(outcome.ok ? null : outcome.problem),
                    )
                  }
                />
              )}
            </Field>
            <KeepAtMost kept={building.value.keepGigabytes} key={building.value.keepGigabytes} />
          </>
        )}
        <Mirror channels={settings.channels} onChange={(channels) => change({ channels })} />
      </section>
      <section aria-labelledby="preferences-secrets">
        <h3 id="preferences-secrets">{t('Secrets')}</h3>
        <Remembering isOn={settings.rememberPassphrases} onChange={(isWanted) => change(isWanted)} />
      </section>
    </Sheet>
  );
}

function Mirror(props: {
  channels: string | null;
  onChange(channels: string | null): Promise<void>;
}): React.JSX.Element {
  const before = props.channels ?? '';
  const [text, setText] = useState(before);
  const wanted = text.trim() === '' ? null : text.trim();
  const isGood = settingsShape.shape.channels.safeParse(wanted).success;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood && wanted !== props.channels) void props.onChange(wanted);
      }}
    >
      <Field
        label={t('Mirror of the lists of packages')}
        hint={
          isGood
            ? t(
                'An address that begins with https:// and holds what channels.nixos.org does. Empty: that one.',
              )
            : t('It must begin with https://, and hold no password.')
        }
      >
        {(tied) => (
          <div className="with-button">
            <TextInput
              tied={{ ...tied, 'aria-invalid': !isGood }}
              inputMode="url"
              placeholder="https://channels.nixos.org"
              maxLength={2000}
              value={text}
              onChange={setText}
            />
            <button type="submit" className="button" disabled={!isGood || wanted === props.channels}>
              {t('Save')}
            </button>
          </div>
        )}
      </Field>
    </form>
  );
}

function Remembering(props: {
  isOn: boolean;
  onChange(changes: Pick<Settings, 'rememberPassphrases'>): Promise<void>;
}): React.JSX.Element {
  const trouble = useStore((known) => known.sealTrouble);
  useEffect(() => void loadSealTrouble(), []);
  return (
    <Switch
      isOn={props.isOn && trouble === null}
      // What was remembered once must be forgotten at any time.
      disabled={trouble !== null && !props.isOn}
      title={t('Remember WiFi passphrases on this computer')}
      hint={
        trouble === null
          ? t(
              'Sealed by the keyring of the system, for recipes that you open later. Switched off, all of them are forgotten.',
            )
          : problemWords(trouble)
      }
      onChange={(rememberPassphrases) => void props.onChange({ rememberPassphrases })}
    />
  );
}
