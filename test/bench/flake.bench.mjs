/**
 * Generating a flake: from a checked recipe to all its files, in at most 20 ms, the derived keys of WPA2 networks included.
 * The window does it after every change. Medians of many runs, in processor time, which is what a machine that does nothing
 * else takes; beside them the time on the clock, and what PBKDF2 alone takes for the same networks, in turns in the same
 * run. Passphrases are new in each run, so that none is remembered.
 */
import { pbkdf2Sync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';
import { median } from './figures.mjs';
import { judge } from './judge.mjs';

const runs = Number(process.env.RUNS ?? 200);
const most = 20;
const root = path.resolve(import.meta.dirname, '../..');
const recipes = path.join(root, 'test/fixtures/recipes');

/** Loads a module of the program as it is in the source. */
async function load(/** @type {string} */ file) {
  const options = { root, configFile: false, logLevel: /** @type {const} */ ('error') };
  return (await runnerImport(path.join(root, file), options)).module;
}

const { recipeFlake } = await load('src/main/recipe-flake.ts');
const { resolveSecrets } = await load('src/main/recipe-file.ts');
const { checkRecipe } = await load('src/shared/recipe.ts');

const plain = JSON.parse(readFileSync(path.join(recipes, 'minimal.json'), 'utf8'));
const wpa2 = (/** @type {number} */ count) => ({
  ...plain,
  wifi: {
    secrets: 'baked',
    networks: Array.from({ length: count }, (_, at) => ({
      ssid: `Network ${at}`,
      security: 'wpa2',
      passphrase: 'correct horse',
    })),
  },
});
const packages = { ...plain, packages: Array.from({ length: 500 }, (_, at) => `package${at}`) };
const script = { name: 'long', text: 'echo "${x}"\n'.repeat(20_000) };

/** @type {[string, object][]} */
const cases = [
  ['the smallest recipe', plain],
  ['everything', JSON.parse(readFileSync(path.join(recipes, 'everything.json'), 'utf8'))],
  ['5 WPA2 networks, built in', wpa2(5)],
  ['500 packages', packages],
  ['a script of 240 kB', { ...plain, scripts: [script] }],
  ...readdirSync(recipes)
    .filter((name) => name.endsWith('.json'))
    .map(
      (name) =>
        /** @type {[string, object]} */ ([name, JSON.parse(readFileSync(path.join(recipes, name), 'utf8'))]),
    ),
];

/** The same recipe with passphrases that were never used before. */
const afresh = (/** @type {any} */ recipe, /** @type {number} */ run) => ({
  ...recipe,
  wifi: {
    ...recipe.wifi,
    networks: recipe.wifi.networks.map((/** @type {any} */ network) =>
      network.passphrase && network.passphrase.length < 50
        ? { ...network, passphrase: `${network.passphrase} ${run} new` }
        : network,
    ),
  },
});
/** How many keys are derived for a recipe. */
const keysOf = (/** @type {any} */ { wifi: { secrets, backend, networks } }) =>
  secrets === 'slot'
    ? 0
    : networks.filter(
        (/** @type {any} */ { security, passphrase }) =>
          passphrase?.length < 50 &&
          (security === 'wpa2' || (security === 'wpa2-wpa3' && backend === 'wpa_supplicant')),
      ).length;
/** @returns {{ cpu: number, clock: number }} ms */
const timed = (/** @type {() => void} */ act) => {
  const before = process.cpuUsage();
  const started = performance.now();
  act();
  const clock = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, clock };
};

const rows = [];
for (const [name, given] of cases) {
  const checked = checkRecipe(given);
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  const resolved = await resolveSecrets(checked.recipe, recipes, { ATTIC_PSK: 'correct horse' });
  if (!resolved.ok) throw new Error(resolved.problem.title);
  const times = [];
  const derivations = [];
  for (let run = 0; run < runs; run += 1) {
    const recipe = afresh(resolved.value, run);
    times.push(timed(() => recipeFlake(recipe, null)));
    derivations.push(
      timed(() => {
        for (let key = 0; key < keysOf(recipe); key += 1)
          pbkdf2Sync(`other ${run} ${key}`, name, 4096, 32, 'sha1');
      }),
    );
  }
  rows.push({
    recipe: name,
    cpu: median(times.map(({ cpu }) => cpu)),
    'PBKDF2 alone': median(derivations.map(({ cpu }) => cpu)),
    clock: median(times.map(({ clock }) => clock)),
    first: times[0]?.cpu ?? 0,
  });
}
const round = (/** @type {number} */ value) => Math.round(value * 100) / 100;
console.table(
  rows.map(({ recipe, ...times }) => ({
    recipe,
    ...Object.fromEntries(Object.entries(times).map(([name, value]) => [`${name} (ms)`, round(value)])),
  })),
);
const slowest = Math.max(...rows.map((row) => row.cpu));
console.log(`generating a flake: ${round(slowest)} ms at the median of the slowest recipe (at most ${most})`);
process.exitCode = judge({ what: 'flake: generated', measured: slowest, unit: 'ms', most }) ? 0 : 1;
