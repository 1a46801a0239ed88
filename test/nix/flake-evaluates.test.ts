/** Every flake that is generated evaluates, without a warning, to exactly what was chosen: with real Nix. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveFlake } from '../../src/main/flake-folder.ts';
import type { FlakeFile } from '../../src/main/flake/flake-file.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { nix } from '../nix.ts';
import { flakeOf, recipeNamed, recipeNames } from '../recipes.ts';
import { nixpkgsOf } from './releases.ts';

/** What a flake says about the system that it describes. */
interface Answer {
  /** What Nix said meanwhile. */
  said: string;
  warnings: string[];
  failed: string[];
  iso: string;
  hostName: string;
  platform: string;
  keys: Record<'root' | 'nixos', string[]>;
  hashes: Record<'root' | 'nixos', string | null>;
  autologin: string | null;
  sudoAsks: boolean;
  sshd: { PermitRootLogin: string; PasswordAuthentication: boolean; KbdInteractiveAuthentication: boolean };
  ports: { tcp: number[]; udp: number[] };
  published: boolean;
  locale: string;
  keyMap: string;
  timeZone: string;
  features: string[];
  packages: string[];
  allowUnfree: boolean;
  modprobe: string;
  image: { name: string; volumeId: string; compression: string };
  slot: string[];
  slotBefore: string[];
  networkManager: boolean;
  wireless: boolean;
  profiles: Record<string, { mode: string; text: string }>;
  /** What is built in for wpa_supplicant, by its place on the stick. */
  supplicantFiles: Record<string, { mode: string; user: string; text: string }>;
  /** How wpa_supplicant is called. */
  supplicant: string;
  wpaStarts: string[];
  declaredNetworks: number;
  groups: string[];
  stateVersion: string;
  variant: string;
  font: string | null;
  edition: string;
  announced: string;
  avahiName: string;
  helpLine: string;
  announces: { path: string[]; script: string; starts: string[] };
}

const question = `
  configuration:
  let
    c = configuration.config;
    users = f: { root = f c.users.users.root; nixos = f c.users.users.nixos; };
    service = name: c.systemd.services.\${name} or { };
    folder = "NetworkManager/system-connections/";
    isProfile = name: builtins.substring 0 (builtins.stringLength folder) name == folder;
    # Those that the flake brings along, not what NixOS writes.
    isForSupplicant = name: builtins.match "wpa_supplicant(/.*[.]pem|/imperative[.]conf|[.]conf)" name != null;
    etcFiles = isWanted: show: builtins.listToAttrs (
      map (name: { inherit name; value = show c.environment.etc.\${name}; }) (
        builtins.filter isWanted (builtins.attrNames c.environment.etc)
      )
    );
  in
  {
    inherit (c) warnings;
    failed = map (one: one.message) (builtins.filter (one: !one.assertion) c.assertions);
    iso = c.system.build.isoImage.drvPath;
    hostName = c.networking.hostName;
    platform = configuration.pkgs.stdenv.hostPlatform.system;
    keys = users (user: user.openssh.authorizedKeys.keys);
    hashes = users (user: user.initialHashedPassword);
    autologin = c.services.getty.autologinUser;
    sudoAsks = c.security.sudo.wheelNeedsPassword;
    sshd = { inherit (c.services.openssh.settings) PermitRootLogin PasswordAuthentication KbdInteractiveAuthentication; };
    ports = { tcp = c.networking.firewall.allowedTCPPorts; udp = c.networking.firewall.allowedUDPPorts; };
    published = c.services.avahi.enable && c.services.avahi.publish.enable && c.services.avahi.publish.addresses;
    locale = c.i18n.defaultLocale;
    keyMap = c.console.keyMap;
    timeZone = c.time.timeZone;
    features = c.nix.settings.experimental-features;
    packages = map (package: package.name) c.environment.systemPackages;
    allowUnfree = c.nixpkgs.config.allowUnfree or false;
    modprobe = c.boot.extraModprobeConfig;
    image = {
      # As nixpkgs makes the name of the file: with the one option or the other, by release.
      name =
        if builtins.compareVersions configuration.lib.trivial.release "25.05" >= 0 then
          "\${c.image.baseName}.iso"
        else
          c.isoImage.isoName;
      volumeId = c.isoImage.volumeID;
      compression = c.isoImage.squashfsCompression;
    };
    slot = map (one: one.target) (builtins.filter (one: one.target == "/nixburn/slot") c.isoImage.contents);
    slotBefore = (service "nixburn-slot").before or [ ];
    networkManager = c.networking.networkmanager.enable;
    wireless = c.networking.wireless.enable;
    profiles = etcFiles isProfile (file: { inherit (file) mode; text = builtins.readFile file.source; });
    supplicantFiles = etcFiles isForSupplicant (file: {
      inherit (file) mode user;
      text = builtins.readFile file.source;
    });
    supplicant = (service "wpa_supplicant").script or "";
    groups = c.users.users.nixos.extraGroups;
    declaredNetworks = builtins.length (builtins.attrNames c.networking.wireless.networks);
    wpaStarts = (service "wpa_supplicant").wantedBy or [ ];
    inherit (c.system) stateVersion;
    variant = c.system.nixos.variant_id;
    inherit (c.console) font;
    inherit (c.isoImage) edition;
    announced = c.environment.etc."avahi/services/ssh.service".text;
    avahiName = c.services.avahi.hostName;
    inherit (c.services.getty) helpLine;
    announces = {
      path = map (package: package.pname or package.name) (service "nixburn-announce").path;
      inherit (service "nixburn-announce") script;
      starts = (service "nixburn-announce").wantedBy;
    };
  }
`;

