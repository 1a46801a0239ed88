/** Undo, redo, and the way to kept recipes: by buttons, by keys, and by dropping a file on the window. */
import { BookMarked, Redo2, Save, Undo2 } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { closeRecipes, openFile, saveAgain, showRecipes } from '../acts/kept-recipes.ts';
import { isTyping, openDropped, tell } from '../acts/desktop.ts';
import { redo, undo } from '../acts/recipe.ts';
import { isChangedSince } from '../kept-recipe-words.ts';
import { useStore } from '../store.ts';
import { Recipes } from './Recipes.tsx';
import { told, toldText } from '../told.tsx';
import { t } from '../words.ts';

export function RecipeMenu(): React.JSX.Element {
  const { past, future } = useStore((known) => known.history);
  const keptAs = useStore((known) => known.keptAs);
  const isChanged = useStore(isChangedSince);
  const news = useStore((known) => known.recipeNews);
  const isOpen = useStore((known) => known.recipesOpen);
  // In the desktop app that key is the menu's, which opens files.
  const opensByKey = useStore((known) => known.about?.host === 'web');

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === 's' || (key === 'o' && opensByKey)) {
      // The browser's own Save and Open would be about the page.
      event.preventDefault();
      if (isAsked()) return;
      return key === 's' ? void saveAgain() : showRecipes();
    }
    // Nothing changes behind a question.
    if (isAsked()) return;
    // A field that is typed in has an undo of its own, which people expect there.
    if (event.target instanceof HTMLElement && isTyping(event.target)) return;
    const back = key === 'z' && !event.shiftKey;
    const forth = key === 'y' || (key === 'z' && event.shiftKey);
    if (!back && !forth) return;
    event.preventDefault();
    if (back) undo();
    else redo();
  });
  const onDrop = useEffectEvent((event: DragEvent) => {
    const files = event.dataTransfer?.files ?? null;
    const [file, ...others] = files ?? [];
    if (file === undefined || others.length > 0) return;
    if (file.name.endsWith('.json')) void openRecipeFile(file);
    else if (/\.iso$/i.test(file.name)) openDropped(file);
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
    <fieldset className="recipe-menu" aria-label={t('Recipe')}>
      <button
        type="button"
        className="button bare"
        aria-label={t('Undo')}
        disabled={past.length === 0}
        onClick={undo}
      >
        <Undo2 aria-hidden />
      </button>
      <button
        type="button"
        className="button bare"
        aria-label={t('Redo')}
        disabled={future.length === 0}
        onClick={redo}
      >
        <Redo2 aria-hidden />
      </button>
      <button
        type="button"
        className="button bare"
        aria-keyshortcuts="Control+S"
        title={t('Ctrl+S')}
        onClick={() => void saveAgain()}
      >
        <Save aria-hidden /> {t('Save recipe')}
      </button>
      <button
        type="button"
        className="button bare"
        aria-keyshortcuts={opensByKey ? 'Control+O' : undefined}
        title={opensByKey ? t('Ctrl+O') : undefined}
        onClick={showRecipes}
      >
        <BookMarked aria-hidden /> {t('Recipes…')}
      </button>
      {keptAs !== null && (
        <span className="recipe-name">
          {keptAs}
          {isChanged && t(', changed')}
        </span>
      )}
      <output>{news !== '' && told(news)}</output>
      {isOpen && <Recipes onClose={closeRecipes} />}
    </fieldset>
  );
}

/** Whether a question is open, which comes first. */
function isAsked(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

async function openRecipeFile(file: File): Promise<void> {
  const outcome = await openFile({ name: file.name, text: await file.text() });
  if (outcome.ok) return;
  const { title, detail } = outcome.problem;
  tell(`${file.name}: ${toldText(title)} ${toldText(detail)}`);
}
