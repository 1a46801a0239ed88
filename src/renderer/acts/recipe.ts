/** Changes the recipe, and keeps its problems and its flake in step with it. */
import type { Recipe } from '../../shared/recipe.ts';
import { known, loaded, program, set } from './program.ts';

/** Long enough that nothing is asked for every letter, short enough that the answer seems to be at once. */
const settleMillis = 150;

/** Changes the recipe; its problems and the flake follow a moment later. */
export function changeRecipe(change: (recipe: Recipe) => Recipe): void {
  const { recipe } = known();
  if (recipe === null) return;
  set({ recipe: change(recipe) });
  recheck(settleMillis);
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
