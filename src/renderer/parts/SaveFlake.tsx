/** Puts the flake that the drawer shows into a folder, and shows that folder. */
import { FolderDown, FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { openSavedFlake, saveFlake } from '../acts/recipe.ts';
import type { SavedFlakeFolder } from '../../shared/contract.ts';
import type { Problem } from '../../shared/problem.ts';
import { useRecipe, useStore } from '../store.ts';
import { CopyButton } from './CopyButton.tsx';
import { Field } from './Field.tsx';
import { Notes } from './Notes.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { TextInput } from './TextInput.tsx';
import { t } from '../words.ts';

export function SaveFlake(): React.JSX.Element {
  const { name } = useRecipe();
  const asksItself = useStore((known) => known.about?.host === 'electron');
  const stale = useStore((known) => known.flakeTrouble !== null);
  const [folder, setFolder] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState<SavedFlakeFolder | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function save(): Promise<void> {
    setSaving(true);
    setSaved(null);
    setProblem(null);
    const outcome = await saveFlake(asksItself ? null : (folder ?? `~/${name}-flake`));
    setSaving(false);
    if (outcome.ok) setSaved(outcome.value);
    else setProblem(outcome.problem);
  }
  async function open(): Promise<void> {
    const outcome = await openSavedFlake();
    setProblem(outcome.ok ? null : outcome.problem);
  }

  const button = (
    <button type="submit" className="button small" disabled={saving || stale}>
      <FolderDown aria-hidden /> {saving ? t('Saving…') : asksItself ? t('Save as…') : t('Save')}
    </button>
  );
  return (
    <form
      className="drawer-save"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {asksItself ? (
        <div className="buttons">{button}</div>
      ) : (
        <Field wide label={t('Save it in the folder')}>
          {(tied) => (
            <div className="with-button">
              <TextInput
                tied={tied}
                className="mono"
                value={folder ?? `~/${name}-flake`}
                onChange={setFolder}
              />
              {button}
            </div>
          )}
        </Field>
      )}
      <output>
        {saved !== null &&
          (saved.changed.length === 0
            ? t('It was there already, just like this.')
            : t('Saved: {{count}} files new or changed.', { count: saved.changed.length }))}
      </output>
      {saved !== null && (
        <>
          <p className="copyable">
            <code>{saved.folder}</code>
            <CopyButton bare text={saved.folder} what={t('the path of the flake')} />
          </p>
          <Notes notes={saved.notes} />
          {saved.canOpen && (
            <div className="buttons">
              <button type="button" className="button small" onClick={() => void open()}>
                <FolderOpen aria-hidden /> {t('Open folder')}
              </button>
            </div>
          )}
        </>
      )}
      {problem !== null && <ProblemCard problem={problem} />}
    </form>
  );
}
