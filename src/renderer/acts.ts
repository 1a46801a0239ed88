/** What the window does: asks the program, and puts the answers where the screens see them. */
import type { Drive, Image, PublicKey, Settings } from '../shared/contract.ts';
import type { Outcome, Problem } from '../shared/problem.ts';
import type { Recipe, WifiNetwork } from '../shared/recipe.ts';
import { connect, type RunningJob } from './backend.ts';
import { buildAfter, endedBuild, startedBuild } from './build-run.ts';
import { isPractice } from './drive-words.ts';
import { endedStick, startedStick, stickAfter, type StickAction } from './stick-run.ts';
import { problemsAt, type StationName } from './stage.ts';
import { useStore, type Loaded } from './store.ts';

const { getState: known, setState: set } = useStore;

const backend = connect((connection) => {
  const before = known().connection;
  set({ connection });
  if (connection === 'open' && before === 'lost') void begin();
});

function loaded<T>(outcome: Outcome<T>): Loaded<T> {
  return outcome.ok ? { state: 'here', value: outcome.value } : { state: 'failed', problem: outcome.problem };
}

/** Asks for everything the first screens need. Called again after a lost connection; keeps what the person chose. */
export async function begin(): Promise<void> {
  set({ trouble: null });
  const about = await backend.call('about', undefined);
  if (!about.ok) return set({ trouble: about.problem });
  set({ about: about.value });
  if (known().recipe === null) {
    const recipe = await backend.call('emptyRecipe', undefined);
    if (!recipe.ok) return set({ trouble: recipe.problem });
    set({ recipe: recipe.value });
  }
  recheck(0);
  const [images, settings] = await Promise.all([
    backend.call('images', undefined),
    backend.call('settings', undefined),
    loadFoundKeys(),
    loadCatalogue(),
  ]);
  if (images.ok) set({ images: images.value });
  if (settings.ok) set({ settings: settings.value });
}

export async function loadFoundKeys(): Promise<void> {
  set({ foundKeys: { state: 'loading' } });
  const outcome = await backend.call('foundKeys', undefined);
  if (outcome.ok) remember(outcome.value);
  set({ foundKeys: loaded(outcome) });
}

export async function loadCatalogue(): Promise<void> {
  set({ catalogue: { state: 'loading' } });
  set({ catalogue: loaded(await backend.call('catalogue', undefined)) });
}

export async function loadPreflight(): Promise<void> {
  const system = known().recipe?.system;
  if (system === undefined) return;
  set({ preflight: { state: 'loading' } });
  set({ preflight: loaded(await backend.call('preflight', { system })) });
}

export function goTo(station: StationName): void {
  set({ station });
}

// ---- the recipe ----

/** Changes the recipe; its problems and the flake follow a moment later. */
export function changeRecipe(change: (recipe: Recipe) => Recipe): void {
  const { recipe } = known();
  if (recipe === null) return;
  set({ recipe: change(recipe) });
  recheck(150);
}

let recheckTimer: ReturnType<typeof setTimeout> | undefined;

function recheck(afterMillis: number): void {
  clearTimeout(recheckTimer);
  recheckTimer = setTimeout(async () => {
    const asked = known().recipe;
    const [problems] = await Promise.all([backend.call('checkRecipe', asked), loadFlake()]);
    // An answer about a recipe that has changed meanwhile would put a problem beside the wrong text.
    if (problems.ok && known().recipe === asked) set({ problems: problems.value });
  }, afterMillis);
}

