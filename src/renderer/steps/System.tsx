/** Station 4: which NixOS, for which machine, in which language, and what the image is called. */
import { changeRecipe } from '../acts/recipe.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { releases } from '../../shared/releases.ts';
import { ConsolePassword } from '../parts/ConsolePassword.tsx';
import { ExtraModule } from '../parts/ExtraModule.tsx';
import { Scripts } from '../parts/Scripts.tsx';
import { Field, FieldProblems, useProblems } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { rich } from '../rich.tsx';
import { useRecipe, useStore } from '../store.ts';
import { TextInput } from '../parts/TextInput.tsx';
import { language, msg, nameWords, t, type Message } from '../words.ts';

/** Newest first: an old release is chosen by few. */
const offeredReleases = releases.toReversed().map((value) => ({
  value,
  title: value === 'unstable' ? msg('unstable, changes every day') : `NixOS ${value}`,
}));
/** ISO 9660: a volume name has room for 32 characters. */
const mostVolumeLetters = 32;

const compressions: { value: Recipe['image']['compression']; title: Message; about: Message }[] = [
  { value: 'fast', title: msg('Fast'), about: msg('Builds soonest; the image is largest.') },
  { value: 'balanced', title: msg('Balanced'), about: msg('A good size without a long wait.') },
  { value: 'small', title: msg('Small'), about: msg('Smallest image; building takes much longer.') },
];

const systems: { value: Recipe['system']; title: Message }[] = [
  { value: 'x86_64-linux', title: msg('PC, 64-bit Intel or AMD (x86_64)') },
  { value: 'aarch64-linux', title: msg('64-bit ARM (aarch64)') },
];

export function System(): React.JSX.Element {
  const recipe = useRecipe();
  const choices = useStore((known) => known.choices);
  return (
    <Page
      question={t('What kind of system?')}
      lead={t('The defaults suit most machines; change only what you know to be different.')}
    >
      <section aria-labelledby="nixos">
        <h2 id="nixos">NixOS</h2>
        <div className="grid">
          <Choice path="release" label={t('Release')} options={offeredReleases} />
          <Choice path="system" label={t('Machine')} options={systems} />
        </div>
      </section>
      <section aria-labelledby="language">
        <h2 id="language">{t('Language and place')}</h2>
        <div className="grid three">
          <Suggested
            path="locale"
            label={t('Locale')}
            hint={t('Language and formats.')}
            among={choices?.locales.map((name) => ({ name, words: localeWords(name) }))}
            guess={choices?.guess.locale}
          />
          <Suggested
            path="keyMap"
            label={t('Console keyboard')}
            hint={t('Layout of a keyboard at the machine.')}
            among={choices?.keyMaps}
            guess={choices?.guess.keyMap}
          />
          <Suggested
            path="timeZone"
            label={t('Time zone')}
            among={choices?.timeZones.map(({ name, country }) => ({
              name,
              words: country === null ? null : nameOf('region', country),
            }))}
            guess={choices?.guess.timeZone}
          />
          <Suggested
            path="consoleFont"
            label={t('Console font')}
            hint={t('Letters on the screen; empty leaves them as they are. ter-v32n is large.')}
            among={choices?.consoleFonts.map((name) => ({ name, words: null }))}
          />
        </div>
      </section>
      <section aria-labelledby="image">
        <h2 id="image">{t('Image')}</h2>
        <div className="grid">
          <ImageText
            path="fileName"
            label={t('File name')}
            hint={rich('Saved as <code>{{file}}</code>', {
              file: `${recipe.image.fileName.replace(/\.iso$/, '')}.iso`,
            })}
          />
          <ImageText
            path="volumeId"
            label={t('Volume label')}
            hint={t('The name of the stick: capital letters, digits and _ ({{length}} of {{most}})', {
              length: recipe.image.volumeId.length,
              most: mostVolumeLetters,
            })}
          />
        </div>
        <div className="grid halves">
          <ImageText
            path="edition"
            label={t('Edition')}
            hint={t('What kind of installer this is, such as homelab. May be left empty.')}
          />
        </div>
        <Compression />
      </section>
      <section aria-labelledby="more">
        <h2 id="more">{t('For special wishes')}</h2>
        <div className="disclosures">
          <ConsolePassword />
          <Scripts />
          <ExtraModule />
        </div>
      </section>
    </Page>
  );
}

