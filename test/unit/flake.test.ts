/** The files of a flake: which ones there are, who may read them, and what stands in them. */
import { describe, expect, test } from 'vitest';
import { flakeViews } from '../../src/main/flake/flake-view.ts';
import { defaultNixpkgs } from '../../src/main/flake/release.ts';
import { checkRecipe, type Recipe } from '../../src/shared/recipe.ts';
import { flakeOf, recipeNamed, recipeNames, recipeOf } from '../recipes.ts';

/** The files by path. Bytes are read as Latin-1, so that a search finds every byte. */
async function textsOf(recipe: Recipe): Promise<Record<string, string>> {
  const files = await flakeOf(recipe);
  return Object.fromEntries(
    files.map(({ path, text, bytes }) => [path, text ?? Buffer.from(bytes).toString('latin1')]),
  );
}

const home = { ssid: 'Home', passphrase: 'correct horse' };
const baked = (fields: object = {}) => recipeOf({ wifi: { secrets: 'baked', networks: [home], ...fields } });

describe('a flake', () => {
  test('of the smallest recipe has these files', async () => {
    const files = await flakeOf(recipeOf({}));
    expect(files.map(({ path, mode, secret }) => [path, mode.toString(8), secret])).toEqual([
      ['flake.nix', '644', false],
      ['configuration.nix', '644', false],
      ['packages.nix', '644', false],
      ['announce.nix', '644', false],
      ['announce/show-address.sh', '644', false],
      ['wifi.nix', '644', false],
      ['slot.nix', '644', false],
      ['slot/slot', '644', false],
      ['slot/read-slot.sh', '644', false],
      ['recipe.json', '644', false],
      ['README.md', '644', false],
      ['.gitignore', '644', false],
    ]);
  });

  test('takes nixpkgs from the branch of its release, or from where it is told', async () => {
    expect(defaultNixpkgs('25.11')).toBe('github:NixOS/nixpkgs/nixos-25.11');
    expect(defaultNixpkgs('unstable')).toBe('github:NixOS/nixpkgs/nixos-unstable');
    const files = await flakeOf(recipeOf({}), 'path:/odd "${place}"');
    expect(files[0]!.text).toContain('inputs.nixpkgs.url = "path:/odd \\"\\${place}\\"";\n');
  });

  test.each(recipeNames)('of %s.json is the same each time, and well-formed as text', async (name) => {
    const texts = await textsOf(recipeNamed(name));
    expect(await textsOf(recipeNamed(name))).toEqual(texts);
    const paths = Object.keys(texts);
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    for (const path of paths.filter((one) => /\.(nix|md|json|sh)$|gitignore/.test(one))) {
      const text = texts[path]!;
      expect(text).toMatch(/[^\n]\n$/);
      expect(path === 'module.nix' ? '' : text).not.toMatch(/\r|[ \t]\n|\n\n\n/);
    }
  });

  test('has scripts word for word, but for Windows line ends', async () => {
    const texts = await textsOf(recipeNamed('odd-texts'));
    const { scripts, module } = recipeNamed('odd-texts');
    expect(texts['scripts/a.b_c+d-9']).toBe(scripts[0]!.text);
    expect(texts['scripts/crlf']).toBe('echo one\necho two\n');
    expect(texts['module.nix']).toBe(module);
  });

  test('says in its README how to build it, and that secrets are not in git', async () => {
    const open = (await textsOf(recipeOf({ system: 'aarch64-linux' })))['README.md'];
    expect(open).toContain(' build .#iso\n');
    expect(open).toContain('aarch64-linux');
    const withSecrets = (await textsOf(baked()))['README.md'];
    expect(withSecrets).toContain(' build path:.#iso\n');
    expect(withSecrets).not.toContain(' build .#iso');
    expect(withSecrets).toMatch(/WiFi secrets in `wifi\/` are kept out of git/);
    const free = baked({ networks: [{ ssid: 'Free WiFi', security: 'open' }] });
    expect((await textsOf(free))['README.md']).toContain(' build .#iso\n');
  });

  test('holds its own recipe, from which it can be made again', async () => {
    const recipe = recipeNamed('odd-texts');
    const texts = await textsOf(recipe);
    expect(checkRecipe(JSON.parse(texts['recipe.json']!))).toEqual({ recipe });
  });
});

async function configuration(release: string) {
  return (await textsOf(recipeOf({ release })))['configuration.nix'];
}

