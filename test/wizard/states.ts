/** Every state of every screen that is worth looking at, and how to bring it about. */
import type { Page } from '@playwright/test';
import type { BuildEvent, StickEvent } from '../../src/shared/contract.ts';
import { cancelled, done, failed, problem } from '../../src/shared/problem.ts';
import * as building from './building-world.ts';
import * as choosing from './choosing-world.ts';
import { keptWorld } from './kept-world.ts';
import * as reaching from './reaching-world.ts';
import type { Answers, ScriptedDoor } from './scripted-door.ts';
import { goTo } from './window.ts';
import * as world from './world.ts';

export interface State {
  station: string;
  state: string;
  /** Whether its picture belongs to the documentation. */
  kept?: boolean;
  answers?: Partial<Answers>;
  arrange?(page: Page, door: ScriptedDoor): Promise<void>;
}

const atticRecipe = {
  ...world.emptyRecipe,
  name: 'attic',
  keys: [world.laptopKey.line],
  packages: ['git', 'vim', 'tmux', 'parted', 'cryptsetup', 'python3Packages.requests'],
  image: { ...world.emptyRecipe.image, fileName: 'nixos-attic', volumeId: 'NIXOS_ATTIC' },
};

/** A person who has come some way. */
const attic: Partial<Answers> = { emptyRecipe: () => atticRecipe };
const withWifi: Partial<Answers> = {
  emptyRecipe: () => ({
    ...atticRecipe,
    wifi: {
      ...atticRecipe.wifi,
      country: 'SE',
      networks: [
        { ssid: 'Attic', security: 'wpa2-wpa3', passphrase: 'correct horse', hidden: false, priority: 0 },
        { ssid: 'Garden guests', security: 'open', hidden: true, priority: 0 },
      ],
    },
  }),
};
const withIndex: Partial<Answers> = {
  ...attic,
  packageIndex: () => choosing.packageIndex,
  searchPackages: () => ({ from: 'index', packages: choosing.foundPackages }),
};
const withImage: Partial<Answers> = { ...attic, images: () => [world.image] };
const withBuilders = (chosen: string): Partial<Answers> => ({
  ...attic,
  ...building.buildingWorld({ builders: [building.workshop, building.board], chosen }),
});
const never = () => new Promise<never>(() => {});

const logLines = [
  "evaluating derivation 'path:/home/me/.cache/nixburn/flakes/attic#image'",
  'these 14 derivations will be built:',
  'these 512 paths will be fetched (611.42 MiB download, 2380.18 MiB unpacked):',
  ...[
    'linux-6.18.3',
    'systemd-259',
    'openssh-10.2p1',
    'git-2.52.0',
    'vim-9.1.1918',
    'tmux-3.6',
    'parted-3.6',
  ].map((name) => `copying path '/nix/store/…-${name}' from 'https://cache.nixos.org'...`),
  "building '/nix/store/…-nixos-system-attic-26.05.drv'...",
  "building '/nix/store/…-squashfs.img.drv'...",
];

async function toPhase(page: Page, door: ScriptedDoor, ...last: BuildEvent[]): Promise<void> {
  const run = await door.run('build');
  await run.tell({ kind: 'phase', phase: 'evaluate' });
  await pass(page, 12);
  await run.tell(
    { kind: 'phase', phase: 'fetch' },
    ...logLines.map((line) => ({ kind: 'log' as const, line })),
    ...last,
  );
}

async function findKeys(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add me@desk' }).waitFor();
}

async function build(page: Page): Promise<void> {
  await goTo(page, 'Build');
  await page.getByRole('button', { name: 'Build the image' }).click();
}

async function watch(page: Page, door: ScriptedDoor): Promise<void> {
  await goTo(page, 'Drive');
  const run = await door.run('watchDrives');
  await run.tell({ kind: 'drives', drives: [world.systemDrive, world.secondStick, world.tinyStick] });
  await page.getByText('Kingston').waitFor();
  await run.tell({
    kind: 'drives',
    drives: [world.systemDrive, world.stick, world.secondStick, world.tinyStick],
  });
  await page.getByText('SanDisk').waitFor();
}

async function pick(page: Page, door: ScriptedDoor): Promise<void> {
  await watch(page, door);
  await page.getByRole('radio', { name: /SanDisk/ }).check();
}

async function write(page: Page, door: ScriptedDoor): Promise<void> {
  await pick(page, door);
  await page.getByRole('button', { name: 'Write to SanDisk' }).click();
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
}

function speeds(phase: 'write' | 'verify', upTo: number): StickEvent[] {
  const total = world.image.bytes;
  return Array.from({ length: 60 }, (_, index) => ({
    kind: 'progress',
    phase,
    bytes: Math.round((total * upTo * (index + 1)) / 60),
    total,
    bytesPerSecond: 24_000_000 + 6_000_000 * Math.sin(index / 4) - (index % 17 === 0 ? 11_000_000 : 0),
    remainingMillis: 38_000,
  }));
}

async function written(page: Page, door: ScriptedDoor): Promise<void> {
  await write(page, door);
  const receipt = { ...world.receiptOf(world.stick), slot: world.slotOf('attic') };
  await (await door.run('writeStick')).finish(receipt);
  await page.getByRole('heading', { name: 'Verified' }).waitFor();
}