async function loadFlake(): Promise<void> {
  const { recipe: asked, drawerOpen, flake: before } = known();
  if (!drawerOpen || asked === null) return;
  const answer = await backend.call('previewFlake', asked);
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

export function toggleDrawer(): void {
  set({ drawerOpen: !known().drawerOpen });
  void loadFlake();
}

// ---- keys ----

function remember(keys: PublicKey[]): void {
  const byLine = Object.fromEntries(keys.map((key) => [key.line, key]));
  set({ keysByLine: { ...known().keysByLine, ...byLine } });
}

/** Reads pasted text and lets in whoever it names. @returns how many were new, or why the text was refused. */
export async function addPastedKeys(text: string): Promise<Outcome<number>> {
  const answer = await backend.call('readKeys', text);
  if (!answer.ok) return answer;
  if (!answer.value.ok) return answer.value;
  const before = known().recipe?.keys.length ?? 0;
  addKeys(answer.value.value);
  return { ok: true, value: (known().recipe?.keys.length ?? 0) - before };
}

export function addKeys(keys: PublicKey[]): void {
  remember(keys);
  const lines = keys.map((key) => key.line);
  changeRecipe((recipe) => ({ ...recipe, keys: [...new Set([...recipe.keys, ...lines])] }));
}

export function removeKey(line: string): void {
  changeRecipe((recipe) => ({ ...recipe, keys: recipe.keys.filter((key) => key !== line) }));
}

// ---- WiFi ----

/** Opens the form for the network of that place in the list, or with null for a new one. */
export function openWifiDraft(index: number | null): void {
  const network = index === null ? undefined : known().recipe?.wifi.networks[index];
  const fresh: WifiNetwork = { ssid: '', security: 'wpa2-wpa3', passphrase: '', hidden: false, priority: 0 };
  set({ wifiDraft: { index, network: network ?? fresh } });
}

export function changeWifiDraft(network: WifiNetwork): void {
  const { wifiDraft } = known();
  if (wifiDraft !== null) set({ wifiDraft: { ...wifiDraft, network } });
}

export function closeWifiDraft(): void {
  set({ wifiDraft: null });
}

/** Takes the open form into the recipe. @returns what is wrong with it by dotted field name; empty: it was taken. */
export async function saveWifiDraft(): Promise<Record<string, Problem>> {
  const { recipe, wifiDraft } = known();
  if (recipe === null || wifiDraft === null) return {};
  const index = wifiDraft.index ?? recipe.wifi.networks.length;
  const networks: WifiNetwork[] = [...recipe.wifi.networks];
  networks[index] = wifiDraft.network;
  const outcome = await backend.call('checkRecipe', { ...recipe, wifi: { ...recipe.wifi, networks } });
  if (!outcome.ok) return { ssid: outcome.problem };
  const path = `wifi.networks.${index}`;
  const found = problemsAt(outcome.value, path);
  if (found.length > 0) {
    return Object.fromEntries(found.map((one) => [one.path.slice(path.length + 1) || 'ssid', one.problem]));
  }
  changeRecipe((now) => ({ ...now, wifi: { ...now.wifi, networks } }));
  set({ wifiDraft: null });
  return {};
}

// ---- building ----

let building: RunningJob<unknown> | null = null;

export async function startBuild(): Promise<void> {
  const { recipe, build } = known();
  if (recipe === null || build.state === 'running') return;
  set({ build: { state: 'running', trace: startedBuild(recipe, Date.now()), cancelling: false } });
  const job = backend.startJob('build', recipe, (batch) => {
    const { build: run } = known();
    if (run.state === 'running') set({ build: { ...run, trace: buildAfter(run.trace, batch) } });
  });
  building = job;
  const outcome = await job.ended;
  building = null;
  const { build: run, images } = known();
  if (run.state !== 'running') return;
  set({ build: endedBuild(run.trace, outcome, Date.now()) });
  if (!outcome.ok) return;
  const image = outcome.value;
  set({ imageId: image.id, images: [image, ...images.filter((other) => other.id !== image.id)] });
}

export function cancelBuild(): void {
  const { build } = known();
  if (build.state !== 'running') return;
  set({ build: { ...build, cancelling: true } });
  building?.cancel();
}

// ---- drives and the stick ----

let watching: RunningJob<null> | null = null;

/** Keeps the list of drives true until `stopWatching`. */
export function watchDrives(): void {
  const job = backend.startJob('watchDrives', undefined, (batch) => {
    const last = batch.at(-1);
    if (last && watching === job) takeDrives(last.drives);
  });
  watching = job;
  void watchUntilEnd(job);
}

export function stopWatching(): void {
  watching?.cancel();
  watching = null;
}

async function watchUntilEnd(job: RunningJob<null>): Promise<void> {
  const outcome = await job.ended;
  if (watching !== job || outcome.ok) return;
  set({ drives: { state: 'failed', problem: outcome.problem }, driveId: null });
}

/** Leaves the list of drives: whoever comes back sees it afresh, with nothing chosen. */
export function forgetDrives(): void {
  set({ drives: { state: 'loading' }, newDrives: [], driveId: null });
}

function takeDrives(drives: Drive[]): void {
  const { drives: before, newDrives, driveId } = known();
  const present = new Set(drives.map((drive) => drive.id));
  const seen = before.state === 'here' ? new Set(before.value.map((drive) => drive.id)) : present;
  const arrived = drives
    .filter((drive) => !seen.has(drive.id) && !isPractice(drive))
    .map((drive) => drive.id);
  const picked = drives.find((drive) => drive.id === driveId);
  set({
    drives: { state: 'here', value: drives },
    newDrives: [...newDrives.filter((id) => present.has(id)), ...arrived],
    // A drive that is gone, or may no longer be written, must not come back chosen.
    driveId: picked && picked.refusals.length === 0 ? picked.id : null,
  });
}

export async function changeSettings(settings: Settings): Promise<void> {
  const outcome = await backend.call('changeSettings', settings);
  if (!outcome.ok) return;
  set({ settings: outcome.value });
  if (watching === null) return;
  // A watch goes by the settings of the moment it began.
  stopWatching();
  watchDrives();
}

/** Chooses a drive; whether it may be written is judged again by the program when it is. */
export function pickDrive(driveId: string): void {
  set({ driveId });
}

export function pickImage(imageId: string): void {
  set({ imageId });
}

let sticking: RunningJob<unknown> | null = null;

/** Writes an image on a drive, or compares a drive with it. */
export async function startStick(action: StickAction, image: Image, drive: Drive): Promise<void> {
  if (known().stick.state === 'running') return;
  set({
    stick: { state: 'running', trace: startedStick(action, image, drive, Date.now()), cancelling: false },
  });
  const name = action === 'write' ? 'writeStick' : 'verifyStick';
  const job = backend.startJob(name, { imageId: image.id, driveId: drive.id }, (batch) => {
    const { stick: run } = known();
    if (run.state === 'running') set({ stick: { ...run, trace: stickAfter(run.trace, batch) } });
  });
  sticking = job;
  const outcome = await job.ended;
  sticking = null;
  const { stick: run } = known();
  if (run.state === 'running') set({ stick: endedStick(run.trace, outcome) });
}

export function cancelStick(): void {
  const { stick } = known();
  if (stick.state !== 'running') return;
  set({ stick: { ...stick, cancelling: true } });
  sticking?.cancel();
}

/** Back to the list of drives; nothing stays chosen. */
export function leaveStick(): void {
  set({ stick: { state: 'idle' }, driveId: null });
}
