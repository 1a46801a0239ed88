/** Station 4: which NixOS, for which machine, in which language, and what the image is called. */
import { changeRecipe } from '../acts/recipe.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { releases } from '../../shared/releases.ts';
import { ConsolePassword } from '../parts/ConsolePassword.tsx';
import { ExtraModule } from '../parts/ExtraModule.tsx';
import { Scripts } from '../parts/Scripts.tsx';
import { Field, FieldProblems, useProblems } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { useRecipe } from '../store.ts';

/** Newest first: an old release is chosen by few. */
const offeredReleases = releases.toReversed().map((value) => ({
  value,
  title: value === 'unstable' ? 'unstable, changes every day' : `NixOS ${value}`,
}));
const locales = ['en_US.UTF-8', 'en_GB.UTF-8', 'de_DE.UTF-8', 'fr_FR.UTF-8', 'es_ES.UTF-8', 'it_IT.UTF-8'];
const moreLocales = [
  'sv_SE.UTF-8',
  'nl_NL.UTF-8',
  'pl_PL.UTF-8',
  'pt_BR.UTF-8',
  'ja_JP.UTF-8',
  'zh_CN.UTF-8',
];
const keyMaps = [
  'us',
  'uk',
  'de',
  'fr',
  'es',
  'it',
  'sv-latin1',
  'no',
  'dk',
  'pl',
  'br-abnt2',
  'jp106',
  'dvorak',
];
const timeZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** ISO 9660: a volume name has room for 32 characters. */
const mostVolumeLetters = 32;

const compressions: { value: Recipe['image']['compression']; title: string; about: string }[] = [
  { value: 'fast', title: 'Fast', about: 'Builds soonest; the image is largest.' },
  { value: 'balanced', title: 'Balanced', about: 'A good size without a long wait.' },
  { value: 'small', title: 'Small', about: 'Smallest image; building takes much longer.' },
];

const systems: { value: Recipe['system']; title: string }[] = [
  { value: 'x86_64-linux', title: 'PC, 64-bit Intel or AMD (x86_64)' },
  { value: 'aarch64-linux', title: '64-bit ARM (aarch64)' },
];

export function System(): React.JSX.Element {
  const recipe = useRecipe();
  return (
    <Page
      question="What kind of system?"
      lead="The defaults suit most machines; change only what you know to be different."
    >
      <section aria-labelledby="nixos">
        <h2 id="nixos">NixOS</h2>
        <div className="grid">
          <Choice path="release" label="Release" options={offeredReleases} />
          <Choice path="system" label="Machine" options={systems} />
        </div>
      </section>
      <section aria-labelledby="language">
        <h2 id="language">Language and place</h2>
        <div className="grid three">
          <Suggested
            path="locale"
            label="Locale"
            hint="Language and formats."
            among={[...locales, ...moreLocales]}
          />
          <Suggested
            path="keyMap"
            label="Console keyboard"
            hint="Layout of a keyboard at the machine."
            among={keyMaps}
          />
          <Suggested path="timeZone" label="Time zone" among={timeZones} />
        </div>
      </section>
      <section aria-labelledby="image">
        <h2 id="image">Image</h2>
        <div className="grid">
          <ImageText
            path="fileName"
            label="File name"
            hint={
              <>
                Saved as <code>{recipe.image.fileName.replace(/\.iso$/, '')}.iso</code>
              </>
            }
          />
          <ImageText
            path="volumeId"
            label="Volume label"
            hint={`The name of the stick: capital letters, digits and _ (${recipe.image.volumeId.length} of ${mostVolumeLetters})`}
          />
        </div>
        <Compression />
      </section>
      <section aria-labelledby="more">
        <h2 id="more">For special wishes</h2>
        <div className="disclosures">
          <ConsolePassword />
          <Scripts />
          <ExtraModule />
        </div>
      </section>
    </Page>
  );
}

type TextField = 'release' | 'system' | 'locale' | 'keyMap' | 'timeZone';

function change(path: TextField, value: string): void {
  // A text that does not fit stays in the recipe with its problem beside it, so that the person can mend it.
  changeRecipe((recipe) => ({ ...recipe, [path]: value }));
}

function Choice(props: {
  path: TextField;
  label: string;
  options: { value: string; title: string }[];
}): React.JSX.Element {
  const value = useRecipe()[props.path];
  const problems = useProblems(props.path);
  const known = props.options.some((option) => option.value === value);
  return (
    <Field label={props.label} problems={problems}>
      {(tied) => (
        <select {...tied} value={value} onChange={(event) => change(props.path, event.target.value)}>
          {!known && <option value={value}>{value}</option>}
          {props.options.map((option) => (
            <option value={option.value} key={option.value}>
              {option.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Suggested(props: {
  path: TextField;
  label: string;
  hint?: string;
  among: string[];
}): React.JSX.Element {
  const value = useRecipe()[props.path];
  const problems = useProblems(props.path);
  return (
    <Field label={props.label} hint={props.hint} problems={problems}>
      {(tied) => (
        <>
          <input
            {...tied}
            list={`${tied.id}-list`}
            autoComplete="off"
            spellCheck={false}
            value={value}
            onChange={(event) => change(props.path, event.target.value)}
          />
          <datalist id={`${tied.id}-list`}>
            {props.among.map((one) => (
              <option value={one} key={one}>
                {one}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function ImageText(props: {
  path: 'fileName' | 'volumeId';
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
          value={image[props.path]}
          onChange={(event) => {
            const fields = { [props.path]: event.target.value };
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
      <legend className="field-label">Compression</legend>
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
            <span className="item-title">{title}</span>
            <span className="muted">{about}</span>
          </label>
        ))}
      </div>
      <FieldProblems problems={problems} />
    </fieldset>
  );
}
