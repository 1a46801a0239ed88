/** The recipes that are kept on this computer: saved under a name, opened, and handed out and taken in as files. */
import { BookMarked, FileDown, FilePlus2, FolderOpen, Search, X } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { beginAnew, loadKept, openFile, saveAs, saveFile } from '../acts/kept-recipes.ts';
import type { Outcome, Problem } from '../../shared/problem.ts';
import { keptLike } from '../kept-recipe-words.ts';
import { useModal } from '../modal.ts';
import { useRecipe, useStore } from '../store.ts';
import { Field } from './Field.tsx';
import { KeptRecipe } from './KeptRecipe.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { TextInput } from './TextInput.tsx';
import { Waiting } from './Waiting.tsx';
import { told } from '../told.tsx';
import { t } from '../words.ts';

/** More than these are not seen at once, and a field to look for one is worth its room. */
const fewRecipes = 6;

export function Recipes({ onClose }: { onClose(): void }): React.JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const { tied, close } = useModal(onClose);
  // Whoever wants to save types a name and presses Enter.
  useLayoutEffect(() => tied.ref.current?.querySelector('input')?.select(), [tied.ref]);
  async function tell(outcome: Promise<Outcome<null>>): Promise<void> {
    const ended = await outcome;
    setProblem(ended.ok ? null : ended.problem);
  }
  return (
    <dialog {...tied} className="recipes" aria-labelledby="recipes-title">
      <div className="recipes-head">
        <h2 id="recipes-title">
          <BookMarked aria-hidden /> {t('Recipes')}
        </h2>
        <button type="button" className="button bare" aria-label={t('Close')} onClick={close}>
          <X aria-hidden />
        </button>
      </div>
      <p className="muted">
        {t(
          'What you are working on is kept by itself. Under a name you can come back to it later. Secrets of WiFi are never kept with a recipe: you type them again.',
        )}
      </p>
      <SaveForm />
      <Kept />
      <section aria-labelledby="recipe-files">
        <h3 id="recipe-files">{t('Files')}</h3>
        <div className="buttons">
          <FileButton onFile={(file) => void tell(openFile(file))} />
          <button type="button" className="button" onClick={() => void tell(saveFile())}>
            <FileDown aria-hidden /> {t('Save as a file')}
          </button>
          <button type="button" className="button" onClick={() => void tell(beginAnew())}>
            <FilePlus2 aria-hidden /> {t('Begin anew')}
          </button>
        </div>
        {problem !== null && <ProblemCard problem={problem} />}
      </section>
    </dialog>
  );
}

function SaveForm(): React.JSX.Element {
  const recipe = useRecipe();
  const keptAs = useStore((known) => known.keptAs);
  const [typed, setTyped] = useState<string | null>(null);
  const name = typed ?? keptAs ?? recipe.name;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saved, setSaved] = useState('');
  const isSaving = useRef(false);
  const isTaken = problem?.code === 'recipe-exists';

  async function save(replace: boolean): Promise<void> {
    // Pressed twice, it would ask whether what it has just saved is to be replaced.
    if (isSaving.current) return;
    isSaving.current = true;
    setSaved('');
    const outcome = await saveAs(name.trim(), replace);
    isSaving.current = false;
    setProblem(outcome.ok ? null : outcome.problem);
    if (outcome.ok) {
      setTyped(null);
      setSaved(t('Saved.'));
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save(name.trim() === keptAs);
      }}
    >
      <Field
        wide
        label={t('Keep this recipe as')}
        hint={<output>{saved}</output>}
        problems={problem === null || isTaken ? [] : [problem]}
      >
        {(tied) => (
          <div className="with-button">
            <TextInput
              tied={tied}
              maxLength={100}
              value={name}
              onChange={(given) => {
                setTyped(given);
                setProblem(null);
                setSaved('');
              }}
            />
            <button type="submit" className="button primary" disabled={name.trim() === ''}>
              {t('Save')}
            </button>
          </div>
        )}
      </Field>
      {problem !== null && isTaken && (
        <div className="recipes-question" role="alert">
          <p>
            {told(problem.title)} {t('Replace it with what you are working on?')}
          </p>
          <div className="buttons">
            <button type="button" className="button small" onClick={() => setProblem(null)}>
              {t('Keep the old one')}
            </button>
            <button type="button" className="button small" onClick={() => void save(true)}>
              {t('Replace {{name}}', { name: name.trim() })}
            </button>
          </div>
        </div>
      )}
    </form>
  );
}

function Kept(): React.JSX.Element {
  const kept = useStore((known) => known.kept);
  const [typed, setTyped] = useState('');
  const all = kept?.state === 'here' ? kept.value : [];
  const shown = keptLike(all, typed);
  return (
    <section aria-labelledby="kept-recipes">
      <h3 id="kept-recipes" tabIndex={-1}>
        {t('Kept on this computer')}
      </h3>
      {(kept === null || kept.state === 'loading') && <Waiting for={t('Looking which recipes are kept…')} />}
      {kept?.state === 'failed' && (
        <ProblemCard problem={kept.problem} calm>
          <button type="button" className="button" onClick={() => void loadKept()}>
            {t('Look again')}
          </button>
        </ProblemCard>
      )}
      {kept?.state === 'here' && all.length === 0 && <p className="muted">{t('None yet.')}</p>}
      {all.length > fewRecipes && (
        <div className="search small">
          <Search aria-hidden />
          <input
            type="search"
            aria-label={t('Look for a recipe')}
            placeholder={t('Among {{number}}', { number: all.length })}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      )}
      {all.length > 0 && shown.length === 0 && <p className="muted">{t('No name has that in it.')}</p>}
      {shown.length > 0 && (
        <ul className="list" aria-label={t('Kept recipes, the most recent first')}>
          {shown.map((one) => (
            <KeptRecipe one={one} all={all} key={one.name} />
          ))}
        </ul>
      )}
    </section>
  );
}

function FileButton({ onFile }: { onFile(file: { name: string; text: string }): void }): React.JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  async function read(file: File): Promise<void> {
    onFile({ name: file.name, text: await file.text() });
    // The same file, once it is mended, can be chosen again.
    if (input.current) input.current.value = '';
  }
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        <FolderOpen aria-hidden /> {t('Open a file…')}
      </button>
      <input
        type="file"
        ref={input}
        hidden
        accept=".json,application/json"
        aria-label={t('Recipe file')}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file !== undefined) void read(file);
        }}
      />
    </>
  );
}