type TextField = 'release' | 'system' | 'locale' | 'keyMap' | 'timeZone' | 'consoleFont';

function change(path: TextField, value: string): void {
  // A text that does not fit stays in the recipe with its problem beside it, so that the person can mend it.
  changeRecipe((recipe) => ({ ...recipe, [path]: path === 'consoleFont' && value === '' ? null : value }));
}

function nameOf(type: 'region' | 'language', code: string): string | null {
  return new Intl.DisplayNames([language()], { type }).of(code) ?? null;
}

/** `Swedish (Sweden)`; null for a name that is none of a language. */
function localeWords(name: string): string | null {
  const [, spoken, country] = /^([a-z]{2,3})(?:_([A-Z]{2}))?/.exec(name) ?? [];
  if (spoken === undefined) return null;
  return nameOf('language', country === undefined ? spoken : `${spoken}-${country}`);
}

function Choice(props: {
  path: TextField;
  label: string;
  options: { value: string; title: string }[];
}): React.JSX.Element {
  const value = useRecipe()[props.path] ?? '';
  const problems = useProblems(props.path);
  const known = props.options.some((option) => option.value === value);
  return (
    <Field label={props.label} problems={problems}>
      {(tied) => (
        <select {...tied} value={value} onChange={(event) => change(props.path, event.target.value)}>
          {!known && <option value={value}>{value}</option>}
          {props.options.map((option) => (
            <option value={option.value} key={option.value}>
              {nameWords(option.title)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** One of many names, in words where there are some; one that is not among them can still be typed. */
function Suggested(props: {
  path: TextField;
  label: string;
  hint?: string;
  among: { name: string; words: string | null }[] | undefined;
  /** What this computer itself has. */
  guess?: string | null | undefined;
}): React.JSX.Element {
  const { path, label, among = [], guess } = props;
  const value = useRecipe()[path] ?? '';
  const problems = useProblems(path);
  const words = among.find((one) => one.name === value)?.words ?? null;
  const offersGuess = guess !== undefined && guess !== null && guess !== value;
  return (
    <Field label={label} hint={words === null ? props.hint : nameWords(words)} problems={problems}>
      {(tied) => (
        <>
          <TextInput
            tied={tied}
            list={`${tied.id}-list`}
            value={value}
            onChange={(given) => change(path, given)}
          />
          <datalist id={`${tied.id}-list`}>
            {among.map((one) => (
              <option value={one.name} key={one.name}>
                {one.words === null ? one.name : nameWords(one.words)}
              </option>
            ))}
          </datalist>
          {offersGuess && (
            <button
              type="button"
              className="button bare as-here"
              onClick={(event) => {
                event.currentTarget.parentElement?.querySelector('input')?.focus();
                change(path, guess);
              }}
            >
              {t('As on this computer: {{guess}}', { guess })}
            </button>
          )}
        </>
      )}
    </Field>
  );
}

function ImageText(props: {
  path: 'fileName' | 'volumeId' | 'edition';
  label: string;
  hint: React.ReactNode;
}): React.JSX.Element {
  const { image } = useRecipe();
  const problems = useProblems(`image.${props.path}`);
  return (
    <Field label={props.label} hint={props.hint} problems={problems}>
      {(tied) => (
        <input
          {...tied}
          className="mono"
          autoComplete="off"
          spellCheck={false}
          value={image[props.path] ?? ''}
          onChange={(event) => {
            const text = event.target.value;
            const fields = { [props.path]: props.path === 'edition' && text === '' ? null : text };
            changeRecipe((recipe) => ({ ...recipe, image: { ...recipe.image, ...fields } }));
          }}
        />
      )}
    </Field>
  );
}

function Compression(): React.JSX.Element {
  const { image } = useRecipe();
  const problems = useProblems('image.compression');
  return (
    <fieldset className="plain">
      <legend className="field-label">{t('Compression')}</legend>
      <div className="choices three">
        {compressions.map(({ value, title, about }) => (
          <label className="choice two-lines" key={value}>
            <input
              type="radio"
              name="compression"
              checked={image.compression === value}
              onChange={() =>
                changeRecipe((recipe) => ({ ...recipe, image: { ...recipe.image, compression: value } }))
              }
            />
            <span className="item-title">{t(title)}</span>
            <span className="muted">{t(about)}</span>
          </label>
        ))}
      </div>
      <FieldProblems problems={problems} />
    </fieldset>
  );
}