async function wifi(release: string, backend: string) {
  return (await textsOf(recipeOf({ release, wifi: { backend } })))['wifi.nix'];
}

describe('what is chosen by release', () => {
  test.each(['23.11', '24.05', '24.11'])('names the file with .iso on %s', async (release) => {
    expect(await configuration(release)).toContain('isoImage.isoName = lib.mkForce "nixos-installer.iso";');
  });

  test.each(['25.05', '25.11', '26.05', 'unstable'])('names the file without .iso on %s', async (release) => {
    const text = await configuration(release);
    expect(text).toContain('image.baseName = lib.mkForce "nixos-installer";');
    expect(text).not.toContain('isoName');
  });

  test.each(['23.11', '24.05', '24.11', '25.05'])(
    'turns wpa_supplicant off beside NetworkManager on %s',
    async (release) => {
      const text = await wifi(release, 'networkmanager');
      expect(text).toContain('networking.wireless.enable = lib.mkForce false;');
      expect(text).toContain('networking.networkmanager.plugins = lib.mkForce [ ];');
      // Its own profile lets wpa_cli in.
      expect(await wifi(release, 'wpa_supplicant')).not.toMatch(/networkmanager|userControlled/);
    },
  );

  test.each(['25.11', '26.05', 'unstable'])(
    'leaves wpa_supplicant to NetworkManager on %s',
    async (release) => {
      expect(await wifi(release, 'networkmanager')).not.toMatch(/wireless|plugins/);
      expect(await wifi(release, 'wpa_supplicant')).toContain(
        'networking.networkmanager.enable = lib.mkForce false;',
      );
    },
  );
});

test.each([
  ['de_DE.utf8', 'de_DE.UTF-8'],
  ['de_DE.UTF8', 'de_DE.UTF-8'],
  ['ca_ES.utf-8@valencia', 'ca_ES.UTF-8@valencia'],
  ['de_DE.UTF-8', 'de_DE.UTF-8'],
  ['de_DE.ISO-8859-1', 'de_DE.ISO-8859-1'],
  ['sr_RS@latin', 'sr_RS@latin'],
])('the locale %s is written as glibc lists it, since NixOS builds no other', async (locale, listed) => {
  const text = (await textsOf(recipeOf({ locale })))['configuration.nix'];
  expect(text).toContain(`i18n.defaultLocale = "${listed}";`);
});

describe('wpa_cli', () => {
  test.each([
    ['25.11', 'networking.wireless.userControlled.enable = true;'],
    ['26.05', 'networking.wireless.userControlled = true;'],
    ['26.05', 'users.users.nixos.extraGroups = [ "wpa_supplicant" ];'],
    ['unstable', 'networking.wireless.userControlled = true;'],
  ])('is let in on %s by the option of that release', async (release, line) => {
    expect(await wifi(release, 'wpa_supplicant')).toContain(`  ${line}\n`);
  });
});

const enterprise = recipeNamed('wifi-enterprise-tls').wifi.networks[0]!;

describe('a secret of an enterprise network', () => {
  const words = ['correct horse', 'ENCRYPTED PRIVATE KEY', 'key "password" #1', 'key \\"password\\" #1'];
  const hexWords = words.map((word) => Buffer.from(word).toString('hex'));
  const peap = { method: 'peap', identity: 'ada', password: 'correct horse' };
  const networks = [enterprise, { ssid: 'Office', security: 'enterprise', enterprise: peap }];

  test.each(['networkmanager', 'wpa_supplicant'])('for %s goes nowhere with a slot', async (backend) => {
    const texts = Object.values(await textsOf(recipeOf({ wifi: { backend, networks } })));
    expect(texts.filter((text) => [...words, ...hexWords].some((word) => text.includes(word)))).toEqual([]);
    // What is no secret is kept, so that the recipe is whole but for its secrets.
    expect(texts.join('')).toContain('BEGIN CERTIFICATE');
  });

  test.each(['networkmanager', 'wpa_supplicant'])(
    'for %s is in secret files only where it is built in, and certificates are not secret',
    async (backend) => {
      const files = await flakeOf(recipeOf({ wifi: { backend, secrets: 'baked', networks } }));
      const holding = files.filter(({ text }) =>
        [...words, ...hexWords].some((word) => text?.includes(word)),
      );
      expect(holding.length).toBeGreaterThan(1);
      expect(files.filter(({ secret }) => secret)).toEqual(holding);
      expect(holding.every(({ mode, path }) => mode === 0o600 && path.startsWith('wifi/'))).toBe(true);
      const certificates = files.filter(({ path }) => /-(ca|client)\.pem$/.test(path));
      expect(certificates.map(({ mode, secret }) => [mode, secret])).toEqual([
        [0o644, false],
        [0o644, false],
      ]);
    },
  );
});

