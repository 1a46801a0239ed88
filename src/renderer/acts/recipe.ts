/** Changes the recipe, and keeps its problems and its flake in step with it. */
import type { SavedFlakeFolder } from '../../shared/contract.ts';
import type { Outcome } from '../../shared/problem.ts';
import type { Recipe, WifiNetwork } from '../../shared/recipe.ts';
import { missingSecret } from '../missing-secret.ts';
import { noted, redone, replaced, undone } from '../recipe-history.ts';
import { known, loaded, program, set } from './program.ts';

/** Long enough that nothing is asked for every letter, short enough that the answer seems to be at once. */
const settleMillis = 150;

/** Changes the recipe; its problems and the flake follow a moment later. */
export function changeRecipe(change: (recipe: Recipe) => Recipe): void {
  const { recipe, keptAs } = known();
  if (recipe === null) return;
  const changed = change(recipe);
  set({ recipe: changed, history: noted(known().history, { recipe, keptAs }, changed, Date.now()) });
  recheck(settleMillis);
}

/**
 * Puts another recipe in place of the one that is here; Undo brings that back.
 *
 * @param keptAs the name of the kept recipe that it is; null: none.
 */
export function replaceRecipe(recipe: Recipe, keptAs: string | null): void {
  const { recipe: before, keptAs: keptBefore, history } = known();
  if (before === null) return;
  set({ history: replaced(history, { recipe: before, keptAs: keptBefore }) });
  showRecipe(recipe, keptAs);
  recheck(0);
}

let replacements = 0;

/** Tells one recipe from another that took its place: what began with the one says nothing about the other. */
export function whichRecipe(): number {
  return replacements;
}

/** Shows a recipe that was not chosen here: what is half-typed about another one goes, and its keys get their names. */
export function showRecipe(recipe: Recipe, keptAs: string | null): void {
  replacements += 1;
  set({ recipe, keptAs, wifiDraft: null, country: recipe.wifi.country === null ? 'unknown' : 'chosen' });
  void knowKeys(recipe.keys);
  void fillPassphrases();
}

/** Takes the last change back. */
export function undo(): void {
  step(undone);
}

/** Does again what was taken back. */
export function redo(): void {
  step(redone);
}

function step(way: typeof undone): void {
  const { recipe, keptAs, history } = known();
  const stepped = recipe === null ? null : way(history, { recipe, keptAs });
  if (stepped === null) return;
  // A form that is open may be about a network that is not there any more.
  set({ ...stepped.step, history: stepped.history, wifiDraft: null });
  recheck(0);
}

/** Keys that were not chosen here are shown by name and fingerprint as all others are. */
async function knowKeys(lines: string[]): Promise<void> {
  if (lines.length === 0) return;
  const answer = await program.call('readKeys', lines.join('\n'));
  if (!answer.ok || !answer.value.ok) return;
  const byLine = Object.fromEntries(answer.value.value.map((key) => [key.line, key]));
  set({ keysByLine: { ...byLine, ...known().keysByLine } });
}

const lacksPassphrase = (network: WifiNetwork) => missingSecret(network) === 'passphrase';

/** Puts in passphrases that this computer remembers, where a recipe that was opened lacks them. */
export async function fillPassphrases(): Promise<void> {
  const ssids = (known().recipe?.wifi.networks ?? []).filter(lacksPassphrase).map(({ ssid }) => ssid);
  if (ssids.length === 0 || !known().settings.rememberPassphrases) return;
  const answer = await program.call('rememberedPassphrases', { ssids });
  if (!answer.ok || Object.keys(answer.value).length === 0) return;
  const remembered = new Map(Object.entries(answer.value));
  const { recipe } = known();
  if (recipe === null) return;
  // No step of its own: whoever takes the opening back wants the recipe before.
  set({
    recipe: {
      ...recipe,
      wifi: {
        ...recipe.wifi,
        networks: recipe.wifi.networks.map((network) => {
          const passphrase = lacksPassphrase(network) ? remembered.get(network.ssid) : undefined;
          return passphrase === undefined ? network : { ...network, passphrase };
        }),
      },
    },
  });
  recheck(0);
}

let recheckTimer: ReturnType<typeof setTimeout> | undefined;

/** Has the recipe checked, and the flake written anew, once nothing has changed for that long. */
export function recheck(afterMillis: number): void {
  clearTimeout(recheckTimer);
  recheckTimer = setTimeout(async () => {
    const asked = known().recipe;
    const [problems] = await Promise.all([program.call('checkRecipe', asked), loadFlake()]);
    // An answer about a recipe that has changed meanwhile would put a problem beside the wrong text.
    if (problems.ok && known().recipe === asked) set({ problems: problems.value });
  }, afterMillis);
}

async function loadFlake(): Promise<void> {
  const { recipe: asked, drawerOpen, flake: before } = known();
  if (!drawerOpen || asked === null) return;
  const answer = await program.call('previewFlake', asked);
  if (known().recipe !== asked) return;
  const outcome = answer.ok ? answer.value : answer;
  if (outcome.ok) {
    const flakeBefore = before.state === 'here' ? before.value : [];
    set({ flake: loaded(outcome), flakeBefore, flakeTrouble: null });
  } else if (before.state === 'here') {
    // Half-typed text makes no flake: the one from before stays, rather than vanish and come back at every letter.
    set({ flakeTrouble: outcome.problem });
  } else {
    set({ flake: loaded(outcome) });
  }
}

/** Opens the drawer that shows the flake, or closes it. */
export function toggleDrawer(): void {
  set({ drawerOpen: !known().drawerOpen });
  void loadFlake();
}

/**
 * Writes the flake into a folder of the person's.
 *
 * @param folder its whole path; null: the desktop app asks for it.
 * @returns null where the person has thought better of it.
 */
export async function saveFlake(folder: string | null): Promise<Outcome<SavedFlakeFolder | null>> {
  const answer = await program.call('saveFlake', { recipe: known().recipe, folder });
  return answer.ok ? answer.value : answer;
}

/** Shows the folder that the flake was just saved in. */
export async function openSavedFlake(): Promise<Outcome<null>> {
  const answer = await program.call('openSavedFlake', undefined);
  return answer.ok ? answer.value : answer;
}