let base = '';
/** By release: the nixpkgs of that release. */
const copies = new Map<string, string>();
const files = new Map<string, FlakeFile[]>();
const answers = new Map<string, Answer>();

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'nixburn-evaluates-'));
  for (const release of new Set(recipeNames.map((name) => recipeNamed(name).release))) {
    copies.set(release, await nixpkgsOf(release, base));
  }
  for (const name of recipeNames) {
    const recipe = recipeNamed(name);
    const made = await flakeOf(recipe, `path:${copies.get(recipe.release)}`);
    files.set(name, made);
    const saved = await saveFlake(made, path.join(base, 'flakes', name));
    if (!saved.ok) throw new Error(saved.problem.title);
  }
  // As a person asks: in the flake's folder. One at a time takes twice as long.
  const waiting = [...recipeNames];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const folder = path.join(base, 'flakes', name);
      const args = ['eval', '--json', 'path:.#nixosConfigurations.installer', '--apply', question];
      const { stdout, stderr } = await nix('nix', args, folder);
      answers.set(name, { ...(JSON.parse(stdout) as Answer), said: stderr });
    }
  };
  await Promise.all([work(), work()]);
}, 120_000);
afterAll(() => rm(base, { recursive: true, force: true }));

const isFrom = (release: string, first: string) => release === 'unstable' || release >= first;

function answerOf(name: string): Answer {
  const answer = answers.get(name);
  if (!answer) throw new Error(`no answer for ${name}`);
  return answer;
}

test('every Nix file of every recipe can be parsed', async () => {
  const all = recipeNames.flatMap((name) =>
    files
      .get(name)!
      .filter((file) => file.path.endsWith('.nix'))
      .map((file) => path.join(base, 'flakes', name, file.path)),
  );
  expect(all.length).toBeGreaterThan(recipeNames.length * 3);
  const { stderr } = await nix('nix-instantiate', ['--parse', ...all]);
  expect(stderr).toBe('');
});

