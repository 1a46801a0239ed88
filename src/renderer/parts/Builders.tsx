/** Where the image is built: this computer or a Linux machine over SSH, which of them and why, and what is missing there. */
import { Plus, RefreshCw, ShieldCheck, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { loadPreflight } from '../acts/build.ts';
import { checkBuilder, chooseBuilder, distributeTo, loadBuilding, removeBuilder } from '../acts/builders.ts';
import { placeOf, type Place } from '../builder-words.ts';
import type { BuildingChoices, SavedBuilder } from '../../shared/building.ts';
import type { PreflightLine } from '../../shared/contract.ts';
import { formatCount } from '../../shared/units.ts';
import type { Outcome, Problem } from '../../shared/problem.ts';
import { focusHeading, leaveItem } from '../focus.ts';
import { useRecipe, useStore, type Loaded } from '../store.ts';
import { Disclosure } from './Disclosure.tsx';
import { Field, FieldProblems } from './Field.tsx';
import { NewBuilder } from './NewBuilder.tsx';
import { PreflightList } from './PreflightList.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { TextInput } from './TextInput.tsx';

/** Where the image is built now; null while the list of builders is not here. */
export function usePlace(): Place | null {
  const { system } = useRecipe();
  const building = useStore((known) => known.building);
  const preflight = useStore((known) => known.preflight);
  if (building.state !== 'here') return null;
  return placeOf(building.value, system, preflight.state === 'here' ? preflight.value : null);
}

export function Builders(): React.JSX.Element {
  const building = useStore((known) => known.building);
  useEffect(() => void loadPreflight(), []);
  return (
    <>
      <section aria-labelledby="builders">
        <h2 id="builders">Where to build</h2>
        {building.state === 'loading' && <Waiting for="Reading the list of builders…" />}
        {building.state === 'failed' && (
          <ProblemCard problem={building.problem}>
            <button type="button" className="button" onClick={() => void loadBuilding()}>
              Try again
            </button>
          </ProblemCard>
        )}
        {building.state === 'here' && <Places choices={building.value} />}
      </section>
      <Preflight />
      {building.state === 'here' && (
        <div className="disclosures">
          <Distribute choices={building.value} />
        </div>
      )}
    </>
  );
}

function Places({ choices }: { choices: BuildingChoices }): React.JSX.Element {
  const place = usePlace();
  const saving = useStore((known) => known.savingBuilding);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [adding, setAdding] = useState<'not yet' | 'now' | 'no more'>('not yet');
  const add = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (adding === 'no more') add.current?.focus();
  }, [adding]);
  const { builders } = choices;
  const known = ['auto', ...builders.map(({ name }) => name)].includes(choices.chosen);
  const chosen = known ? choices.chosen : 'here';

  async function settle(outcome: Promise<Outcome<unknown>>): Promise<boolean> {
    setProblem(null);
    const { ok, ...rest } = await outcome;
    if (!ok) setProblem((rest as { problem: Problem }).problem);
    return ok;
  }

  const choose = (name: string) => !saving && void settle(chooseBuilder(name));
  return (
    <>
      <fieldset>
        <legend className="sr-only">Where to build</legend>
        <ul className="rows">
          <li className="item">
            <Choice
              name="This computer"
              about="With the Nix that is installed here."
              isChosen={chosen === 'here'}
              onChoose={() => choose('here')}
            />
          </li>
          {builders.map((builder) => (
            <BuilderItem
              builder={builder}
              key={builder.name}
              isChosen={chosen === builder.name}
              onChoose={() => choose(builder.name)}
              onRemove={() => settle(removeBuilder(builder.name))}
            />
          ))}
          {(builders.length > 0 || chosen === 'auto') && (
            <li className="item">
              <Choice
                name="The fastest that fits"
                about="This computer or one of the list: whichever makes this kind of image itself, and fastest."
                isChosen={chosen === 'auto'}
                onChoose={() => choose('auto')}
              />
            </li>
          )}
        </ul>
      </fieldset>
      {problem !== null && <ProblemCard problem={problem} />}
      <output className="muted">{place !== null && `Built on ${place.words}. ${place.why}`}</output>
      {adding === 'now' ? (
        <NewBuilder choices={choices} onClose={() => setAdding('no more')} />
      ) : (
        <div className="buttons">
          <button type="button" className="button small" ref={add} onClick={() => setAdding('now')}>
            <Plus aria-hidden /> Add a Linux builder…
          </button>
          {builders.length === 0 && (
            <span className="muted">
              Any Linux machine with Nix that you reach over SSH can build it for you.
            </span>
          )}
        </div>
      )}
    </>
  );
}

function Choice(props: {
  name: string;
  about: React.ReactNode;
  isChosen: boolean;
  onChoose(): void;
}): React.JSX.Element {
  return (
    <label className="builder">
      <input type="radio" name="builder" checked={props.isChosen} onChange={props.onChoose} />
      <span className="item-words">
        <span className="item-title">{props.name}</span>
        {/* The space between them is read out. */}
        <span className="muted"> {props.about}</span>
      </span>
    </label>
  );
}

