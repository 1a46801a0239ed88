/** WiFi networks: a form that is open is not part of the recipe before it is saved. */
import type { KnownNetwork } from '../../shared/choosing.ts';
import { done, type Outcome, type Problem } from '../../shared/problem.ts';
import type { Recipe, WifiNetwork } from '../../shared/recipe.ts';
import { problemsAt } from '../stage.ts';
import { known, loaded, program, set } from './program.ts';
import { changeRecipe } from './recipe.ts';
import { rememberPassphrase } from './settings.ts';

/** Changes what the recipe says about WiFi as a whole: country, place of the passphrases, networks. */
export function changeWifi(change: (wifi: Recipe['wifi']) => Recipe['wifi']): void {
  changeRecipe((recipe) => ({ ...recipe, wifi: change(recipe.wifi) }));
}

export function removeWifi(index: number): void {
  changeWifi((wifi) => ({ ...wifi, networks: wifi.networks.filter((_, at) => at !== index) }));
  const { wifiDraft } = known();
  // The network that is being edited has another place now.
  if (wifiDraft !== null && wifiDraft.index !== null && wifiDraft.index > index)
    set({ wifiDraft: { ...wifiDraft, index: wifiDraft.index - 1 } });
}

/** Opens the form for the network of that place in the list, or with null for a new one. */
export function openWifiDraft(index: number | null): void {
  const network = index === null ? undefined : known().recipe?.wifi.networks[index];
  const fresh: WifiNetwork = { ssid: '', security: 'wpa2-wpa3', passphrase: '', hidden: false, priority: 0 };
  set({ wifiDraft: { index, network: network ?? fresh }, knownNetworks: null });
}

/** Lists the networks that this computer knows; no passphrase is read. */
export async function loadKnownNetworks(): Promise<void> {
  set({ knownNetworks: { state: 'loading' } });
  const outcome = await program.call('knownNetworks', undefined);
  // The list may have been closed meanwhile.
  if (known().knownNetworks !== null) set({ knownNetworks: loaded(outcome) });
}

export function closeKnownNetworks(): void {
  set({ knownNetworks: null });
}

/**
 * Opens the form with a network of this computer. Its passphrase is read now, so the person must have agreed to what
 * its `consent` says; the sign-in of an enterprise network can not be read, and is left to be typed.
 */
export async function takeKnownNetwork(network: KnownNetwork): Promise<Outcome<null>> {
  const { id, ssid, security, hidden, priority } = network;
  if (security === 'open') {
    set({ wifiDraft: { index: null, network: { ssid, security, hidden, priority } }, knownNetworks: null });
    return done(null);
  }
  if (security === 'enterprise') {
    const enterprise = { method: 'peap', identity: '', password: '' } as const;
    const draft = { ssid, security, enterprise, hidden, priority };
    set({ wifiDraft: { index: null, network: draft }, knownNetworks: null });
    return done(null);
  }
  const answer = await program.call('knownPassphrase', { id, agreed: true });
  if (!answer.ok) return answer;
  if (!answer.value.ok) return answer.value;
  // The system may have asked for a password meanwhile; who has closed the list does not wait for this network any more.
  if (known().knownNetworks === null) return done(null);
  const { passphrase, ...read } = answer.value.value;
  const draft = passphrase === null ? read : { ...read, passphrase };
  set({ wifiDraft: { index: null, network: draft }, knownNetworks: null });
  return done(null);
}

/** The country that the person chose: it is guessed no more. */
export function changeCountry(country: string | null): void {
  changeWifi((wifi) => ({ ...wifi, country }));
  set({ country: 'chosen' });
}

/** With the first network the country matters; until the person has said it, this computer's is the best guess. */
function guessCountry(): void {
  const { recipe, choices, country } = known();
  const guess = choices?.guess.country ?? null;
  if (recipe === null || recipe.wifi.country !== null || country === 'chosen' || guess === null) return;
  changeWifi((wifi) => ({ ...wifi, country: guess }));
  set({ country: 'guessed' });
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
  const outcome = await program.call('checkRecipe', { ...recipe, wifi: { ...recipe.wifi, networks } });
  if (!outcome.ok) return { ssid: outcome.problem };
  const path = `wifi.networks.${index}`;
  const found = problemsAt(outcome.value, path);
  if (found.length > 0) {
    return Object.fromEntries(found.map((one) => [one.path.slice(path.length + 1) || 'ssid', one.problem]));
  }
  changeWifi((wifi) => ({ ...wifi, networks }));
  rememberPassphrase(wifiDraft.network);
  set({ wifiDraft: null });
  guessCountry();
  return {};
}