describe.each(recipeNames)('%s.json', (name) => {
  const recipe: Recipe = recipeNamed(name);

  test('evaluates without a warning or a failed assertion, down to the image', () => {
    const { said, warnings, failed, iso } = answerOf(name);
    expect({ warnings, failed }).toEqual({ warnings: [], failed: [] });
    // Not about what is evaluated: the new lock file, which newer Nix describes, and other users of the store.
    const beside = /creating lock file|^• Added input 'nixpkgs':$|^ {4}'path:|SQLite database|^$/;
    const about = said.split('\n').filter((line) => !beside.test(line));
    expect(about.join('\n')).toBe('');
    expect(iso).toMatch(/^\/nix\/store\/.*\.drv$/);
  });

  test('is the system that was chosen', () => {
    const answer = answerOf(name);
    const baseName = recipe.image.fileName.replace(/\.iso$/, '');
    const level = { fast: 3, balanced: 6, small: 19 }[recipe.image.compression];
    expect(answer).toMatchObject({
      hostName: recipe.name,
      platform: recipe.system,
      locale: recipe.locale,
      keyMap: recipe.keyMap,
      timeZone: recipe.timeZone,
      allowUnfree: recipe.allowUnfree,
      published: true,
      image: {
        name: `${baseName}.iso`,
        volumeId: recipe.image.volumeId,
        compression: `zstd -Xcompression-level ${level}`,
      },
    });
    expect(answer.features).toEqual(expect.arrayContaining(['nix-command', 'flakes']));
    expect(answer.ports).toMatchObject({
      tcp: expect.arrayContaining([22]),
      udp: expect.arrayContaining([5353]),
    });
    expect(answer.modprobe.includes('ieee80211_regdom')).toBe(recipe.wifi.country !== null);
    expect(answer.modprobe).toContain(
      recipe.wifi.country ? `options cfg80211 ieee80211_regdom=${recipe.wifi.country}` : '',
    );
  });

  test('lets in those who were chosen, and nobody by a password over SSH', () => {
    const answer = answerOf(name);
    const keys = recipe.keys.map((key) => key.trim().replace(/^(\S+) +(\S+) +/, '$1 $2 '));
    expect(answer.keys).toEqual({ root: keys, nixos: keys });
    expect(answer.sshd).toEqual({
      PermitRootLogin: 'prohibit-password',
      PasswordAuthentication: false,
      KbdInteractiveAuthentication: false,
    });
    const { password } = recipe.console;
    const hash = password?.hashed ?? '';
    expect(answer.hashes).toEqual({ root: hash, nixos: hash });
    expect([answer.autologin, answer.sudoAsks]).toEqual(password ? [null, true] : ['nixos', false]);
  });

  test('has the packages and scripts that were chosen', () => {
    const { packages } = answerOf(name);
    const last = recipe.packages.map((one) => one.split('.').at(-1)!.replaceAll('"', ''));
    for (const one of last) expect(packages.some((found) => found.includes(one))).toBe(true);
    for (const script of recipe.scripts) expect(packages).toContain(script.name);
  });

  test('joins networks with the program that was chosen', () => {
    const { networkManager, wpaStarts, wireless } = answerOf(name);
    const alone = recipe.wifi.backend === 'wpa_supplicant';
    expect(networkManager).toBe(!alone);
    expect(wireless || !alone).toBe(true);
    // From 26.05 NetworkManager has the system's one daemon do the radio's work. Before, the installer profile keeps it
    // from starting, and NetworkManager does not need it.
    const shared = !alone && isFrom(recipe.release, '26.05');
    expect(wpaStarts.includes('multi-user.target')).toBe(alone || shared);
  });

  test('has a slot, wherever its passphrases go', () => {
    const { slot, slotBefore } = answerOf(name);
    expect(slot).toEqual(['/nixburn/slot']);
    for (const unit of [
      'network-pre.target',
      'NetworkManager.service',
      'wpa_supplicant.service',
      'sshd.service',
    ]) {
      expect(slotBefore).toContain(unit);
    }
  });

  test('has networks built in exactly where that was chosen, in files that their readers can read', () => {
    const { profiles, supplicantFiles, supplicant, declaredNetworks, groups } = answerOf(name);
    const built = files.get(name)!.filter(({ path: file }) => file.startsWith('wifi/'));
    const ofProfiles = built.filter(({ path: file }) => file.endsWith('.nmconnection'));
    const expected = ofProfiles.map(({ path: file, text }) => [
      `NetworkManager/system-connections/${path.basename(file)}`,
      { mode: '0600', text },
    ]);
    expect(profiles).toEqual(Object.fromEntries(expected));

    const { backend } = recipe.wifi;
    const unprivileged = isFrom(recipe.release, '26.05');
    const conf = unprivileged ? 'wpa_supplicant/imperative.conf' : 'wpa_supplicant.conf';
    const others = built.filter((file) => !ofProfiles.includes(file));
    const place = (file: string) => (file.endsWith('.conf') ? conf : `wpa_supplicant/${path.basename(file)}`);
    expect(supplicantFiles).toEqual(
      Object.fromEntries(
        others.map(({ path: file, text, secret }) => {
          // NixOS touches the file of networks before it starts their program: a link into the store would refuse that.
          const isCopied = secret || file.endsWith('.conf');
          return [
            place(file),
            {
              mode: isCopied ? '0600' : 'symlink',
              user: isCopied && unprivileged ? 'wpa_supplicant' : '+0',
              text,
            },
          ];
        }),
      ),
    );
    expect(others.some(({ path: file }) => file.endsWith('.conf'))).toBe(
      backend === 'wpa_supplicant' &&
        recipe.wifi.networks.some(({ security }) => security === 'open' || recipe.wifi.secrets === 'baked'),
    );
    // Also with none built in: the slot brings the file.
    if (backend === 'wpa_supplicant') expect(supplicant).toContain(` -c /etc/${conf} -I /`);
    expect(declaredNetworks).toBe(0);
    // wpa_cli, of which the screen speaks, reaches the program only from its group.
    expect(groups).toContain('wheel');
    expect(groups.includes('wpa_supplicant')).toBe(backend === 'wpa_supplicant' && unprivileged);
  });

  test('points to no file that is not there', () => {
    const { profiles, supplicantFiles } = answerOf(name);
    const texts = Object.values({ ...profiles, ...supplicantFiles }).map(({ text }) => text);
    const named = texts.flatMap((text) => text.match(/\/etc\/wpa_supplicant\/[\w.-]+/g) ?? []);
    expect(named.filter((file) => !(file.replace('/etc/', '') in supplicantFiles))).toEqual([]);
  });

  test('says on the network and on the screen who it is', () => {
    const answer = answerOf(name);
    expect(answer).toMatchObject({
      variant: 'installer',
      stateVersion: recipe.release === 'unstable' ? '26.11' : recipe.release,
      font: recipe.consoleFont,
      edition: recipe.image.edition ?? 'minimal',
      // The slot may bring another name.
      avahiName: '',
    });
    expect(answer.announced).toMatch(
      /^<\?xml version="1\.0" standalone="no"\?>[^]*<type>_ssh\._tcp<\/type>\s*<port>22<\/port>\s*<txt-record>nixburn=[0-9a-f]{16}<\/txt-record>/,
    );
    expect(answer.helpLine).toContain('ssh root@\\n.local\n');
    expect(answer.helpLine).not.toContain('empty passwords');
    expect(answer.announces.starts).toEqual(['multi-user.target']);
    expect(answer.announces.script).toContain('ip monitor address');
    expect(answer.announces.path).toEqual(
      expect.arrayContaining(['gawk', 'iproute2', 'openssh', 'qrencode']),
    );
  });
});