async function pickPractice(page: Page, door: ScriptedDoor): Promise<void> {
  await goTo(page, 'Drive');
  await page.getByRole('switch').click();
  await page.getByRole('switch', { checked: true }).waitFor();
  await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [world.practice, world.systemDrive] });
  await page.getByRole('radio', { name: /^Practice stick/ }).check();
}

async function change(page: Page, door: ScriptedDoor) {
  await pick(page, door);
  await page.getByRole('button', { name: 'Change this stick…' }).click();
  await page.getByRole('button', { name: 'Change SanDisk Ultra 32 GB' }).click();
  return door.run('personaliseStick');
}

async function restore(page: Page, door: ScriptedDoor) {
  await pick(page, door);
  await page.getByRole('button', { name: 'Restore this stick…' }).click();
  await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and restore' }).click();
  return door.run('restoreStick');
}

async function save(page: Page, door: ScriptedDoor) {
  await pick(page, door);
  await page.getByRole('button', { name: 'Save this stick to a file' }).click();
  return door.run('saveStick');
}

async function pickTwo(page: Page, door: ScriptedDoor): Promise<void> {
  await watch(page, door);
  await page.getByRole('checkbox', { name: /^Write several/ }).check();
  await page.getByRole('checkbox', { name: /SanDisk/ }).check();
  await page.getByRole('checkbox', { name: /Kingston/ }).check();
}

async function writeTwo(page: Page, door: ScriptedDoor) {
  await pickTwo(page, door);
  await page.getByRole('button', { name: 'Write to 2 drives…' }).click();
  await page.getByRole('button', { name: 'Erase 2 drives and write' }).click();
  return door.run('writeSticks');
}

async function find(page: Page, door: ScriptedDoor) {
  await goTo(page, 'Boot');
  await page.getByRole('button', { name: 'Find the machine' }).click();
  return door.run('findMachines');
}

async function openExtras(page: Page): Promise<void> {
  await goTo(page, 'System');
  for (const title of ['Console password', 'Scripts', 'Extra NixOS module'])
    await page.getByText(title, { exact: true }).click();
}

/** The window's clock, moved on: what took a while says so. */
async function pass(page: Page, seconds: number): Promise<void> {
  await page.clock.setFixedTime((await page.evaluate(() => Date.now())) + seconds * 1000);
}

const keptRecipes = {
  'In the attic': { ...atticRecipe, packages: ['git'] },
  Cellar: { ...atticRecipe, name: 'cellar', release: 'unstable' as const },
};

async function openRecipes(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Recipes…' }).click();
  await page.getByRole('dialog', { name: 'Recipes' }).waitFor();
}

