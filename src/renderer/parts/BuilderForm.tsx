/** Puts a Linux machine on the list of builders, or changes one. Nothing is sent to it before it is checked or chosen. */
import { useEffect, useRef, useState } from 'react';
import { addBuilder, changeBuilder } from '../acts/builders.ts';
import { nameFor } from '../builder-words.ts';
import type { BuildingChoices, SavedBuilder } from '../../shared/building.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import { focusHeading } from '../focus.ts';
import { useRecipe } from '../store.ts';
import { Disclosure } from './Disclosure.tsx';
import { Field } from './Field.tsx';
import { TextInput } from './TextInput.tsx';
import { Select } from './Select.tsx';
import { t } from '../words.ts';

const systems: { value: SavedBuilder['system']; title: string }[] = [
  { value: 'x86_64-linux', title: 'x86_64 (Intel, AMD)' },
  { value: 'aarch64-linux', title: 'aarch64 (ARM)' },
];

/** @param props.builder the one that is changed; left out: a new one. */
export function BuilderForm(props: {
  choices: BuildingChoices;
  builder?: SavedBuilder;
  onClose(): void;
}): React.JSX.Element {
  const { builder } = props;
  const recipe = useRecipe();
  const [host, setHost] = useState(builder?.host ?? '');
  const [system, setSystem] = useState<SavedBuilder['system']>(
    builder?.system ?? (recipe.system === 'aarch64-linux' ? 'aarch64-linux' : 'x86_64-linux'),
  );
  const [name, setName] = useState(builder?.name ?? '');
  const [speed, setSpeed] = useState(String(builder?.speed ?? 1));
  const [keyFile, setKeyFile] = useState(builder?.keyFile ?? '');
  const [jump, setJump] = useState(builder?.jump ?? '');
  const [wrong, setWrong] = useState<{ at: 'host' | 'name' | 'speed' | 'keyFile'; problem: Problem } | null>(
    null,
  );
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const at = (field: string) => (wrong?.at === field ? [wrong.problem] : []);
  const taken = props.choices.builders.map((one) => one.name).filter((one) => one !== builder?.name);
  const given = host.trim();

  async function save(): Promise<void> {
    if (given === '') return first.current?.focus();
    const times = Number(speed);
    if (!(times >= 0.1 && times <= 100)) return setWrong({ at: 'speed', problem: badSpeed });
    if (keyFile.includes('${')) return setWrong({ at: 'keyFile', problem: badKeyFile });
    const wanted: SavedBuilder = {
      name: name.trim() || nameFor(given, taken),
      host: given,
      system,
      speed: times,
      keyFile: keyFile.trim() || null,
      jump: jump.trim() || null,
    };
    const outcome = await (builder ? changeBuilder(builder.name, wanted) : addBuilder(wanted));
    if (outcome.ok) {
      props.onClose();
      // Under another name it is another item, and what had the focus is gone with this one.
      if (builder && builder.name !== wanted.name) focusHeading(sectionOf('builders'));
      return;
    }
    setWrong({
      at: outcome.problem.code === 'builder-name-taken' ? 'name' : 'host',
      problem: outcome.problem,
    });
    first.current?.focus();
  }

  return (
    <form
      className="item editing builder-form"
      aria-label={builder ? t('Edit {{name}}', { name: builder.name }) : t('New builder')}
      // The program says what is wrong with it, in words.
      noValidate
      onChange={() => setWrong(null)}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="grid">
        <Field
          label={t('Builder')}
          hint={t('user@host, with :port where needed, or a name from your ssh configuration.')}
          problems={at('host')}
        >
          {(tied) => (
            <TextInput
              tied={tied}
              ref={first}
              className="mono"
              autoCapitalize="off"
              maxLength={300}
              placeholder="me@builder.example"
              value={host}
              onChange={setHost}
            />
          )}
        </Field>
        <Field label={t('What it is')} hint={t('Images of this kind are built there without an emulator.')}>
          {(tied) => <Select tied={tied} options={systems} value={system} onChange={setSystem} />}
        </Field>
      </div>
      <div className="disclosures">
        <Disclosure
          title={t('More')}
          summary={t('name, speed, key, jump hosts')}
          hasProblem={wrong !== null && wrong.at !== 'host'}
        >
          <div className="grid">
            <Field label={t('Name')} hint={t('How the list calls it.')} problems={at('name')}>
              {(tied) => (
                <input
                  {...tied}
                  autoComplete="off"
                  maxLength={40}
                  placeholder={given === '' ? '' : nameFor(given, taken)}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <Field
              label={t('Speed')}
              hint={t('Against this computer, which is 1. Only “the fastest that fits” asks for it.')}
              problems={at('speed')}
            >
              {(tied) => (
                <input
                  {...tied}
                  inputMode="decimal"
                  autoComplete="off"
                  maxLength={8}
                  value={speed}
                  onChange={(event) => setSpeed(event.target.value)}
                />
              )}
            </Field>
            <Field
              label={t('Private key file')}
              hint={t('Empty leaves it to ssh and its agent.')}
              problems={at('keyFile')}
            >
              {(tied) => (
                <TextInput
                  tied={tied}
                  className="mono"
                  maxLength={1000}
                  placeholder="~/.ssh/id_ed25519"
                  value={keyFile}
                  onChange={setKeyFile}
                />
              )}
            </Field>
            <Field label={t('Jump hosts')} hint={t('Machines on the way, with commas between them.')}>
              {(tied) => (
                <TextInput tied={tied} className="mono" maxLength={1000} value={jump} onChange={setJump} />
              )}
            </Field>
          </div>
        </Disclosure>
      </div>
      <div className="buttons end">
        <span className="muted">
          {builder
            ? t('Nothing is sent to it.')
            : t('Adding it sends nothing to it, and does not choose it.')}
        </span>
        <button type="button" className="button small" onClick={props.onClose}>
          {t('Cancel')}
        </button>
        <button type="submit" className="button small strong" disabled={given === ''}>
          {builder ? t('Save') : t('Add builder')}
        </button>
      </div>
    </form>
  );
}

const sectionOf = (heading: string) => document.getElementById(heading)?.closest('section') ?? null;

const badSpeed = problem('builder-speed', 'The speed is a number from 0.1 to 100.', {
  detail: '2 means twice as fast as this computer.',
});

const badKeyFile = problem('builder-key-file', 'The name of the key file must not hold ${.', {
  detail: 'ssh would put a variable in its place.',
});
