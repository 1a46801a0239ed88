/** Undo, redo, saving the recipe as a file and opening one: by buttons, by keys, and by dropping a file on the window. */
import { FolderOpen, Redo2, Save, Undo2 } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { openRecipe, redo, saveRecipe, undo } from '../acts/recipe.ts';
import { hasSecrets } from '../recipe-document.ts';
import { useRecipe, useStore } from '../store.ts';

export function RecipeMenu(): React.JSX.Element {
  const recipe = useRecipe();
  const { past, future } = useStore((known) => known.history);
  const file = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState('');

  async function open(files: FileList | null): Promise<void> {
    const [one] = files ?? [];
    if (one === undefined) return;
    const outcome = await openRecipe(await one.text());
    setSaid(outcome.ok ? `Opened ${one.name}.` : `${one.name}: ${outcome.problem.title}`);
  }

  function save(): void {
    saveRecipe();
    setSaid(hasSecrets(recipe) ? 'Saved without WiFi secrets.' : 'Saved.');
  }

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === 's') {
      event.preventDefault();
      return save();
    }
    // A field that is typed in has an undo of its own, which people expect there.
    if (
      event.target instanceof HTMLElement &&
      event.target.matches('textarea, input:not([type=checkbox], [type=radio])')
    )
      return;
    const back = key === 'z' && !event.shiftKey;
    const forth = key === 'y' || (key === 'z' && event.shiftKey);
    if (!back && !forth) return;
    event.preventDefault();
    if (back) undo();
    else redo();
  });
  const onDrop = useEffectEvent((event: DragEvent) => {
    const files = event.dataTransfer?.files ?? null;
    if (files?.length === 1 && files[0]?.name.endsWith('.json')) void open(files);
  });
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('drop', onDrop);
    };
  }, []);

  return (
    <fieldset className="recipe-menu" aria-label="Recipe">
      <button
        type="button"
        className="button bare"
        aria-label="Undo"
        disabled={past.length === 0}
        onClick={undo}
      >
        <Undo2 aria-hidden />
      </button>
      <button
        type="button"
        className="button bare"
        aria-label="Redo"
        disabled={future.length === 0}
        onClick={redo}
      >
        <Redo2 aria-hidden />
      </button>
      <button type="button" className="button bare" onClick={save}>
        <Save aria-hidden /> Save recipe
      </button>
      <button type="button" className="button bare" onClick={() => file.current?.click()}>
        <FolderOpen aria-hidden /> Open recipe…
      </button>
      <input
        type="file"
        ref={file}
        hidden
        accept=".json,application/json"
        aria-label="Recipe file"
        onChange={(event) => {
          const input = event.currentTarget;
          void open(input.files).finally(() => (input.value = ''));
        }}
      />
      <output>{said}</output>
    </fieldset>
  );
}
