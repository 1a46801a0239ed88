/** Decides, from what the window knows, how each of the seven stations stands and what the rail says about it. */
import type { Image, RecipeProblem } from '../shared/contract.ts';
import { stationNames } from '../shared/desktop.ts';
import type { Recipe } from '../shared/recipe.ts';
import { missingSecret, typeItWords } from './missing-secret.ts';
import { formatPercent } from './units.ts';
import { msg, t, type Message } from './words.ts';
import { shownPhaseWords, wasCancelled, type BuildRun } from './build-run.ts';
import {
  countSticks,
  isOver,
  shownStickPhase,
  shownStickPhases,
  stickFraction,
  type StickRun,
} from './stick-run.ts';

export type StationName = (typeof stationNames)[number];

export const stationTitles: Record<StationName, Message> = {
  keys: msg('Keys'),
  packages: msg('Packages'),
  network: msg('Network'),
  system: msg('System'),
  build: msg('Build'),
  drive: msg('Drive'),
  boot: msg('Boot'),
};

export type StationState = 'todo' | 'ready' | 'problem' | 'running' | 'done';

export interface Station {
  name: StationName;
  state: StationState;
  summary: string;
  /** 0…1 while running and known, else null. */
  fraction: number | null;
  /** The one success that may be green: the stick was read back. */
  verified: boolean;
}

/** Everything the rail depends on. */
export interface Facts {
  recipe: Recipe;
  problems: RecipeProblem[];
  build: BuildRun;
  stick: StickRun;
  /** What would be written now; null while there is none. */
  image: Image | null;
}

/** Which screen holds the field that a problem's dotted path names. */
export function stationOf(path: string): StationName {
  const field = path.split('.', 1)[0] ?? '';
  if (field === 'keys') return 'keys';
  if (field === 'packages' || field === 'allowUnfree') return 'packages';
  if (field === 'name' || field === 'wifi') return 'network';
  return 'system';
}

/** The problems of one field and of what lies inside it. */
export function problemsAt(problems: RecipeProblem[], path: string): RecipeProblem[] {
  return problems.filter((found) => found.path === path || found.path.startsWith(`${path}.`));
}

/** The seven stations in their order. */
export function stations(facts: Facts): Station[] {
  return stationNames.map((name) => ({
    name,
    fraction: null,
    verified: false,
    ...describe[name](facts),
  }));
}

type Description = Pick<Station, 'state' | 'summary'> & Partial<Station>;

const describe: Record<StationName, (facts: Facts) => Description> = {
  keys({ recipe, problems }) {
    if (recipe.keys.length === 0) {
      return recipe.console.password === null
        ? { state: 'todo', summary: t('Nobody yet') }
        : chosen('keys', t('Console password only'), problems);
    }
    return chosen('keys', t('{{count}} keys', { count: recipe.keys.length }), problems);
  },
  packages({ recipe, problems }) {
    const count = recipe.packages.length;
    return chosen('packages', count === 0 ? t('None extra') : t('{{count}} packages', { count }), problems);
  },
  network({ recipe, problems }) {
    const count = recipe.wifi.networks.length;
    const wifi =
      count === 0
        ? t('cable')
        : count === 1
          ? `${recipe.wifi.networks[0]?.ssid}`
          : t('{{count}} networks', { count });
    const summary = t('{{name}}, {{wifi}}', { name: recipe.name, wifi });
    const station = chosen('network', summary, problems);
    const lacks = recipe.wifi.networks.map(missingSecret).find((what) => what !== null);
    // The image can be built without it, and the stick that is made of that could not join.
    if (station.state === 'ready' && lacks !== undefined)
      return { state: 'todo', summary: t(typeItWords[lacks]) };
    return station;
  },
  system({ recipe, problems }) {
    return chosen('system', releaseWords(recipe), problems);
  },
  build({ recipe, problems, build }) {
    switch (build.state) {
      case 'running': {
        const summary = shownPhaseWords(build.trace.phase);
        return { state: 'running', summary, fraction: build.trace.fraction };
      }
      case 'done':
        if (isSameRecipe(build.trace.recipe, recipe)) return { state: 'done', summary: build.image.fileName };
        return { state: 'ready', summary: t('Recipe changed') };
      case 'failed':
        if (!wasCancelled(build.problem)) return { state: 'problem', summary: t('Failed') };
        return { state: 'ready', summary: t('Cancelled') };
      case 'idle':
        if (recipe.keys.length === 0 && recipe.console.password === null) {
          return { state: 'todo', summary: t('Needs a key') };
        }
        if (problems.length > 0) return { state: 'todo', summary: t('Recipe first') };
        return { state: 'ready', summary: t('Ready') };
    }
  },
  drive({ stick, image }) {
    switch (stick.state) {
      case 'running': {
        const fraction = stickFraction(stick.trace);
        const words =
          stick.trace.making === null
            ? (shownStickPhases(stick.trace.action)[shownStickPhase(stick.trace)] ?? '')
            : t('Build');
        return {
          state: 'running',
          summary: fraction === null ? words : `${words} ${formatPercent(fraction)}`,
          fraction,
        };
      }
      case 'done':
        if (image !== null && image.sha256 !== stick.receipt.image.sha256) {
          return { state: 'ready', summary: t('Newer image') };
        }
        return { state: 'done', summary: t('Verified'), verified: true };
      case 'changed':
        return { state: 'done', summary: t('Secrets changed') };
      case 'restored':
        return { state: 'ready', summary: t('Stick restored') };
      case 'saved':
        return { state: 'ready', summary: t('Stick saved') };
      case 'several': {
        const { verified, failed } = countSticks(stick);
        const summary = t('{{verified}} of {{count}} verified', { verified, count: stick.sticks.length });
        if (!isOver(stick)) return { state: 'running', summary };
        return failed > 0 ? { state: 'problem', summary } : { state: 'done', summary, verified: true };
      }
      case 'failed':
        if (!wasCancelled(stick.problem)) return { state: 'problem', summary: t('Failed') };
        return { state: 'ready', summary: t('Cancelled') };
      case 'idle':
        return image === null
          ? { state: 'todo', summary: t('Needs an image') }
          : { state: 'ready', summary: t('Ready') };
    }
  },
  boot({ stick }) {
    const isThere =
      stick.state === 'done' ||
      stick.state === 'changed' ||
      (stick.state === 'several' && countSticks(stick).verified > 0);
    return isThere ? { state: 'ready', summary: t('Ready') } : { state: 'todo', summary: t('Needs a stick') };
  },
};

function chosen(name: StationName, summary: string, problems: RecipeProblem[]): Description {
  const count = problems.filter((found) => stationOf(found.path) === name).length;
  if (count === 0) return { state: 'ready', summary };
  return { state: 'problem', summary: t('{{count}} problems', { count }) };
}

/** `26.05 x86_64`. */
export function releaseWords(recipe: Pick<Recipe, 'release' | 'system'>): string {
  return `${recipe.release} ${recipe.system.replace('-linux', '')}`;
}

/** Whether an image is still what the recipe asks for. */
export function isSameRecipe(one: Recipe, other: Recipe): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** What the page in front may say about going on: the station after it, or null at the end. */
export function stationAfter(name: StationName): StationName | null {
  return stationNames[stationNames.indexOf(name) + 1] ?? null;
}
