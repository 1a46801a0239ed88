/** Everything the window knows, in one place; it changes only through the functions in `acts`. */
import { create } from 'zustand';
import type { BuildingChoices } from '../shared/building.ts';
import type {
  CallOutput,
  Drive,
  FlakeFileView,
  Image,
  NixpkgsUpdate,
  PreflightLine,
  PublicKey,
  Receipt,
  RecipeProblem,
} from '../shared/contract.ts';
import type {
  Choices,
  FoundPackages,
  ImageEstimate,
  KeptRecipe,
  KnownNetworks,
  PackageIndexState,
  PackageVerdict,
  Preset,
} from '../shared/choosing.ts';
import type { Diagnostics, Licence } from '../shared/desktop.ts';
import type { Problem } from '../shared/problem.ts';
import { defaultSettings, type Settings } from '../shared/settings.ts';
import type { Recipe, WifiNetwork } from '../shared/recipe.ts';
import type { Connection } from './backend.ts';
import type { BuildRun } from './build-run.ts';
import { noHistory, type History } from './recipe-history.ts';
import { notLooked, type FindRun } from './find-run.ts';
import type { StationName } from './stage.ts';
import type { Ejection, StickRun } from './stick-run.ts';
import type { Language } from '../shared/languages.ts';

/** Something that was asked for and is on its way, here, or not to be had. */
export type Loaded<T> =
  { state: 'loading' } | { state: 'here'; value: T } | { state: 'failed'; problem: Problem };

/** The WiFi form while it is open: a network that is not part of the recipe yet. `index` null: a new one. */
export interface WifiDraft {
  index: number | null;
  network: WifiNetwork;
}

/** Getting the list of all packages. Bytes; `total` is null where the server does not say. */
export type IndexRun =
  | { state: 'idle' }
  | { state: 'running'; phase: 'ask' | 'download' | 'read'; bytes: number; total: number | null }
  | { state: 'failed'; problem: Problem };

/** What Nix said about the packages that were chosen when it was asked. */
export type PackageCheck =
  | { state: 'idle' }
  | { state: 'running' }
  | ({
      state: 'done';
      verdicts: PackageVerdict[];
      size: ImageEstimate;
    } & Pick<Recipe, 'release' | 'system' | 'allowUnfree'>)
  | { state: 'failed'; problem: Problem };

/** Moving what the recipe is built from to the newest nixpkgs; the end belongs to the recipe that it was asked for. */
type NixpkgsRun =
  | { state: 'idle' }
  | { state: 'running'; label: string }
  | ({ state: 'done'; update: NixpkgsUpdate } & Pick<Recipe, 'name' | 'release'>)
  | { state: 'failed'; problem: Problem };

/** Removing garbage from the Nix store of a builder; `on` is its name, or `here`. */
type GarbageRun =
  | { state: 'idle' }
  | { state: 'running'; on: string; line: string }
  | { state: 'done'; on: string; freed: string }
  | { state: 'failed'; on: string; problem: Problem };

/** What lies over the stations while it is open. */
export type Sheet = 'preferences' | 'about' | 'diagnostics' | 'guide';

