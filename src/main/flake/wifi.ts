/** Writes wifi.nix, and below wifi/ the networks themselves: all where they are to be built in, else the open ones. */
import { assertNever } from '../../shared/problem.ts';
import type { FlakeFile, ResolvedRecipe } from './flake-file.ts';
import { openFile, secretFile } from './flake-file.ts';
import { isProfile, isSupplicantConf, joiningFiles, openJoiningFiles, type JoiningFile } from './joining.ts';
import {
  attributeName,
  binding,
  indented,
  nixList,
  nixModule,
  nixPath,
  nixSet,
  nixString,
} from './nix-text.ts';
import { releaseFacts } from './release.ts';

/**
 * wifi.nix is there with no networks too: without it, older releases have neither NetworkManager nor its `nmtui` for
 * the person at the machine. Only files below wifi/ hold secrets.
 */
export function wifiFiles(recipe: ResolvedRecipe): FlakeFile[] {
  const { backend, secrets, country } = recipe.wifi;
  const built = secrets === 'baked' ? joiningFiles(recipe) : openJoiningFiles(recipe);
  const blocks = [
    backendText(backend, recipe.release),
    ...(built.length > 0 ? [builtText(built)] : []),
    ...secretsText(built),
    ...(country === null ? [] : [countryText(country)]),
  ];
  const files = built.map(({ name, text, secret }) =>
    secret ? secretFile(`wifi/${name}`, text) : openFile(`wifi/${name}`, text),
  );
  const uses = blocks.some((block) => block.includes('lib.')) ? ['lib'] : [];
  const module = nixModule({ about: 'Wireless networks.', uses, before: letText(built), blocks });
  return [openFile('wifi.nix', module), ...files];
}

function backendText(backend: ResolvedRecipe['wifi']['backend'], release: string): string {
  switch (backend) {
    case 'networkmanager':
      return networkManagerText(release);
    case 'wpa_supplicant':
      return wpaSupplicantText(release);
    default:
      return assertNever(backend);
  }
}

function networkManagerText(release: string): string {
  if (releaseFacts(release).installerUses === 'networkmanager') {
    return binding('networking.networkmanager.enable', 'true');
  }
  return [
    binding('networking.networkmanager.enable', 'true'),
    '',
    '# This release adds seven VPN plugins, with GTK and WebKit, unless told otherwise.',
    binding('networking.networkmanager.plugins', 'lib.mkForce [ ]'),
    '',
    '# The installer of this release turns wpa_supplicant on by itself, which excludes NetworkManager.',
    binding('networking.wireless.enable', 'lib.mkForce false'),
  ].join('\n');
}

function wpaSupplicantText(release: string): string {
  const { installerUses, wpaCliOption, wpaSupplicantFile, wpaSupplicantUser } = releaseFacts(release);
  return [
    ...(installerUses === 'networkmanager'
      ? [
          '# The installer of this release uses NetworkManager.',
          binding('networking.networkmanager.enable', 'lib.mkForce false'),
          '',
        ]
      : []),
    binding('networking.wireless.enable', 'true'),
    ...(wpaCliOption === null ? [] : ['', '# For wpa_cli.', binding(wpaCliOption, 'true')]),
    // Before, it was for everybody in the group wheel (`networking.wireless.userControlled` in the module of NixOS).
    ...(wpaSupplicantUser === 'root'
      ? []
      : [
          '# It answers this group alone, and whoever sits at the screen is nixos.',
          binding('users.users.nixos.extraGroups', nixList([nixString(wpaSupplicantUser)])),
        ]),
    '',
    `# Networks stand in ${wpaSupplicantFile}, which is read besides what NixOS generates.`,
    binding('networking.wireless.allowAuxiliaryImperativeNetworks', 'true'),
    '',
    ...(installerUses === 'wpa_supplicant'
      ? ['# The installer of this release keeps wpa_supplicant from starting by itself.']
      : ['# Joins by itself when the machine starts.']),
    binding('systemd.services.wpa_supplicant.wantedBy', 'lib.mkForce [ "multi-user.target" ]'),
  ].join('\n');
}

/**
 * Whether a file is copied to its place, for its reader alone, and not linked into the store. NixOS runs `touch` on the
 * one of wpa_supplicant, and from 26.05 `chmod`, before it starts it (nixos/modules/services/networking/wpa_supplicant.nix):
 * through a link both would meet a store that is read-only, and no network at all would be joined.
 */
function isPrivate({ name, secret }: JoiningFile): boolean {
  return secret || isProfile(name) || isSupplicantConf(name);
}

/** What the files that are not for everybody have in common, by their owner. */
const privateFunction = { root: 'private', wpa_supplicant: 'privateOfWpaSupplicant' };

function letText(files: readonly JoiningFile[]): string {
  const owners = new Set(files.filter(isPrivate).map(({ owner }) => owner));
  if (owners.size === 0) return '';
  const functions = Array.from(owners, (owner) => {
    const user = owner === 'root' ? [] : ['user', 'group'].map((field) => binding(field, nixString(owner)));
    const file = nixSet(['inherit source;', binding('mode', '"0600"'), ...user]);
    return `${privateFunction[owner]} = source: ${file};`;
  });
  const about = [
    '# Not for secrecy: everybody can read what is in wifi/ on the stick, and in the Nix store of the machine that',
    files.some(({ name }) => isSupplicantConf(name))
      ? '# builds it. But NixOS touches the file of wpa_supplicant before it starts it: it can not be a link into the store.'
      : '# builds it. But NetworkManager ignores a profile that others can read.',
  ];
  return `let\n${indented([...about, ...functions].join('\n'))}\nin\n`;
}

function builtText(files: readonly JoiningFile[]): string {
  const entries = files.map((file) => {
    const at = attributeName(file.place.replace('/etc/', ''));
    const source = nixPath(`wifi/${file.name}`);
    return isPrivate(file)
      ? binding(at, `${privateFunction[file.owner]} ${source}`)
      : binding(`${at}.source`, source);
  });
  return binding('environment.etc', nixSet(entries));
}

/** Says what is missing, where the error of Nix would speak of a path in its store. */
function secretsText(files: readonly JoiningFile[]): string[] {
  const [first] = files.filter(({ secret }) => secret);
  if (!first) return [];
  const exists = `builtins.pathExists ${nixPath(`wifi/${first.name}`)}`;
  const message = nixString(
    'The WiFi secrets in wifi/ are not in the git repository: build path:.#iso, not .#iso.',
  );
  return [
    [
      '# Git leaves the secrets out, and Nix sees of a git repository only what git knows.',
      binding('assertions', nixList([nixSet([binding('assertion', exists), binding('message', message)])])),
    ].join('\n'),
  ];
}

/** Took effect at boot with either program; wpa_supplicant's own `country=` needs it to be running first. */
function countryText(country: string): string {
  return [
    '# Which channels may be used, and with how much power.',
    binding('boot.extraModprobeConfig', nixString(`options cfg80211 ieee80211_regdom=${country}`)),
  ].join('\n');
}