describe('a passphrase', () => {
  const secrets = [
    'correct horse',
    Buffer.from('correct horse').toString('hex'),
    '474ba82aa7ecbb0ee0d6a6f625529213',
  ];
  const securities = ['wpa2-wpa3', 'wpa2', 'wpa3'] as const;
  const backends = ['networkmanager', 'wpa_supplicant'] as const;
  const choices = securities.flatMap((security) => backends.map((backend) => ({ security, backend })));

  test.each(choices)(
    'of a $security network for $backend is in no file where it goes into the slot',
    async (choice) => {
      const networks = [{ ...home, security: choice.security }];
      const texts = await textsOf(recipeOf({ wifi: { backend: choice.backend, networks } }));
      const leaks = Object.entries(texts).filter(([, text]) =>
        secrets.some((secret) => text.includes(secret)),
      );
      expect(leaks.map(([path]) => path)).toEqual([]);
      expect(Object.keys(texts).filter((path) => path.startsWith('wifi/'))).toEqual([]);
    },
  );

  test.each(choices)(
    'of a $security network for $backend is in secret files only where it is built in',
    async (choice) => {
      const files = await flakeOf(
        baked({ backend: choice.backend, networks: [{ ...home, security: choice.security }] }),
      );
      const holding = files.filter(({ text }) => secrets.some((secret) => text?.includes(secret)));
      expect(holding.length).toBeGreaterThan(0);
      expect(
        holding.every(({ secret, mode, path }) => secret && mode === 0o600 && path.startsWith('wifi/')),
      ).toBe(true);
      expect(files.filter(({ secret }) => secret)).toEqual(holding);
    },
  );

  test.each(backends)('keeps no open network from being joined by %s', async (backend) => {
    const networks = [home, { ssid: 'Free WiFi', security: 'open' }];
    const files = await flakeOf(recipeOf({ release: '25.05', wifi: { backend, networks } }));
    const built = files.filter(({ path }) => path.startsWith('wifi/'));
    expect(built.map(({ path, secret }) => [path, secret])).toEqual([
      [backend === 'networkmanager' ? 'wifi/3.nmconnection' : 'wifi/wpa_supplicant.conf', false],
    ]);
    expect(built[0]?.text).toContain('Free WiFi');
    expect(built[0]?.text).not.toContain('Home');
  });

  test('that is built in is kept out of git, and so are checksums that it could be guessed from', async () => {
    expect((await textsOf(baked()))['.gitignore']).toBe('result\nresult-*\n*.iso\n.nixburn.json\nwifi/\n');
    expect((await textsOf(recipeOf({})))['.gitignore']).toBe('result\nresult-*\n*.iso\n');
  });

  test('is not shown', async () => {
    const views = flakeViews(await flakeOf(baked()));
    expect(JSON.stringify(views)).not.toContain('correct horse');
    expect(views.find(({ path }) => path === 'wifi/1.nmconnection')).toEqual({
      path: 'wifi/1.nmconnection',
      text: 'Holds a secret of a WiFi network, and is not shown.\n',
      secret: true,
    });
    const slot = flakeViews(await flakeOf(recipeOf({}))).find(({ path }) => path === 'slot/slot');
    expect(slot).toEqual({ path: 'slot/slot', text: '262144 bytes that are no text.\n', secret: false });
  });
});

async function slotIdOf(fields: object): Promise<string> {
  const slot = (await flakeOf(recipeOf(fields))).find(({ path }) => path === 'slot/slot');
  return Buffer.from(slot?.bytes?.subarray(24, 32) ?? []).toString('hex');
}

test('the id in the slot is the same for the same recipe, whatever its passphrases, and another for another', async () => {
  const ids = ['correct horse', 'battery staple'].map((passphrase) =>
    slotIdOf({ wifi: { networks: [{ ssid: 'a', passphrase }] } }),
  );
  const [id, same] = await Promise.all(ids);
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(same).toBe(id);
  expect(await slotIdOf({ name: 'cellar' })).not.toBe(id);
});
