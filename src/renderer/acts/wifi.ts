/** WiFi networks: a form that is open is not part of the recipe before it is saved. */
import type { Problem } from '../../shared/problem.ts';
import type { Recipe, WifiNetwork } from '../../shared/recipe.ts';
import { problemsAt } from '../stage.ts';
import { known, program, set } from './program.ts';
import { changeRecipe } from './recipe.ts';

/** Changes what the recipe says about WiFi as a whole: country, place of the passphrases, networks. */
export function changeWifi(change: (wifi: Recipe['wifi']) => Recipe['wifi']): void {
  changeRecipe((recipe) => ({ ...recipe, wifi: change(recipe.wifi) }));
}

export function removeWifi(index: number): void {
  changeWifi((wifi) => ({ ...wifi, networks: wifi.networks.filter((_, at) => at !== index) }));
}

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
  const outcome = await program.call('checkRecipe', { ...recipe, wifi: { ...recipe.wifi, networks } });
  if (!outcome.ok) return { ssid: outcome.problem };
  const path = `wifi.networks.${index}`;
  const found = problemsAt(outcome.value, path);
  if (found.length > 0) {
    return Object.fromEntries(found.map((one) => [one.path.slice(path.length + 1) || 'ssid', one.problem]));
  }
  changeWifi((wifi) => ({ ...wifi, networks }));
  set({ wifiDraft: null });
  return {};
}
