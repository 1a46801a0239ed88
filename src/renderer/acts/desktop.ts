/** What the desktop around the window asks of it, and the sheets that lie over the stations. */
import type { DesktopEvent } from '../../shared/desktop.ts';
import { assertNever, problem } from '../../shared/problem.ts';
import type { RunningJob } from '../backend.ts';
import type { Sheet } from '../store.ts';
import { pickImage } from './drives.ts';
import { known, loaded, program, set } from './program.ts';
import { beginAnew, openFile, saveAgain, showRecipes } from './kept-recipes.ts';
import { redo, toggleDrawer, undo } from './recipe.ts';
import { goTo } from './station.ts';

let following: RunningJob<null> | null = null;

/** Does what the desktop asks from now on. In a browser there is none, and nothing is asked. */
export function followDesktop(): void {
  following?.cancel();
  following = program.startJob('followDesktop', undefined, (batch) => {
    for (const event of batch) void obey(event);
  });
}

async function obey(event: DesktopEvent): Promise<void> {
  switch (event.kind) {
    case 'go':
      return isAsked() ? undefined : goTo(event.station);
    case 'command':
      return carryOut(event.command);
    case 'recipe': {
      const outcome = await openFile({ name: event.fileName, text: event.text });
      return outcome.ok ? undefined : set({ openTrouble: outcome.problem, reading: null });
    }
    case 'reading':
      return set({ reading: { fileName: event.fileName, fraction: event.fraction }, openTrouble: null });
    case 'image': {
      const { image } = event;
      const others = known().images.filter(({ id }) => id !== image.id);
      set({ reading: null, images: [image, ...others] });
      pickImage(image.id);
      tell(`Opened ${image.fileName}.`);
      return isAsked() ? undefined : goTo('drive');
    }
    case 'trouble':
      return set({ openTrouble: event.problem, reading: null });
    default:
      return assertNever(event);
  }
}

function carryOut(command: Extract<DesktopEvent, { kind: 'command' }>['command']): void {
  switch (command) {
    case 'undo':
    case 'redo':
      // Where text is typed, the keys mean the text: on macOS the menu hears them first.
      if (isTyping()) document.execCommand(command);
      else if (command === 'undo') undo();
      else redo();
      return;
    case 'new-recipe':
      return isAsked() ? undefined : void beginAnew();
    case 'save-recipe':
      return isAsked() ? undefined : void saveAgain();
    case 'recipes':
      return isAsked() ? undefined : showRecipes();
    case 'flake':
      return toggleDrawer();
    case 'preferences':
    case 'about':
    case 'diagnostics':
    case 'guide':
      return isAsked() ? undefined : openSheet(command);
    default:
      return assertNever(command);
  }
}

/** A question is open; it must not vanish behind something else, nor what it is about change under it. */
function isAsked(): boolean {
  return known().sheet === null && document.querySelector('dialog[open]') !== null;
}

/** Whether keys are for a text that is being typed. */
export function isTyping(target: Element | null = document.activeElement): boolean {
  return target?.matches('textarea, input:not([type=checkbox], [type=radio])') ?? false;
}

/** Says how an act of the recipe ended, in the line at the bottom. */
export function tell(recipeNews: string): void {
  set({ recipeNews, openTrouble: null });
}

export function leaveOpenTrouble(): void {
  set({ openTrouble: null });
}

/** The person has read it; at the next start it is said again, as long as the file is there. */
export function leaveSettingsTrouble(): void {
  set({ settingsTrouble: null });
}

export function openSheet(sheet: Sheet): void {
  set({ sheet });
}

export function closeSheet(): void {
  set({ sheet: null });
}

/** Opens a file that was dropped on the window. Only the desktop knows where it lies; a browser keeps that to itself. */
export function openDropped(file: File): void {
  if (window.nixburn?.give) return window.nixburn.give(file);
  set({
    openTrouble: problem('browser-has-no-paths', `In a browser, ${file.name} can not be opened.`, {
      detail: 'A browser does not say where a file lies, and to copy all of it would take long.',
      remedy: 'Write it with the command line: nixburn write FILE.iso --to DRIVE.',
    }),
  });
}

export async function loadLicences(): Promise<void> {
  const answer = await program.call('licences', undefined);
  set({ licences: loaded(answer.ok ? answer.value : answer) });
}

/** Gathers a report anew. Nothing is kept or sent. */
export async function loadDiagnostics(): Promise<void> {
  set({ diagnostics: { state: 'loading' } });
  set({ diagnostics: loaded(await program.call('diagnostics', undefined)) });
}