function BuilderItem(props: {
  builder: SavedBuilder;
  isChosen: boolean;
  onChoose(): void;
  onRemove(): Promise<boolean>;
}): React.JSX.Element {
  const { builder, isChosen } = props;
  const check = useStore((known) => known.builderChecks[builder.name]);
  const [sure, setSure] = useState(false);
  const { name } = builder;
  return (
    <li className="item">
      <Choice name={name} about={factsOf(builder)} isChosen={isChosen} onChoose={props.onChoose} />
      <div className="buttons">
        {!isChosen && !sure && (
          <button
            type="button"
            className="button small"
            aria-label={`Check ${name}`}
            disabled={check?.state === 'loading'}
            onClick={() => void checkBuilder(name)}
          >
            <ShieldCheck aria-hidden /> Check
          </button>
        )}
        {/* One button in both cases: whoever has just pressed it keeps the focus. */}
        {sure && (
          <button
            type="button"
            className="button small"
            aria-label={`Keep ${name}`}
            onClick={() => setSure(false)}
          >
            Keep
          </button>
        )}
        <button
          type="button"
          className="button small"
          aria-label={sure ? `Remove ${name} from the list` : `Remove ${name}…`}
          onClick={(event) => {
            if (!sure) return setSure(true);
            leaveItem(event.currentTarget);
            void props.onRemove();
          }}
        >
          <Trash2 aria-hidden /> {sure ? 'Remove it' : 'Remove…'}
        </button>
      </div>
      {!isChosen && check !== undefined && <BuilderCheck name={name} check={check} />}
    </li>
  );
}

function factsOf({ host, system, speed, keyFile, jump }: SavedBuilder): string {
  return [
    host,
    system,
    speed !== 1 && `speed ${speed}`,
    keyFile !== null && `with ${keyFile}`,
    jump !== null && `through ${jump}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function BuilderCheck(props: { name: string; check: Loaded<PreflightLine[]> }): React.JSX.Element {
  const { name, check } = props;
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(check.state === 'loading', place);
  return (
    <div className="builder-check" ref={place}>
      <output>
        {check.state === 'loading' && <Waiting for={`Asking ${name}…`} />}
        {check.state === 'here' && checkWords(name, check.value)}
      </output>
      {check.state === 'failed' && <ProblemCard problem={check.problem} calm />}
      {check.state === 'here' && <PreflightList lines={check.value} on={name} name={`What ${name} says`} />}
    </div>
  );
}

/** A list that is read anew takes along what had the focus in it: that goes to the heading. */
function useKeptFocus(isLoading: boolean, inside: RefObject<HTMLElement | null>): void {
  const wasHere = useRef(false);
  useEffect(() => {
    if (isLoading && wasHere.current && document.activeElement === document.body)
      focusHeading(inside.current?.closest('section') ?? null);
    wasHere.current = !isLoading;
  }, [isLoading, inside]);
}

/** How a list stands, in one sentence. */
function checkWords(name: string, lines: PreflightLine[]): string {
  const count = lines.filter(({ state }) => state === 'failed').length;
  if (count === 0) return `${name} can build the image.`;
  return `${name} can not build the image yet: ${formatCount(count, 'line needs', 'lines need')} mending.`;
}

function Preflight(): React.JSX.Element {
  const preflight = useStore((known) => known.preflight);
  const garbage = useStore((known) => known.garbageRun);
  const place = usePlace();
  const words = place?.words ?? 'this computer';
  const title = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  const section = useRef<HTMLElement>(null);
  useKeptFocus(preflight.state === 'loading', section);
  return (
    <section aria-labelledby="preflight" ref={section}>
      <div className="section-head">
        <h2 id="preflight">{place?.on === 'here' || place?.on === null ? title : words}</h2>
        <button
          type="button"
          className="button small"
          disabled={preflight.state === 'loading'}
          onClick={() => void loadPreflight()}
        >
          <RefreshCw aria-hidden /> Check again
        </button>
      </div>
      {preflight.state === 'loading' && <Waiting for="Looking at Nix, disk space and network…" />}
      {preflight.state === 'failed' && <ProblemCard problem={preflight.problem} />}
      <output className={garbage.state === 'done' ? 'muted' : 'sr-only'}>
        {garbage.state === 'done' && `Room was made: ${garbage.freed}.`}
        <span className="sr-only">{preflight.state === 'here' && checkWords(title, preflight.value)}</span>
      </output>
      {preflight.state === 'here' && (
        <PreflightList lines={preflight.value} on={place?.on ?? null} name={`What ${words} says`} />
      )}
    </section>
  );
}

/** Nix's own way to spread the parts of a build; whoever does not know it needs it not. */
function Distribute({ choices }: { choices: BuildingChoices }): React.JSX.Element {
  const [text, setText] = useState(choices.distribute ?? '');
  const [problem, setProblem] = useState<Problem | null>(null);
  const given = text.trim() === '' ? null : text.trim();
  const isSaved = given === choices.distribute;
  async function save(): Promise<void> {
    const outcome = await distributeTo(given);
    setProblem(outcome.ok ? null : outcome.problem);
  }
  return (
    <Disclosure
      title="Nix’s own distributed builds"
      summary={choices.distribute === null ? 'none' : choices.distribute}
      hasProblem={false}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSaved) void save();
        }}
      >
        <Field
          label="Builders, as nix --builders takes them"
          hint="For those who have set this up: Nix on this computer hands the parts of a build to these machines. It counts where this computer is the chosen place."
        >
          {(tied) => (
            <div className="with-button">
              <TextInput
                tied={tied}
                className="mono"
                maxLength={2000}
                placeholder="ssh://me@builder.example x86_64-linux"
                value={text}
                onChange={setText}
              />
              <button type="submit" className="button" disabled={isSaved}>
                Save
              </button>
            </div>
          )}
        </Field>
        {problem !== null && <FieldProblems problems={[problem]} />}
      </form>
    </Disclosure>
  );
}
