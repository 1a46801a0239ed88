/** Writes wifi.nix, and below wifi/ the networks themselves where they are to be built in. */
import { assertNever } from '../../shared/problem.ts';
import type { FlakeFile, ResolvedNetwork, ResolvedRecipe } from './flake-file.ts';
import { openFile, secretFile } from './flake-file.ts';
import { wifiProfiles } from './keyfile.ts';
import { attributeName, binding, indented, nixList, nixPath, nixSet, nixString } from './nix-text.ts';
import { releaseFacts } from './release.ts';

/**
 * wifi.nix is there with no networks too: without it, older releases have neither NetworkManager nor its `nmtui` for
 * the person at the machine. Only files below wifi/ hold secrets.
 */
export function wifiFiles(recipe: ResolvedRecipe): FlakeFile[] {
  const { backend, secrets, country } = recipe.wifi;
  const networks = secrets === 'baked' ? recipe.wifi.networks : [];
  const region = country === null ? [] : [countryText(country)];
  switch (backend) {
    case 'networkmanager': {
      const profiles = wifiProfiles(networks).map((text, at) =>
        secretFile(`wifi/${at + 1}.nmconnection`, text),
      );
      const blocks = [networkManagerText(recipe.release), ...bakedProfiles(profiles), ...region];
      return [openFile('wifi.nix', moduleText(blocks)), ...profiles];
    }
    case 'wpa_supplicant': {
      const files = networks.length > 0 ? [secretFile('wifi/networks.nix', wpaNetworksText(networks))] : [];
      const blocks = [...files.map(importText), wpaSupplicantText(recipe.release), ...region];
      return [openFile('wifi.nix', moduleText(blocks)), ...files];
    }
    default:
      return assertNever(backend);
  }
}

/** A module of blocks with an empty line between them. */
function moduleText(blocks: readonly string[]): string {
  return `# Wireless networks.\n{ lib, ... }:\n{\n${indented(blocks.join('\n\n'))}\n}\n`;
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

function bakedProfiles(profiles: readonly FlakeFile[]): string[] {
  if (profiles.length === 0) return [];
  const entries = profiles.map(({ path }) => {
    const name = attributeName(`NetworkManager/system-connections/${path.replace('/', '-')}`);
    return binding(name, nixSet([binding('source', nixPath(path)), binding('mode', '"0600"')]));
  });
  return [
    [
      '# What is in wifi/ can be read by everybody on the stick and in the Nix store of the machine that builds it.',
      '# The mode is not for secrecy: NetworkManager ignores a profile that others can read.',
      binding('environment.etc', nixSet(entries)),
    ].join('\n'),
  ];
}

function importText({ path }: FlakeFile): string {
  return [
    '# What is in wifi/ can be read by everybody on the stick and in the Nix store of the machine that builds it.',
    binding('imports', nixList([nixPath(path)])),
  ].join('\n');
}

function wpaSupplicantText(release: string): string {
  const alone =
    releaseFacts(release).installerUses === 'networkmanager'
      ? [
          '# The installer of this release uses NetworkManager.',
          binding('networking.networkmanager.enable', 'lib.mkForce false'),
          '',
        ]
      : [];
  return [
    ...alone,
    binding('networking.wireless.enable', 'true'),
    '',
    '# The installer keeps wpa_supplicant from starting by itself.',
    binding('systemd.services.wpa_supplicant.wantedBy', 'lib.mkForce [ "multi-user.target" ]'),
  ].join('\n');
}

/** Took effect at boot with either program; wpa_supplicant's own `country=` needs it to be running first. */
function countryText(country: string): string {
  return [
    '# Which channels may be used, and with how much power.',
    binding('boot.extraModprobeConfig', nixString(`options cfg80211 ieee80211_regdom=${country}`)),
  ].join('\n');
}

function wpaNetworksText(networks: readonly ResolvedNetwork[]): string {
  const blocks = networks.map((network, at) => wpaNetwork(network, at + 1));
  return [
    '# Passphrases and names with unusual characters are written as hex bytes: wpa_supplicant reads those safely.',
    '{',
    indented(binding('networking.wireless.networks', nixSet(blocks))),
    '}',
    '',
  ].join('\n');
}

/**
 * One network in the terms of the NixOS module, which puts name and passphrase between quotes without escaping them: a
 * quote before a `#` makes the whole file unreadable. So all but the plainest names stand as hex in a line that comes
 * after the module's own, and passphrases always do. A derived key serves WPA2, `sae_password` WPA3
 * (wpa_supplicant.conf(5)).
 */
function wpaNetwork(
  { ssid, security, passphrase = '', pmk = '', hidden, priority }: ResolvedNetwork,
  number: number,
): string {
  const plain = /^[A-Za-z0-9._-]+(?: [A-Za-z0-9._-]+)*$/.test(ssid);
  const sae = `sae_password=${hex(passphrase)}`;
  const extra = plain ? [] : [`ssid=${hex(ssid)}`];
  const own: string[] = [];
  switch (security) {
    case 'wpa2-wpa3':
      own.push(binding('pskRaw', nixString(pmk)));
      extra.push(sae);
      break;
    case 'wpa2':
      own.push(
        binding('pskRaw', nixString(pmk)),
        binding('authProtocols', nixList(['"WPA-PSK"', '"WPA-PSK-SHA256"', '"FT-PSK"'])),
      );
      break;
    case 'wpa3':
      own.push(binding('auth', nixString(sae)), binding('authProtocols', nixList(['"SAE"', '"FT-SAE"'])));
      break;
    case 'open':
    case 'enterprise':
      break;
    default:
      assertNever(security);
  }
  if (extra.length > 0) own.push(binding('extraConfig', nixString(extra.join('\n'))));
  if (hidden) own.push(binding('hidden', 'true'));
  if (priority !== 0) own.push(binding('priority', `${priority}`));
  // A stand-in has brackets, which no plain name has: the two can never be the same.
  return binding(nixString(plain ? ssid : `network ${number} (in hex)`), nixSet(own));
}

function hex(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