export interface Known {
  connection: Connection;
  /** What the window speaks. */
  language: Language;
  about: CallOutput<'about'> | null;
  /** Why the window could not begin at all. */
  trouble: Problem | null;
  station: StationName;
  recipe: Recipe | null;
  /** The name under which the recipe is kept; null: none yet. */
  keptAs: string | null;
  /** Kept recipes by their names, as they were last read or written: to tell what was changed since. */
  keptCopies: Record<string, Recipe>;
  /** What is kept on this computer, while that is shown; null: nobody asked. */
  kept: Loaded<KeptRecipe[]> | null;
  recipesOpen: boolean;
  /** What was last done with the recipe as a whole, in a few words. */
  recipeNews: string;
  /** What the recipe was before, for Undo. */
  history: History;
  problems: RecipeProblem[];
  foundKeys: Loaded<PublicKey[]>;
  /** What is known about a key line, so that the list can show more than base64. */
  keysByLine: Record<string, PublicKey>;
  catalogue: Loaded<CallOutput<'catalogue'>>;
  presets: Preset[];
  packageSearch: { words: string; found: FoundPackages | null };
  /** The list of all packages that is on this computer; null: there is none for this release. */
  packageIndex: PackageIndexState | null;
  indexRun: IndexRun;
  packageCheck: PackageCheck;
  wifiDraft: WifiDraft | null;
  /** The networks that this computer knows, while their list is open. */
  knownNetworks: Loaded<KnownNetworks> | null;
  /** What can be chosen where a name must be one of many; null as long as nobody has answered. */
  choices: Choices | null;
  /** Where the country in the recipe is from. */
  country: 'unknown' | 'guessed' | 'chosen';
  /** Where images are built, as the person chose it. */
  building: Loaded<BuildingChoices>;
  /** A change of that is on its way: a build that began now might begin at the wrong place. */
  savingBuilding: boolean;
  /** What is missing at the chosen builder. */
  preflight: Loaded<PreflightLine[]>;
  /** The same of builders that the person asked about, by their names. */
  builderChecks: Record<string, Loaded<PreflightLine[]>>;
  garbageRun: GarbageRun;
  nixpkgsRun: NixpkgsRun;
  images: Image[];
  /** The image that the person picked; null: the newest. */
  imageId: string | null;
  build: BuildRun;
  drives: Loaded<Drive[]>;
  /** Drives that were plugged in while the list was watched. */
  newDrives: string[];
  driveId: string | null;
  /** The drives that are chosen where several are written at once; null: one is. */
  severalIds: string[] | null;
  /** The drive that was chosen and then went away, or may no longer be written; the person is told. */
  goneDrive: Drive | null;
  stick: StickRun;
  /** The stick that was asked to be let go of last, as long as that says anything. */
  ejection: Ejection | null;
  finding: FindRun;
  /** What was written and verified before, the newest first. */
  receipts: Loaded<Receipt[]>;
  settings: Settings;
  /** What became of settings that nobody could read; null once the person has read it. */
  settingsTrouble: Problem | null;
  /** Why passphrases can not be remembered here; null: they can, or nobody has asked yet. */
  sealTrouble: Problem | null;
  sheet: Sheet | null;
  /** An image of the person's own that is being read. */
  reading: { fileName: string; fraction: number } | null;
  /** Why a file that was opened can not be used. */
  openTrouble: Problem | null;
  licences: Loaded<Licence[]>;
  diagnostics: Loaded<Diagnostics>;
  drawerOpen: boolean;
  flake: Loaded<FlakeFileView[]>;
  /** Why the flake shown is not that of the recipe as it stands. */
  flakeTrouble: Problem | null;
  /** The files as they were before the last change, to mark what changed. */
  flakeBefore: FlakeFileView[];
}

export const useStore = create<Known>()(() => ({
  connection: 'connecting',
  language: 'en',
  about: null,
  trouble: null,
  station: 'keys',
  recipe: null,
  keptAs: null,
  keptCopies: {},
  kept: null,
  recipesOpen: false,
  recipeNews: '',
  history: noHistory,
  problems: [],
  foundKeys: { state: 'loading' },
  keysByLine: {},
  catalogue: { state: 'loading' },
  presets: [],
  packageSearch: { words: '', found: null },
  packageIndex: null,
  indexRun: { state: 'idle' },
  packageCheck: { state: 'idle' },
  wifiDraft: null,
  knownNetworks: null,
  choices: null,
  country: 'unknown',
  building: { state: 'loading' },
  savingBuilding: false,
  preflight: { state: 'loading' },
  builderChecks: {},
  garbageRun: { state: 'idle' },
  nixpkgsRun: { state: 'idle' },
  images: [],
  imageId: null,
  build: { state: 'idle' },
  drives: { state: 'loading' },
  newDrives: [],
  driveId: null,
  severalIds: null,
  goneDrive: null,
  stick: { state: 'idle' },
  ejection: null,
  finding: notLooked,
  receipts: { state: 'loading' },
  settings: defaultSettings,
  settingsTrouble: null,
  sealTrouble: null,
  sheet: null,
  reading: null,
  openTrouble: null,
  licences: { state: 'loading' },
  diagnostics: { state: 'loading' },
  drawerOpen: false,
  flake: { state: 'loading' },
  flakeTrouble: null,
  flakeBefore: [],
}));

/** The recipe; the screens are shown only once there is one. */
export function useRecipe(): Recipe {
  const recipe = useStore((known) => known.recipe);
  if (recipe === null) throw new Error('a screen was shown before there was a recipe');
  return recipe;
}

/** What would be written now: the picked image, else the newest. */
export function currentImage(known: Pick<Known, 'images' | 'imageId'>): Image | null {
  return known.images.find((image) => image.id === known.imageId) ?? known.images[0] ?? null;
}

/** The recipe whose secrets, name and host key a stick gets; null where it has problems, and the stick gets the image alone. */
export function slotRecipe(known: Pick<Known, 'recipe' | 'problems'>): Recipe | null {
  return known.problems.length === 0 ? known.recipe : null;
}