export const states: State[] = [
  { station: 'opening', state: 'loading', answers: { about: never } },
  {
    station: 'opening',
    state: 'failed',
    answers: {
      about: () =>
        Promise.reject(
          problem('internal-error', 'Nixburn made a mistake of its own.', {
            remedy: 'Please report this with the technical details.',
            raw: 'TypeError: x is not a function',
          }),
        ),
    },
    async arrange(page) {
      await page.getByRole('alert').waitFor();
    },
  },
  { station: 'keys', state: 'empty', arrange: findKeys },
  { station: 'keys', state: 'loading', answers: { foundKeys: never } },
  { station: 'keys', state: 'none-found', answers: { foundKeys: () => [] } },
  {
    station: 'keys',
    state: 'not-readable',
    answers: { foundKeys: () => Promise.reject(world.keysUnreadable) },
    async arrange(page) {
      await page.getByRole('alert').waitFor();
    },
  },
  { station: 'keys', state: 'chosen', kept: true, answers: attic, arrange: findKeys },
  {
    station: 'keys',
    state: 'private-refused',
    async arrange(page) {
      await findKeys(page);
      await page
        .getByLabel('Public keys', { exact: true })
        .fill('-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r');
      await page.getByText('This is a private key.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'listed',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('User name').press('Enter');
      await (
        await door.run('fetchKeys')
      ).finish({
        address: 'https://github.com/ada.keys',
        keys: [world.laptopKey],
        leftOut: [{ line: 2, problem: problem('weak-key', 'RSA keys under 2048 bits can be broken.') }],
      });
      await page.getByText('Line 2 was left out').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'list-refused',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByLabel('User name').fill('ada-lovelac');
      await page.getByLabel('User name').press('Enter');
      await (
        await door.run('fetchKeys')
      ).fail(problem('no-such-user', 'GitHub knows no ada-lovelac.', { remedy: 'Check the spelling.' }));
      await page.getByText('GitHub knows no').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'making',
    async arrange(page) {
      await findKeys(page);
      await page.getByText('Make a new key').click();
      await page.getByLabel('Passphrase', { exact: true }).fill('copper lantern walrus tuesday');
      await page.getByLabel('Passphrase again').fill('copper lantern');
      await page.getByRole('button', { name: 'Make the key' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'asking',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('User name').press('Enter');
      await door.run('fetchKeys');
      await page.getByText('Make a new key').click();
      await page.getByRole('button', { name: 'Make the key' }).click();
      await page.getByText('Making the key…').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'keys',
    state: 'made',
    async arrange(page, door) {
      await findKeys(page);
      await page.getByText('Make a new key').click();
      await page.getByRole('button', { name: 'Make the key' }).click();
      await (
        await door.run('makeKey')
      ).finish({
        key: world.laptopKey,
        file: '/home/me/.ssh/id_ed25519_nixburn',
        warning: problem('key-unprotected', 'This key has no passphrase.', {
          detail: 'Whoever gets hold of /home/me/.ssh/id_ed25519_nixburn can log in with it.',
          remedy: 'Give it one at any time with: ssh-keygen -p -f /home/me/.ssh/id_ed25519_nixburn',
        }),
      });
      await page.getByText('This key has no passphrase.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'recipes',
    state: 'empty',
    answers: attic,
    arrange: openRecipes,
  },
  {
    station: 'recipes',
    state: 'loading',
    answers: { ...attic, recipes: never },
    arrange: openRecipes,
  },
  {
    station: 'recipes',
    state: 'failed',
    answers: {
      ...attic,
      recipes: () => Promise.reject(problem('recipe-disk', 'The recipe could not be read or written.')),
    },
    async arrange(page) {
      await openRecipes(page);
      await page.getByRole('button', { name: 'Look again' }).waitFor();
    },
  },
  {
    station: 'recipes',
    state: 'kept',
    kept: true,
    answers: { ...attic, ...keptWorld(keptRecipes) },
    async arrange(page) {
      await openRecipes(page);
      await page.getByRole('button', { name: 'Compare In the attic' }).click();
      await page.getByText('packages are added').waitFor();
    },
  },
  {
    station: 'recipes',
    state: 'questions',
    answers: { ...attic, ...keptWorld(keptRecipes) },
    async arrange(page) {
      await openRecipes(page);
      await page.getByLabel('Keep this recipe as').fill('Cellar');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Replace Cellar' }).waitFor();
      await page.getByRole('button', { name: 'Rename In the attic' }).click();
      await page.getByRole('button', { name: 'Remove Cellar…' }).click();
    },
  },
  {
    station: 'recipes',
    state: 'many',
    answers: {
      ...attic,
      ...keptWorld(
        Object.fromEntries(
          Array.from({ length: 20 }, (_, at) => [
            `Machine ${at + 1} of the workshop`,
            { ...atticRecipe, name: `host-${at + 1}` },
          ]),
        ),
      ),
    },
    async arrange(page) {
      await openRecipes(page);
      await page.getByText('host-20', { exact: true }).waitFor({ state: 'attached' });
    },
  },
  {
    station: 'packages',
    state: 'none',
    async arrange(page) {
      await goTo(page, 'Packages');
    },
  },
  {
    station: 'packages',
    state: 'loading',
    answers: { ...attic, catalogue: never },
    async arrange(page) {
      await goTo(page, 'Packages');
    },
  },
  {
    station: 'packages',
    state: 'failed',
    answers: {
      ...attic,
      catalogue: () =>
        Promise.reject(
          problem('catalogue-unreadable', 'The list of packages can not be read.', {
            remedy: 'Try again, or add packages by their names below.',
          }),
        ),
    },
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    station: 'packages',
    state: 'chosen',
    kept: true,
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Packages');
    },
  },
  {
    station: 'packages',
    state: 'nothing-found',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByRole('searchbox').fill('libreoffice');
      await page.getByText('Nothing here is called').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'problem',
    answers: {
      emptyRecipe: () => ({ ...atticRecipe, packages: ['git', 'vimm'] }),
      checkRecipe: () => [{ path: 'packages.1', problem: world.buildFailure }],
    },
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByLabel('Any other package').fill('not a name');
      await page.getByLabel('Any other package').press('Enter');
      await page.getByRole('heading', { name: 'Chosen' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'found',
    answers: withIndex,
    async arrange(page) {
      await goTo(page, 'Packages');
      await page.getByRole('searchbox').fill('editor');
      await page.getByText('runs as code').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'index-running',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Search all of nixpkgs' }).click();
      const run = await door.run('updatePackageIndex');
      await run.tell(
        { kind: 'phase', phase: 'download' },
        { kind: 'progress', bytes: 3_400_000, total: 9_100_000 },
      );
      await page.getByText('Downloading the list').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'index-failed',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Search all of nixpkgs' }).click();
      await (await door.run('updatePackageIndex')).fail(choosing.indexFailure);
      await page.getByText('channels.nixos.org can not be reached.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'packages',
    state: 'checking',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await door.run('checkPackages');
      await page.getByText('Asking Nix').waitFor();
    },
  },
  {
    station: 'packages',
    state: 'all-fine',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await (await door.run('checkPackages')).finish(choosing.checkedPackages(atticRecipe.packages));
      await page.getByText('Nix knows all of them').waitFor();
    },
  },
  {
    station: 'packages',
    state: 'need-a-look',
    answers: { emptyRecipe: () => ({ ...atticRecipe, packages: ['git', 'vimm', 'steam'] }) },
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await (await door.run('checkPackages')).finish(choosing.checkedPackages(['git', 'vimm', 'steam']));
      await page.getByRole('button', { name: 'Take vim' }).waitFor();
    },
  },
  {
    station: 'packages',
    state: 'check-failed',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Packages');
      await page.getByRole('button', { name: 'Check with Nix' }).click();
      await (await door.run('checkPackages')).fail(choosing.nixMissing);
      await page.getByText('Nix is not installed.').waitFor();
    },
  },
  {
    station: 'network',
    state: 'cable',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
    },
  },
  {
    station: 'network',
    state: 'wifi',
    kept: true,
    answers: withWifi,
    async arrange(page) {
      await goTo(page, 'Network');
    },
  },
  {
    station: 'network',
    state: 'editing',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Attic');
      await page.getByLabel('Passphrase', { exact: true }).fill('short');
      await page.getByRole('button', { name: 'Save network' }).click();
      await page.getByText('has 5 characters').waitFor();
    },
  },
  {
    station: 'network',
    state: 'enterprise',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Campus');
      await page.getByLabel('Security').selectOption('enterprise');
      await page.getByRole('button', { name: 'Save network' }).click();
      await page.getByText('is 0 bytes long').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'enterprise-tls',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Campus');
      await page.getByLabel('Security').selectOption('enterprise');
      await page.getByLabel('Method').selectOption('tls');
      await page.getByLabel('Identity', { exact: true }).fill('ada@example.org');
      await page.getByLabel('CA certificate', { exact: true }).fill(choosing.pem('CERTIFICATE'));
      await page.getByLabel('Client key', { exact: true }).fill(choosing.pem('PRIVATE KEY'));
      await page.getByRole('button', { name: 'Save network' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'known',
    answers: { ...attic, knownNetworks: () => choosing.knownList },
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Use this computer’s…' }).click();
      await page.getByRole('button', { name: 'Use Attic' }).click();
      await page.getByText('NetworkManager may ask').waitFor();
    },
  },
  {
    station: 'network',
    state: 'country-guessed',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Attic');
      await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
      await page.getByRole('button', { name: 'Save network' }).click();
      await page.getByText('Guessed from').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'baked',
    answers: withWifi,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('radio', { name: /Inside the image/ }).check();
      await page.getByLabel('Country').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'problem',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByLabel('Host name').fill('the box in the attic');
      await page.getByText('can not be a host name').waitFor();
    },
  },
  {
    station: 'system',
    state: 'ready',
    kept: true,
    answers: attic,
    async arrange(page) {
      await goTo(page, 'System');
    },
  },
  {
    station: 'system',
    state: 'problem',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'System');
      await page.getByLabel('Volume label').fill('NIXOS_INSTALLER_FOR_THE_BOX_IN_THE_ATTIC');
      await page.getByText('this one has 40 characters').waitFor();
    },
  },
  {
    station: 'system',
    state: 'extras',
    answers: {
      emptyRecipe: () => ({
        ...atticRecipe,
        console: {
          password: { hashed: '$y$j9T$4Vq0hRrgLJ8s1C2cQ0o8F/$kYBbIfjzO7i5S5y9Qn3nD2eHcWnEJ0l6t1rU7dX8wY.' },
        },
        scripts: [{ name: 'auto-install', text: 'set -e\ndisko --mode disko /etc/disk.nix\nnixos-install' }],
        module: '{ pkgs, ... }:\n{\n  services.tailscale.enable = true;\n}\n',
      }),
    },
    async arrange(page) {
      await openExtras(page);
      // What is said of the texts comes a moment later, and moves what is below it.
      await page.getByText('bash is not on this computer').waitFor();
      await page.getByText('Nix is not on this computer').waitFor();
      await page.getByLabel('Name', { exact: true }).scrollIntoViewIfNeeded();
      await page.getByLabel('Module', { exact: true }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'system',
    state: 'extras-problem',
    answers: { ...attic, checkModule: () => choosing.wrongModule },
    async arrange(page) {
      await openExtras(page);
      await page.getByLabel('Password hash').fill('$1$letmein');
      await page.getByRole('button', { name: 'Add a script' }).click();
      await page.getByLabel('Name', { exact: true }).fill('rm -rf');
      await page.getByText('can not be the name of a script').waitFor();
      await page.getByLabel('Module', { exact: true }).fill('{ pkgs, ... }:\n{\n  a = 1\n}\n');
      await page.getByText('in line 4, column 1').waitFor();
      await page.getByText('Make one with: mkpasswd').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'system',
    state: 'flake',
    answers: attic,
    async arrange(page) {
      await page.getByRole('button', { name: 'Flake' }).click();
      await goTo(page, 'System');
      await page.getByLabel('Time zone').fill('Europe/Stockholm');
      await page.getByText('"Europe/Stockholm"').waitFor();
    },
  },
  {
    station: 'keys',
    state: 'flake-incomplete',
    async arrange(page) {
      await page.getByRole('button', { name: 'Flake' }).click();
      await page.getByRole('complementary').getByText('Nobody could log in.').waitFor();
    },
  },
  {
    station: 'network',
    state: 'flake-before',
    answers: withWifi,
    async arrange(page) {
      await page.getByRole('button', { name: 'Flake' }).click();
      await goTo(page, 'Network');
      await page.getByText('networking.hostName').waitFor();
      await page.getByLabel('Host name').fill('attic-');
      await page.getByText('This is the flake from before.').waitFor();
    },
  },
  {
    station: 'build',
    state: 'ready',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('Flakes are switched on').waitFor();
    },
  },
  {
    station: 'build',
    state: 'not-ready',
    answers: { preflight: () => world.withoutNix },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('Nix is not installed.').waitFor();
    },
  },
  {
    station: 'build',
    state: 'checking',
    answers: { ...attic, preflight: never },
    async arrange(page) {
      await goTo(page, 'Build');
    },
  },
  {
    station: 'build',
    state: 'builder-edited',
    answers: withBuilders('here'),
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Edit arm-board…' }).click();
      await page.getByText('More', { exact: true }).click();
    },
  },
  {
    station: 'build',
    state: 'builders-unread',
    answers: {
      ...attic,
      buildingChoices: () => Promise.reject(problem('unreadable', 'The list of builders can not be read.')),
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builders-loading',
    answers: { ...attic, buildingChoices: never },
    async arrange(page) {
      await goTo(page, 'Build');
    },
  },
  {
    station: 'build',
    state: 'builder-new',
    answers: {
      ...attic,
      changeBuildingChoices: () =>
        failed(
          problem('builder-host-invalid', 'This is not the name of a builder.', {
            detail: 'A builder is user@host, with :port where needed, or a name from your ssh configuration.',
            remedy: 'Correct the name of the builder.',
          }),
        ),
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Add a Linux builder…' }).click();
      await page.getByLabel('Builder', { exact: true }).fill('me at builder');
      await page.getByText('More', { exact: true }).click();
      await page.getByRole('button', { name: 'Add builder' }).click();
      await page.getByText('This is not the name of a builder.').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builder-chosen',
    answers: { ...withBuilders('builder.example'), preflight: () => building.builderFine },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('lets you in').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builder-checked',
    answers: {
      ...withBuilders('here'),
      preflight: ({ on }) => (on === undefined ? building.muchMissing : building.keyUnknown),
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Check builder.example' }).click();
      await page.getByRole('button', { name: 'Remove arm-board…' }).click();
      await page.getByText('You never connected').waitFor();
    },
  },
  {
    station: 'build',
    state: 'builder-asking',
    answers: {
      ...withBuilders('builder.example'),
      preflight: () => building.keyUnknown,
      showHostKey: never,
    },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Show its key…' }).click();
      await page.getByText('Asking the machine for its key…').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'builder-key',
    answers: { ...withBuilders('builder.example'), preflight: () => building.keyUnknown },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Show its key…' }).click();
      await page.getByRole('button', { name: 'Trust this key' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'builder-key-changed',
    answers: { ...withBuilders('builder.example'), preflight: () => building.keyChanged },
    async arrange(page) {
      await goTo(page, 'Build');
      await page.getByText('Nixburn does not connect to it.').waitFor();
      await page.getByText('ssh-keygen -R builder.example').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'making-room',
    answers: { ...attic, preflight: () => building.muchMissing },
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Make room…' }).click();
      await page.getByRole('button', { name: 'Remove it' }).click();
      const run = await door.run('collectGarbage');
      await run.tell({ kind: 'log', line: "deleting '/nix/store/x2c5ip-linux-6.12.56.drv'" });
      await page.getByText("deleting '/nix/store").scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'nixpkgs-moving',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Move to the newest nixpkgs' }).click();
      await door.run('updateNixpkgs');
      await page.getByText('Asking for the newest nixpkgs').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'nixpkgs-moved',
    answers: { ...attic, images: () => [world.image, world.olderImage] },
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Move to the newest nixpkgs' }).click();
      await (await door.run('updateNixpkgs')).finish(building.moved);
      await page.getByRole('button', { name: 'Remove nixos-cellar.iso…' }).click();
      await page.getByText('It can be built again').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'nixpkgs-failed',
    answers: attic,
    async arrange(page, door) {
      await goTo(page, 'Build');
      await page.getByRole('button', { name: 'Move to the newest nixpkgs' }).click();
      await (await door.run('updateNixpkgs')).fail(choosing.indexFailure);
      await page.getByRole('button', { name: 'Try again' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'build',
    state: 'running',
    kept: true,
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door, {
        kind: 'progress',
        phase: 'fetch',
        fraction: 0.62,
        label: 'vim-9.1.1918',
        bytesPerSecond: 11_400_000,
        remainingMillis: 172_000,
      });
      await page.getByText('vim-9.1.1918 · 11.4 MB/s').waitFor();
    },
  },
  {
    station: 'build',
    state: 'unknown-length',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(
        page,
        door,
        { kind: 'phase', phase: 'build' },
        { kind: 'phase', phase: 'image' },
        { kind: 'progress', phase: 'image', fraction: null, label: 'squashfs.img' },
        { kind: 'note', text: 'The binary cache answers slowly; Nix tries again by itself.' },
      );
      await page.getByText('answers slowly').waitFor();
    },
  },
  {
    station: 'build',
    state: 'searching',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await page.getByRole('searchbox', { name: 'Search the log' }).fill('parted');
      await page.getByText('1 line', { exact: true }).waitFor();
    },
  },
  {
    station: 'build',
    state: 'stopping',
    answers: attic,
    async arrange(page, door) {
      door.lingers = true;
      await build(page);
      await toPhase(page, door);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Waiting until Nix has stopped.').waitFor();
    },
  },
  {
    station: 'build',
    state: 'cancelled',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('The build was stopped').waitFor();
    },
  },
  {
    station: 'build',
    state: 'done',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await pass(page, 360);
      await (await door.run('build')).finish(world.image);
      await page.getByText('The image is built').waitFor();
    },
  },
  {
    station: 'build',
    state: 'recipe-changed',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await (await door.run('build')).finish(world.image);
      await goTo(page, 'Network');
      await page.getByLabel('Host name').fill('cellar');
      await goTo(page, 'Build');
      await page.getByText('The recipe has changed').waitFor();
    },
  },
  {
    station: 'build',
    state: 'failed',
    answers: attic,
    async arrange(page, door) {
      await build(page);
      await toPhase(page, door);
      await (await door.run('build')).fail(world.buildFailure);
      await page.getByText('Technical details').click();
    },
  },
  {
    station: 'drive',
    state: 'no-image',
    async arrange(page, door) {
      await goTo(page, 'Drive');
      await (await door.run('watchDrives')).tell({ kind: 'drives', drives: [] });
      await page.getByText('No drive that may be written').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'looking',
    answers: withImage,
    async arrange(page) {
      await goTo(page, 'Drive');
    },
  },
  { station: 'drive', state: 'choosing', answers: withImage, arrange: watch },
  { station: 'drive', state: 'chosen', kept: true, answers: withImage, arrange: pick },
  {
    station: 'drive',
    state: 'locked',
    answers: { ...withImage, images: () => [world.image, world.olderImage] },
    async arrange(page, door) {
      await watch(page, door);
      await page.getByText('Too small for this image.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'drive',
    state: 'unplugged',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      const run = await door.run('watchDrives');
      await run.tell({ kind: 'drives', drives: [world.systemDrive, world.secondStick] });
      await page.locator('.notice').getByText('was unplugged').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'list-failed',
    answers: withImage,
    async arrange(page, door) {
      await goTo(page, 'Drive');
      await (await door.run('watchDrives')).fail(world.driveListFailure);
      await page.getByText('can not be listed').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'confirm',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Write to SanDisk' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'arriving-chosen',
    answers: withBuilders('builder.example'),
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('checkbox', { name: 'Build it now and write it while it arrives' }).check();
    },
  },
  {
    station: 'drive',
    state: 'arriving-building',
    answers: withBuilders('builder.example'),
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('checkbox', { name: 'Build it now and write it while it arrives' }).check();
      await page.getByRole('button', { name: 'Build and write to SanDisk' }).click();
      await page.getByRole('button', { name: 'Erase SanDisk Ultra 32 GB and write' }).click();
      const run = await door.run('makeStick');
      await run.tell(
        { kind: 'phase', phase: 'fetch' },
        ...logLines.map((line) => ({ kind: 'log' as const, line })),
      );
      await page.getByText('Nothing has been written yet.').waitFor();
    },
  },
  { station: 'drive', state: 'practice', answers: withImage, arrange: pickPractice },
  {
    station: 'drive',
    state: 'confirm-practice',
    answers: withImage,
    async arrange(page, door) {
      await pickPractice(page, door);
      await page.getByRole('button', { name: 'Write to the practice stick…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'writing',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'flushing',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      await (await door.run('writeStick')).tell({ kind: 'phase', phase: 'flush' });
      await page.getByText('stored everything').first().waitFor();
    },
  },
  {
    station: 'drive',
    state: 'verifying',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.71));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'cancelled',
    answers: withImage,
    async arrange(page, door) {
      door.lingers = true;
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await page.getByRole('button', { name: 'Cancel' }).click();
      await run.fail({ ...cancelled, detail: 'The stick holds 412 MB of the image and does not boot.' });
      await page.getByText('Writing was stopped').waitFor();
    },
  },
  { station: 'drive', state: 'verified', answers: withImage, arrange: written },
  {
    station: 'drive',
    state: 'practice-verified',
    answers: withImage,
    async arrange(page, door) {
      await pickPractice(page, door);
      await page.getByRole('button', { name: 'Write to the practice stick…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Write the practice stick' }).click();
      await (await door.run('writeStick')).finish(world.receiptOf(world.practice));
      await page.getByRole('heading', { name: 'Verified' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'write-failed',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await run.fail(world.writeFailure);
      await page.getByText('stopped taking data').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'verify-failed',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const run = await door.run('writeStick');
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.3));
      await run.fail(world.verifyFailure);
      await page.getByText('differs from the image').waitFor();
    },
  },
  {
    station: 'boot',
    state: 'no-stick',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Boot');
    },
  },
  {
    station: 'boot',
    state: 'ready',
    kept: true,
    answers: withImage,
    async arrange(page, door) {
      await written(page, door);
      await goTo(page, 'Boot');
    },
  },
  {
    station: 'boot',
    state: 'first-aid',
    answers: withImage,
    async arrange(page) {
      await goTo(page, 'Boot');
      for (const summary of await page.locator('.first-aid summary').all()) await summary.click();
      await page.getByText('Remote host identification').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'boot',
    state: 'looking',
    answers: withImage,
    async arrange(page, door) {
      const run = await find(page, door);
      await run.tell(
        { kind: 'note', text: 'Asking for attic.local through eth0 …' },
        { kind: 'progress', tried: 90, total: 254 },
      );
      await page.getByRole('progressbar').waitFor();
    },
  },
  {
    station: 'boot',
    state: 'found',
    answers: withImage,
    async arrange(page, door) {
      const run = await find(page, door);
      await run.tell(
        ...[reaching.attic, reaching.impostor, reaching.stranger, reaching.starting].map((machine) => ({
          kind: 'machine' as const,
          machine,
        })),
      );
      await page.getByText('4 machines found').waitFor();
      await page.getByRole('heading', { name: 'Find the machine' }).evaluate((one) => one.scrollIntoView());
    },
  },
  {
    station: 'boot',
    state: 'hand-over',
    answers: withImage,
    async arrange(page, door) {
      const run = await find(page, door);
      await run.tell({ kind: 'machine', machine: reaching.attic });
      await page.getByRole('button', { name: 'Check attic' }).click();
      await page.getByText('attic answers').waitFor();
      await page.getByText('Install NixOS on it').click();
      await page.getByText('From here, with nixos-anywhere').click();
      await page.getByText('attic answers').evaluate((one) => one.scrollIntoView());
    },
  },
  {
    station: 'boot',
    state: 'nobody-answered',
    answers: withImage,
    async arrange(page, door) {
      await (await find(page, door)).finish([]);
      await page.getByText('No machine answered.').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'boot',
    state: 'several',
    answers: withImage,
    async arrange(page, door) {
      const run = await writeTwo(page, door);
      const receipts = [world.stick, world.secondStick].map((drive, at) =>
        done({ ...world.receiptOf(drive), slot: world.slotOf(`attic-0${at + 1}`) }),
      );
      await run.finish(receipts);
      const search = await find(page, door);
      await search.tell({ kind: 'machine', machine: { ...reaching.attic, name: 'attic-02' } });
      await page.getByText('Not seen yet: attic-01').waitFor();
    },
  },
  {
    station: 'boot',
    state: 'find-failed',
    answers: withImage,
    async arrange(page, door) {
      await (await find(page, door)).fail(reaching.findFailure);
      await page.getByText('can not be asked').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'drive',
    state: 'image-alone',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      await (await door.run('writeStick')).finish(world.receiptOf(world.stick));
      await page.getByText('It holds the image alone').evaluate((one) => one.scrollIntoView());
    },
  },
  {
    station: 'drive',
    state: 'own-secrets',
    answers: withImage,
    async arrange(page, door) {
      await write(page, door);
      const receipt = { ...world.receiptOf(world.stick), slot: world.slotOf('attic') };
      await (await door.run('writeStick')).finish(receipt);
      await page.getByText('recognises the machine by it').evaluate((one) => one.scrollIntoView());
    },
  },
  {
    station: 'drive',
    state: 'confirm-change',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Change this stick…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'changing',
    answers: withImage,
    async arrange(page, door) {
      await (await change(page, door)).tell({ kind: 'phase', phase: 'write' });
      await page.getByRole('progressbar', { name: 'Writing' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'changed',
    answers: withImage,
    async arrange(page, door) {
      await (await change(page, door)).finish(world.personalised);
      await page.getByText('recognises the machine by it').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'change-failed',
    answers: withImage,
    async arrange(page, door) {
      await (await change(page, door)).fail(world.noSlot);
      await page.getByText('no place for secrets').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'stick-acts',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'drive',
    state: 'confirm-restore',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Restore this stick…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'restoring',
    answers: withImage,
    async arrange(page, door) {
      const run = await restore(page, door);
      await run.tell({ kind: 'phase', phase: 'write' }, ...speeds('write', 0.42));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'restored',
    answers: withImage,
    async arrange(page, door) {
      await (await restore(page, door)).finish(null);
      await page.getByRole('heading', { name: 'is an ordinary stick again' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'restore-failed',
    answers: withImage,
    async arrange(page, door) {
      const run = await restore(page, door);
      await run.tell({ kind: 'phase', phase: 'write' });
      await run.fail(world.writeFailure);
      await page.getByText('stopped taking data').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'saving',
    answers: withImage,
    async arrange(page, door) {
      const run = await save(page, door);
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.71));
      await page.getByText('about 40 s left').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'saved',
    answers: withImage,
    async arrange(page, door) {
      await (await save(page, door)).finish(world.saved);
      await page.getByRole('heading', { name: 'is kept as a file' }).waitFor();
    },
  },
  {
    station: 'drive',
    state: 'save-failed',
    answers: withImage,
    async arrange(page, door) {
      const run = await save(page, door);
      await run.tell({ kind: 'phase', phase: 'verify' }, ...speeds('verify', 0.3));
      await run.fail(world.noRoom);
      await page.getByText('is full').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'ejecting',
    answers: { ...withImage, ejectDrive: () => new Promise(() => undefined) },
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).click();
      await page.getByText('Letting go of').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'ejected',
    answers: withImage,
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).click();
      await page.locator('.notice').getByText('You can pull out').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'eject-failed',
    answers: { ...withImage, ejectDrive: () => failed(world.driveBusy) },
    async arrange(page, door) {
      await pick(page, door);
      await page.getByRole('button', { name: 'Eject' }).click();
      await page.getByRole('alert').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'drive',
    state: 'several-chosen',
    answers: withImage,
    async arrange(page, door) {
      await pickTwo(page, door);
    },
  },
  {
    station: 'drive',
    state: 'several-confirm',
    answers: withImage,
    async arrange(page, door) {
      await pickTwo(page, door);
      await page.getByRole('button', { name: 'Write to 2 drives…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'several-writing',
    answers: withImage,
    async arrange(page, door) {
      const run = await writeTwo(page, door);
      await run.tell(
        ...speeds('write', 0.42).map((event) => ({ drive: 0, event })),
        ...speeds('verify', 0.71).map((event) => ({ drive: 1, event })),
      );
      await page.getByText('Reading back and comparing: 71 %').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'several-ended',
    answers: withImage,
    async arrange(page, door) {
      const run = await writeTwo(page, door);
      const receipt = { ...world.receiptOf(world.stick), slot: world.slotOf('attic-01') };
      await run.finish([done(receipt), failed(world.writeFailure)]);
      await page.getByText('stopped taking data').waitFor();
    },
  },
  {
    station: 'drive',
    state: 'made-before',
    answers: {
      ...withImage,
      receipts: () => [
        { ...world.receiptOf(world.stick), slot: world.slotOf('attic') },
        world.receiptOf(world.tinyStick, 'verify'),
      ],
    },
    async arrange(page, door) {
      await goTo(page, 'Drive');
      const drives = [world.systemDrive, world.stick, world.secondStick];
      await (await door.run('watchDrives')).tell({ kind: 'drives', drives });
      await page.getByRole('button', { name: /^Verify SanDisk/ }).waitFor();
      await page.getByRole('list', { name: 'Receipts' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'sheet',
    state: 'preferences',
    answers: attic,
    async arrange(page) {
      await page.getByRole('button', { name: 'Preferences' }).click();
      await page.getByRole('dialog', { name: 'Preferences' }).waitFor();
      await page.getByRole('textbox', { name: 'Room for them, in GB' }).waitFor();
    },
  },
  {
    station: 'sheet',
    state: 'preferences-in-trouble',
    answers: {
      ...attic,
      about: () => ({ version: '0.1.0', platform: 'linux', host: 'web', nixpkgs: null }),
      settingsTrouble: () => world.settingsTrouble,
      sealTrouble: () => world.noKeyring,
    },
    async arrange(page) {
      await page.getByText('Some of your settings could not be read').waitFor();
      await page.getByRole('button', { name: 'Preferences' }).click();
      const dialog = page.getByRole('dialog', { name: 'Preferences' });
      await dialog.getByText('no keyring').waitFor();
      await dialog.getByRole('textbox', { name: 'Mirror of the lists of packages' }).fill('http://mirror');
    },
  },
  {
    station: 'sheet',
    state: 'about',
    answers: { ...attic, licences: () => done(world.licences) },
    async arrange(page) {
      await page.getByRole('button', { name: 'About Nixburn' }).click();
      await page.getByText('react 19').click();
    },
  },
  {
    station: 'sheet',
    state: 'about-without-licences',
    answers: attic,
    async arrange(page) {
      await page.getByRole('button', { name: 'About Nixburn' }).click();
      await page.getByText('not part of this build').waitFor();
    },
  },
  {
    station: 'sheet',
    state: 'diagnostics-gathering',
    answers: { ...attic, diagnostics: never },
    async arrange(_page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'command', command: 'diagnostics' });
    },
  },
  {
    station: 'sheet',
    state: 'diagnostics',
    answers: attic,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'command', command: 'diagnostics' });
      await page.getByRole('region', { name: 'The report' }).waitFor();
    },
  },
  {
    station: 'sheet',
    state: 'guide',
    answers: attic,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'command', command: 'guide' });
      await page.getByRole('heading', { name: 'When it does not work' }).waitFor();
    },
  },
  {
    station: 'opened',
    state: 'reading',
    answers: attic,
    async arrange(page, door) {
      const desktop = await door.run('followDesktop');
      await desktop.tell({ kind: 'reading', fileName: 'debian-13.iso', fraction: 0.4 });
      await page.getByRole('progressbar', { name: 'Reading debian-13.iso' }).waitFor();
    },
  },
  {
    station: 'opened',
    state: 'unusable',
    answers: attic,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'trouble', problem: world.discOnly });
      await page.getByText('boots from a disc only').waitFor();
    },
  },
  {
    station: 'opened',
    state: 'own-image',
    answers: withImage,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'image', image: world.ownImage });
      await page.getByText('Opened debian-13.iso.').waitFor();
    },
  },
];
