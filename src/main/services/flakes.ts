/** The part of the services that shows the flake of a recipe, and puts it into a folder that is the person's. */
import { homedir } from 'node:os';
import path from 'node:path';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { flakeViews } from '../flake/flake-view.ts';
import { saveFlake } from '../flake-folder.ts';
import { stageFlake } from '../flake-git.ts';
import { pageRecipe, recipeFlake, secretNotes } from '../recipe-flake.ts';
import type { Calls, Desktop, Surroundings } from './part.ts';

interface Needs extends Pick<Surroundings, 'nixpkgs'> {
  desktop: Pick<Desktop, 'chooseFolder' | 'showFile'> | null;
}

export function flakeServices({ nixpkgs, desktop }: Needs): {
  calls: Pick<Calls, 'previewFlake' | 'saveFlake' | 'openSavedFlake'>;
} {
  /** The page never says what is opened: only what was just saved is. */
  let lastSaved: string | null = null;

  async function folderFor(named: string | null): Promise<Outcome<string | null>> {
    // A page of the desktop app has no business to name a place on the disk.
    if (desktop) return done(await desktop.chooseFolder());
    return named === null ? failed(noFolder) : namedFolder(named);
  }

  return {
    calls: {
      previewFlake(value) {
        const recipe = pageRecipe(value);
        return recipe.ok ? done(flakeViews(recipeFlake(recipe.value, nixpkgs))) : recipe;
      },
      async saveFlake({ recipe: value, folder: named }) {
        const recipe = pageRecipe(value);
        if (!recipe.ok) return recipe;
        const chosen = await folderFor(named);
        if (!chosen.ok || chosen.value === null) return chosen as Outcome<null>;
        const folder = chosen.value;
        const files = recipeFlake(recipe.value, nixpkgs);
        const saved = await saveFlake(files, folder);
        if (!saved.ok) return saved;
        const { changed } = saved.value;
        const gone = changed.filter((name) => !files.some((file) => file.path === name));
        const note = await stageFlake(folder, files, gone);
        lastSaved = folder;
        const notes = [...secretNotes(recipe.value), ...(note === null ? [] : [note])];
        return done({ folder, changed, notes, canOpen: desktop !== null });
      },
      openSavedFlake() {
        if (!desktop || lastSaved === null) return failed(nothingToOpen);
        desktop.showFile(path.join(lastSaved, 'flake.nix'));
        return done(null);
      },
    },
  };
}

/** What a person types on this computer: from the root of the disk, or from their own folder. */
function namedFolder(named: string): Outcome<string> {
  const typed = named.trim();
  const whole = /^~[/\\]/.test(typed) ? path.join(homedir(), typed.slice(2)) : typed;
  return path.isAbsolute(whole) && !whole.includes('\0') ? done(path.normalize(whole)) : failed(noFolder);
}

const noFolder = problem('bad-folder', 'This is not the whole path of a folder.', {
  remedy: 'Name it from the root of the disk, or from your own folder: ~/attic-flake.',
});

const nothingToOpen = problem('folder-unopened', 'There is no folder to show.', {
  remedy: 'Save the flake first.',
});
